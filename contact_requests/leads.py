"""Leads of e-mails as contact requests: of the property that they name, or that the Pro chooses.

See `contacts.conversations.leads`.
"""

import uuid
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from config.accounts.models import Pro
from config.search.folding import fold
from config.web.mail import is_answerable
from config.web.text import one_line
from contacts.addresses import identities_of
from contacts.channels.message import Lead
from contacts.conversations.leads import LeadNote, read_lead
from contacts.models import ContactMessage, StatedAddress
from contacts.models.locking import hold_book
from contacts.phones import to_e164

from . import receiving
from .models import ContactRequest, Property
from .waiting import follow_contact

MAX_MESSAGE = ContactRequest._meta.get_field("message").max_length or 0
LANGUAGES = dict(settings.LANGUAGES)


def receive_lead(message: ContactMessage, lead: Lead) -> bool:
    """Make a message's lead a contact request if its property is known; return whether there is one.

    One of an archived contact, that is read again, stays as it is.

    See `contacts.conversations.leads`. The message then counts as read: the Pro is told of the contact request.
    """
    if message.contact.deleted_at:
        return False
    prop = find_property(message.pro, lead)
    contact_request = _get_or_create(message, lead, prop, notifies=not _is_told(message))
    if contact_request is None:
        return False
    message.read_at = message.read_at or timezone.now()
    message.save(update_fields=["read_at"])
    return True


def answer_lead(message: ContactMessage, prop: Property) -> ContactRequest | None:
    """Make a message's lead a contact request about the property that the Pro chose; the first choice stays.

    None when nobody could answer the lead, or the contact was archived meanwhile.
    """
    with transaction.atomic():
        hold_book(message.pro_id)
        message.lock()
        if message.contact.deleted_at:
            return None
        return _get_or_create(message, read_lead(message), prop, notifies=False)


def lead_notes(messages: Sequence[ContactMessage]) -> dict[uuid.UUID, LeadNote]:
    """Notes on messages of one Pro with a lead: the contact request, or the question which property it is about."""
    requests = ContactRequest.objects.filter(inbound_message__in=messages).select_related("property")
    notes = {row.inbound_message_id: request_note(row) for row in requests}
    unanswered = [row for row in messages if row.pk not in notes and _visitor_fields(row, read_lead(row))]
    if unanswered and (properties := list(Property.objects.for_pro(unanswered[0].contact.pro).published_first())):
        question = LeadNote("contact_requests/_lead_question.html", properties, "question")
        notes |= {row.pk: question for row in unanswered}
    return notes  # type: ignore[return-value]


def request_note(contact_request: ContactRequest) -> LeadNote:
    """Note that links to the contact request of a message."""
    version = f"{contact_request.pk} {contact_request.status}"
    return LeadNote("contact_requests/_lead_request.html", contact_request, version)


def find_property(pro: Pro, lead: Lead) -> Property | None:
    """The Pro's property that a lead names: by reference, portal number or page, else by a title that only one has."""
    for reference in lead.references:
        if prop := Property.objects.find_by_reference(pro, reference) or _find_by_page(pro, reference):
            return prop
    return _find_by_title(pro, lead.title)


def _find_by_page(pro: Pro, url: str) -> Property | None:
    """The property with this page, "https://site.example/properties/house"; the scheme does not matter."""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        match = resolve(unquote(parts.path).rstrip("/"))
    except (ValueError, Resolver404):
        return None
    is_own = parts.netloc.lower() == urlsplit(settings.SITE_URL).netloc.lower()
    if not is_own or match.view_name != "contact_requests:property_detail":
        return None
    return Property.objects.for_pro(pro).filter(slug=match.kwargs["slug"]).first()


def _find_by_title(pro: Pro, title: str) -> Property | None:
    folded, rows = fold(title), Property.objects.for_pro(pro)
    same = [pk for pk, each in rows.values_list("pk", "title") if fold(each) == folded] if folded else []
    return rows.get(pk=same[0]) if len(same) == 1 else None


