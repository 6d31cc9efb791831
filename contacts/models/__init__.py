from .contact import Contact
from .event import ContactEvent
from .identity import ContactIdentity

__all__ = ["Contact", "ContactEvent", "ContactIdentity"]
