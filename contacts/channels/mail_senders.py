"""Read the person who wrote an e-mail, the address for an answer, and the machine that passed it on.

docs/channels.md has the table of it. Without any address of the person, the e-mail has an identity of its own, so that
no two strangers share a contact. A program that writes for nobody, such as a newsletter's, is its own contact.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.conf import settings

from config.web.mail import is_answerable
from config.web.text import one_line

from ..addresses import email_key
from .letters.parts import MailPart
from .mail_headers import (
    address_in,
    addresses_in,
    content_of,
    domain_of,
    envelope_sender,
    header,
    is_address,
    is_within,
)
from .mail_machines import is_form, is_own, is_program, is_relay, name_before_via
from .mail_proof import is_proven
from .message import Identity, Lead

CHANNEL = "email"
MAX_COPIES = 50
# Headers in which lists and portals keep the From that they replaced.
_ORIGINALS = ("X-Original-From", "X-Original-Sender")

NameAndAddress = tuple[str, str]


@dataclass(frozen=True)
class Sender:
    """The person who wrote, as InboundMessage has them; `is_direct`: they wrote from their own address."""

    identity: Identity
    name: str
    email: str
    address: str
    by_way_of: str = ""
    is_proven: bool = False

    @property
    def is_known(self) -> bool:
        """True if the person has an address."""
        return bool(self.email)


class MailSender:
    """The addresses of an e-mail, and what they are.

    `own_addresses` are the connection's and the Pro's; `roles` those of addresses that the Pro has corrected, "person"
    or "relay". `is_machine`: the one in From is not the person. `replies`: (name, address) of each in Reply-To who is
    not the Pro, the sender or a whole list; `copies` of those in Cc who are neither.
    """

    def __init__(self, email: MailPart, own_addresses: Collection[str], roles: Mapping[str, str]) -> None:
        self.email = email
        self.own_addresses = [*own_addresses, address_in(settings.DEFAULT_FROM_EMAIL)]
        self.name, self.address = _writer(email)
        self.replies = [reply for reply in addresses_in(email, "Reply-To") if self._reaches_a_person(reply[1])]
        self.copies = tuple(copy for copy in addresses_in(email, "Cc") if self._reaches_a_person(copy[1]))[:MAX_COPIES]
        self.name_before_via = name_before_via(self.name)
        self.roles = roles
        self.role = roles.get(self.address.lower(), "")
        self.is_own = is_own(self.address, self.own_addresses)
        self.is_machine = self.role == "relay" or (self.role != "person" and self._is_machine())

    def _is_machine(self) -> bool:
        is_office = bool(self.replies) and is_form(self.name, self.address, self.replies[0])
        return self.is_own or is_program(self.address) or bool(self.name_before_via) or is_office

    def _reaches_a_person(self, address: str) -> bool:
        is_usable = is_address(address) and is_answerable(address) and not is_own(address, self.own_addresses)
        is_list = f"mailto:{address.lower()}" in header(self.email, "List-Post").lower()
        return is_usable and not is_list and address.lower() != self.address.lower()


def _writer(email: MailPart) -> NameAndAddress:
    """(name, address) in From, of several the one in Sender; else in Sender, else of the envelope; else ("", "")."""
    writers, senders = addresses_in(email, "From"), addresses_in(email, "Sender")
    if len(writers) > 1 and senders:
        named = [writer for writer in writers if writer[1].lower() == senders[0][1].lower()]
        return (named or writers)[0]
    return next(iter([*writers, *senders]), (_name_alone(header(email, "From")), envelope_sender(email)))


def _name_alone(text: str) -> str:
    """The name in a From without an address, such as "MAILER-DAEMON <>"."""
    return one_line(re.sub(r"<[^<>]*>", " ", text[:500]).replace('"', " "))


def read_sender(mail: MailSender, lead: Lead | None) -> Sender:
    """The person who wrote."""
    is_stated = lead is not None and lead.email.lower() not in ("", mail.address.lower()) and mail.role != "person"
    if not mail.is_machine and not is_stated:
        return _direct_sender(mail, lead)
    name, address = _person_of_mail(mail, lead)
    if not address and not (lead or mail.is_own or mail.name_before_via or mail.role == "relay"):
        return _direct_sender(mail, lead)
    name = (lead.name if lead else "") or name or mail.name_before_via
    return Sender(
        identity=(CHANNEL, email_key(address)) if address else _own_identity(mail.email),
        name=name or address or mail.name,
        email=address,
        address=_answer_address(mail, address),
        by_way_of=mail.address,
        is_proven=not address,
    )


def _direct_sender(mail: MailSender, lead: Lead | None) -> Sender:
    address = mail.address if is_address(mail.address) else ""
    name = "" if mail.name == mail.address else mail.name
    return Sender(
        identity=(CHANNEL, email_key(mail.address)) if mail.address else _own_identity(mail.email),
        name=name or (lead.name if lead else "") or mail.address,
        email=address,
        address=mail.replies[0][1] if mail.replies and not mail.is_machine else address,
        by_way_of=_list_address(mail),
        is_proven=not address or is_proven(mail.email, address),
    )


def _person_of_mail(mail: MailSender, lead: Lead | None) -> NameAndAddress:
    """(name, address) of the person for whom a machine writes; the address may be ""."""
    stated = [(lead.name, lead.email)] if lead and lead.email else []
    is_portals = bool(mail.replies) and is_within(domain_of(mail.replies[0][1]), domain_of(mail.address))
    originals = [pair for name in _ORIGINALS for pair in addresses_in(mail.email, name)]
    usable = [pair for pair in originals if is_address(pair[1]) and not is_own(pair[1], mail.own_addresses)]
    if not mail.is_machine:
        candidates = stated
    elif is_portals:
        candidates = [*stated, *mail.replies]
    else:
        candidates = [*mail.replies, *usable, *stated]
    # "Lea via Portal <8f3a0c6e21@portal.example>": the portal made the address for her.
    relayed = [(mail.name_before_via, mail.address)] if mail.name_before_via and is_relay(mail.address) else []
    name, address = next(iter([*candidates, *relayed]), ("", ""))
    named = (other for other, other_address in usable if other_address.lower() == address.lower())
    return name or next(named, ""), address


def _answer_address(mail: MailSender, address: str) -> str:
    """Address for an answer: the portal's relay where it gives one, as it forwards the answer, else the person's."""
    return mail.replies[0][1] if mail.is_machine and mail.replies else address


def _list_address(mail: MailSender) -> str:
    """Address of the mailing list that a person wrote through, "" for none and for one that the Pro has corrected."""
    address = address_in(header(mail.email, "List-Post").replace("mailto:", " "))
    return "" if mail.roles.get(address.lower()) == "person" else address


def _own_identity(email: MailPart) -> Identity:
    """An identity that no other e-mail has, of one whose sender is unknown; it is no address.

    It stays the same when the e-mail is read again, however its text is read then.
    """
    names = ("Message-ID", "From", "Date", "Subject", "Received")
    parts = [part for part in email.walk() if part.get_content_maintype() == "text"]
    fields = [*(header(email, name) for name in names), *map(content_of, parts[:1])]
    return CHANNEL, "message:" + hashlib.sha256(repr(fields).encode("utf-8", "replace")).hexdigest()
