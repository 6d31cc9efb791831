from .types import InquiryTypeAdmin

__all__ = ["InquiryTypeAdmin"]
