from .contact import Contact
from .event import ContactEvent
from .identity import ContactIdentity
from .note import ContactNote
from .stale import StaleEdit

__all__ = ["Contact", "ContactEvent", "ContactIdentity", "ContactNote", "StaleEdit"]
