from .contact import Contact
from .contact_import import ContactImport, ContactImportRow
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
    "ContactImport",
    "ContactImportRow",
    "ContactMerge",
    "ContactNote",
    "DistinctPair",
    "StaleEdit",
]
