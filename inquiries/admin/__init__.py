from .around import DirectoryUserAdmin, FilterOptionAdmin, UnsharedHistoryAdmin
from .inquiries import InquiryAdmin
from .types import InquiryTypeAdmin

__all__ = ["DirectoryUserAdmin", "FilterOptionAdmin", "InquiryAdmin", "InquiryTypeAdmin", "UnsharedHistoryAdmin"]