def _get_or_create(
    message: ContactMessage, lead: Lead, prop: Property | None, *, notifies: bool
) -> ContactRequest | None:
    """The contact request of a message, made once; None without property or address. The caller holds the book."""
    visitor = _visitor_fields(message, lead)
    if stored := ContactRequest.objects.filter(inbound_message=message).select_related("property").first():
        return _follow_sender(stored, message, visitor)
    if visitor is None or prop is None:
        return None
    source = (lead.source or message.channel)[:50]
    if is_sender := _is_sender(message, visitor):
        given = identities_of(visitor["email"], visitor["phone"])
        StatedAddress.objects.suggest(message.contact, given, source)
    return receiving.create_contact_request(
        prop,
        **visitor,
        contact=message.contact if is_sender else None,
        inbound_message=message,
        language=message.contact.language if message.contact.language in LANGUAGES else prop.pro.language,
        source=source,
        created_at=message.created_at,
        notifies=notifies,
        acknowledges=not (message.is_silent or message.is_past or _is_answered(message)),
    )


def _follow_sender(
    contact_request: ContactRequest, message: ContactMessage, visitor: dict[str, str] | None
) -> ContactRequest:
    """Move a contact request along when its message has moved to the contact that wrote it."""
    if visitor and contact_request.contact_id != message.contact_id and _is_sender(message, visitor):
        contact_request.contact = message.contact
        contact_request.save(update_fields=["contact", "updated_at"])
        follow_contact(contact_request)
    return contact_request


def _is_told(message: ContactMessage) -> bool:
    """True if the Pro knows of a message, must not be told of it, or has the e-mail itself, in a mailbox of theirs."""
    reads_mailbox = message.connection is not None and message.connection.address == message.pro.email
    return bool(message.is_silent or message.read_at or message.notified_at or reads_mailbox)


def _is_answered(message: ContactMessage) -> bool:
    """True if something was sent to the contact since."""
    later = message.contact.messages.filter(created_at__gt=message.created_at)
    return later.exclude(state=ContactMessage.State.RECEIVED).exists()


def _is_sender(message: ContactMessage, visitor: dict[str, str]) -> bool:
    """True if the visitor's address is one of those that the message's contact has."""
    contact = message.contact
    emails = {message.address.casefold(), contact.email.casefold()}
    return visitor["email"].casefold() in emails - {""} or visitor["phone"] == contact.phone != ""


def _visitor_fields(message: ContactMessage, lead: Lead) -> dict[str, str] | None:
    """Name, e-mail, phone (E.164) and message of a lead's visitor; None without an address that takes an answer.

    What cannot be read as an e-mail or a phone number is kept in the message.
    """
    # By the contact: a conversation's messages share it.
    pro = message.contact.pro
    email, phone = _valid_email(lead.email), _valid_phone(lead.phone, pro)
    with override(pro.language):
        unread = [(_("E-mail"), lead.email, email), (_("Phone"), lead.phone, phone)]
    lines = [f"{label}: {text}" for label, text, value in unread if text and not value]
    if not email and not phone and is_answerable(message.address):
        email = _valid_email(message.address)
    if not email and not phone:
        return None
    name = lead.name if any(c.isalnum() for c in lead.name) else message.contact.name
    text = lead.message.strip() or message.text.strip() or message.subject
    return {"name": one_line(name), "email": email, "phone": phone, "message": _with_lines(text, lines)}


def _valid_email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text if len(text) <= 254 else ""


def _valid_phone(text: str, pro: Pro) -> str:
    try:
        return to_e164(text, pro.country)
    except ValidationError:
        return ""


def _with_lines(text: str, lines: list[str]) -> str:
    """`text` with further lines below it, shortened to what a contact request holds."""
    end = "\n\n" + "\n".join(lines) if lines else ""
    room = MAX_MESSAGE - len(end)
    return (text if len(text) <= room else f"{text[: room - 1]}…") + end
