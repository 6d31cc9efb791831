from .channels import ChannelConnectionAdmin, ChannelDeliveryAdmin, ContactMessageAdmin
from .contacts import FACTS, ContactAdmin

__all__ = ["FACTS", "ChannelConnectionAdmin", "ChannelDeliveryAdmin", "ContactAdmin", "ContactMessageAdmin"]
