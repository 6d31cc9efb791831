from .allowed_move import AllowedMove
from .attachment import Attachment
from .directory_user import DirectoryUser
from .filter_option import FilterOption
from .history import HistoryHead, InquiryHistory
from .history_deletion import HistoryDeletion, HistoryDeparture
from .history_erasure import HistoryErasure
from .inquiry import Inquiry
from .inquiry_count import InquiryCount
from .inquiry_type import InquiryType
from .inquiry_week_count import InquiryWeekCount
from .offer import InvalidOfferTransitionError, Offer, StaleOfferError
from .pending_move import PendingMove
from .profile_reading import ProfileReading
from .step import PipelineStep
from .unshared import UnsharedHistory

__all__ = [
    "AllowedMove",
    "Attachment",
    "DirectoryUser",
    "FilterOption",
    "HistoryDeletion",
    "HistoryDeparture",
    "HistoryErasure",
    "HistoryHead",
    "Inquiry",
    "InquiryCount",
    "InquiryHistory",
    "InquiryType",
    "InquiryWeekCount",
    "InvalidOfferTransitionError",
    "Offer",
    "PendingMove",
    "PipelineStep",
    "ProfileReading",
    "StaleOfferError",
    "UnsharedHistory",
]
