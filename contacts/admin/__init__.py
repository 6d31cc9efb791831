from .channels import ChannelConnectionAdmin, ChannelDeliveryAdmin, ContactMessageAdmin
from .contacts import ContactAdmin

__all__ = ["ChannelConnectionAdmin", "ChannelDeliveryAdmin", "ContactAdmin", "ContactMessageAdmin"]
