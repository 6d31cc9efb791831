from .picture import PropertyPicture
from .property import Property, PropertyNumber
from .request import ContactRequest, ContactRequestEvent, InvalidTransitionError

__all__ = [
    "ContactRequest",
    "ContactRequestEvent",
    "InvalidTransitionError",
    "Property",
    "PropertyNumber",
    "PropertyPicture",
]
