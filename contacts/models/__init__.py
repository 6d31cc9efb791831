from .automatic_reply import AutomaticReply
from .bulk_run import BulkRow, BulkRun
from .canned_reply import CannedReply, CannedReplyText
from .connection import ChannelConnection
from .consent import Consent, PrivacySettings
from .contact import Contact
from .contact_count import ContactCount
from .contact_import import ContactImport, ContactImportRow
from .contact_week_count import ContactWeekCount
from .delivery import ChannelDelivery, OriginalFile
from .distinct import DistinctPair
from .draft import Draft, DraftFile
from .erasure import ErasedAddress, ErasedRecord, Erasure, MarkKey
from .event import ContactEvent
from .first_response import FirstResponse
from .identity import ContactIdentity
from .kept_view import KeptView
from .mailbox import MailboxSettings
from .mailbox_folder import FiledCopy, MailboxFolder
from .merge import ContactMerge
from .message import ContactMessage
from .message_file import MessageFile, MessageMedium
from .note import ContactNote
from .office_hours import OfficeHours
from .own_hours import OwnHours
from .person_export import PersonExport, PersonExportFile
from .report import ReportDay, ReportZone
from .report_marks import AnswerMark, ArrivalMark
from .sender_rule import SenderRule
from .stale import StaleEditError
from .stated_address import StatedAddress
from .waiting import WaitingItem

__all__ = [
    "AnswerMark",
    "ArrivalMark",
    "AutomaticReply",
    "BulkRow",
    "BulkRun",
    "CannedReply",
    "CannedReplyText",
    "ChannelConnection",
    "ChannelDelivery",
    "Consent",
    "Contact",
    "ContactCount",
    "ContactEvent",
    "ContactIdentity",
    "ContactImport",
    "ContactImportRow",
    "ContactMerge",
    "ContactMessage",
    "ContactNote",
    "ContactWeekCount",
    "DistinctPair",
    "Draft",
    "DraftFile",
    "ErasedAddress",
    "ErasedRecord",
    "Erasure",
    "FiledCopy",
    "FirstResponse",
    "KeptView",
    "MailboxFolder",
    "MailboxSettings",
    "MarkKey",
    "MessageFile",
    "MessageMedium",
    "OfficeHours",
    "OriginalFile",
    "OwnHours",
    "PersonExport",
    "PersonExportFile",
    "PrivacySettings",
    "ReportDay",
    "ReportZone",
    "SenderRule",
    "StaleEditError",
    "StatedAddress",
    "WaitingItem",
]
