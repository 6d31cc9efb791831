from .allowed_move import AllowedMove
from .history import InquiryHistory
from .inquiry import Inquiry
from .inquiry_type import InquiryType
from .step import PipelineStep

__all__ = ["AllowedMove", "Inquiry", "InquiryHistory", "InquiryType", "PipelineStep"]
