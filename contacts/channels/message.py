"""Shapes that every provider reads its calls into, and the errors that a provider raises."""

from dataclasses import dataclass
from datetime import datetime

from ..addresses import identities_of

Identity = tuple[str, str]


class RefusedError(Exception):
    """A call does not prove that the provider sent it."""


class UnreadableError(Exception):
    """A call does not have the form that the provider publishes."""


class SendFailedError(Exception):
    """A message was not sent; `reason` is a sentence for the Pro.

    `is_final`: trying again by itself is useless. `is_doubtful`: the provider had the message and its fate is unknown,
    so that only the Pro may try again. `is_gone`: there is no such mailbox.
    """

    def __init__(self, reason: str, *, is_final: bool, is_doubtful: bool = False, is_gone: bool = False) -> None:
        super().__init__(reason)
        self.is_gone = is_gone
        self.reason, self.is_final, self.is_doubtful = reason, is_final or is_doubtful, is_doubtful


class MediumGoneError(Exception):
    """The provider does not have a medium any more."""


class MediumRefusedError(Exception):
    """A medium cannot be kept; `reason` is a sentence for the Pro."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class FetchedMedium:
    """A medium as its provider handed it over; `mime_type` is "" where the provider does not say it."""

    content: bytes
    mime_type: str


@dataclass(frozen=True)
class Media:
    """A medium at the provider; `kind` is the provider's word ("image", "voice"), `size` in bytes, 0 for
    unknown."""

    kind: str
    id: str = ""
    filename: str = ""
    mime_type: str = ""
    size: int = 0


@dataclass(frozen=True)
class File:
    """A file that came with a message, with the name that its sender gave it."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Referral:
    """The ad or post that a sender came from; `url` is the provider's address of it."""

    headline: str = ""
    body: str = ""
    url: str = ""


@dataclass(frozen=True)
class Lead:
    """A visitor's request in an e-mail of a portal or of a site's form, as its labelled words give it.

    `phone` is as it was written. `references` may each name the property, the surest first: the office's own
    reference, a portal's number, an address of a page; `title` is what the property is called. `source` is the host
    name of the portal or site, such as "portal.example".
    """

    name: str = ""
    email: str = ""
    phone: str = ""
    message: str = ""
    references: tuple[str, ...] = ()
    title: str = ""
    source: str = ""


@dataclass(frozen=True)
class InboundMessage:
    """One message that a sender wrote.

    `external_id` is the provider's id, by which a repeated delivery is recognised. `identities` name the sender as
    (channel, external id), the surest first; `address` is where an answer goes. `email` and `phone` (E.164) are the
    sender's, if known. `references` are the Message-IDs of the e-mails before it, oldest first. `about` is the id of
    the sent message that a report is about, `is_returned` says that it was not delivered, `failed_recipient` is the
    address that it did not reach, and `is_gone` that there is no such mailbox. `edited_at` is the time of an edit,
    `deleted_at` that of a deletion by the sender: `external_id` is the changed message's then. `answers_to` is the id
    of the message that this one answers or reacts to; `referral` is the ad that brought the sender.

    `is_automatic`: nothing may answer it by itself. `is_silent`: the Pro is not told of it. The two are independent:
    what a person wrote through a mailing list is automatic and not silent. `by_way_of` is the address of the machine,
    portal or list that passed the words on, "" when the person wrote directly. `is_proven`: the provider vouches for
    the address that it came from. `lead` holds the labelled words of a portal's or form's mail. `cc` are (name,
    address) of its other recipients.

    `is_unreadable`: the text is a note that only the original shows the words. `refused` names each file that cannot
    be kept, and why. `is_past`: it arrived before the channel was connected, and is stored as read.
    """

    external_id: str
    identities: tuple[Identity, ...]
    address: str
    name: str
    text: str = ""
    sent_at: datetime | None = None
    email: str = ""
    phone: str = ""
    language: str = ""
    subject: str = ""
    quoted: str = ""
    media: tuple[Media, ...] = ()
    files: tuple[File, ...] = ()
    references: tuple[str, ...] = ()
    is_automatic: bool = False
    edited_at: datetime | None = None
    about: str = ""
    is_returned: bool = False
    failed_recipient: str = ""
    is_gone: bool = False
    is_silent: bool = False
    by_way_of: str = ""
    is_proven: bool = True
    lead: Lead | None = None
    cc: tuple[tuple[str, str], ...] = ()
    is_unreadable: bool = False
    refused: tuple[str, ...] = ()
    deleted_at: datetime | None = None
    answers_to: str = ""
    referral: Referral | None = None
    is_past: bool = False

    @property
    def sender(self) -> list[Identity]:
        """All (channel, external id) of the sender, the surest first."""
        return list(dict.fromkeys([*self.identities, *identities_of(self.email, self.phone)]))


@dataclass(frozen=True)
class SentMail:
    """An e-mail that somebody of the Pro's sent with their own mail program, found in the mailbox's Sent folder.

    `to` are the addresses in To and Cc, in their order, and `answers` the Message-IDs that it says it answers.
    """

    mail: InboundMessage
    to: tuple[str, ...]
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class IgnoredPart:
    """A part of a call that is meant for another connection; `reason` is a sentence for the Pro."""

    reason: str


@dataclass(frozen=True)
class Receipt:
    """The fate of a sent message; `state` is one of ContactMessage.State."""

    external_id: str
    state: str
    reason: str = ""
