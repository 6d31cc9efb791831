from .property import Property
from .reply import Reply
from .request import ContactRequest, ContactRequestEvent, InvalidTransition

__all__ = ["ContactRequest", "ContactRequestEvent", "InvalidTransition", "Property", "Reply"]
