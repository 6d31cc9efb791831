from .contact import Contact
from .distinct import DistinctPair
from .event import ContactEvent
from .identity import ContactIdentity
from .merge import ContactMerge
from .note import ContactNote
from .stale import StaleEdit

__all__ = [
    "Contact",
    "ContactEvent",
    "ContactIdentity",
    "ContactMerge",
    "ContactNote",
    "DistinctPair",
    "StaleEdit",
]
