from .canned_replies import CannedReplyAdmin
from .channels import ChannelConnectionAdmin, ChannelDeliveryAdmin, ContactMessageAdmin
from .contacts import ContactAdmin
from .waiting import WaitingItemAdmin

__all__ = [
    "CannedReplyAdmin",
    "ChannelConnectionAdmin",
    "ChannelDeliveryAdmin",
    "ContactAdmin",
    "ContactMessageAdmin",
    "WaitingItemAdmin",
]
