from .around import DirectoryUserAdmin, FilterOptionAdmin, ProfileReadingAdmin, UnsharedHistoryAdmin
from .inquiries import InquiryAdmin
from .pending_moves import PendingMoveAdmin
from .types import InquiryTypeAdmin

__all__ = [
    "DirectoryUserAdmin",
    "FilterOptionAdmin",
    "InquiryAdmin",
    "InquiryTypeAdmin",
    "PendingMoveAdmin",
    "ProfileReadingAdmin",
    "UnsharedHistoryAdmin",
]
