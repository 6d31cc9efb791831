from .canned_replies import CannedReplyAdmin
from .channels import ChannelConnectionAdmin, ChannelDeliveryAdmin, ContactMessageAdmin
from .contacts import ContactAdmin

__all__ = ["CannedReplyAdmin", "ChannelConnectionAdmin", "ChannelDeliveryAdmin", "ContactAdmin", "ContactMessageAdmin"]
