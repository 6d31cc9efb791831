from .connection import ChannelConnection
from .contact import Contact
from .contact_import import ContactImport, ContactImportRow
from .delivery import ChannelDelivery
from .distinct import DistinctPair
from .event import ContactEvent
from .identity import ContactIdentity
from .merge import ContactMerge
from .message import ContactMessage, MessageFile
from .note import ContactNote
from .stale import StaleEditError

__all__ = [
    "ChannelConnection",
    "ChannelDelivery",
    "Contact",
    "ContactEvent",
    "ContactIdentity",
    "ContactImport",
    "ContactImportRow",
    "ContactMerge",
    "ContactMessage",
    "ContactNote",
    "DistinctPair",
    "MessageFile",
    "StaleEditError",
]
