"""Mails about contact requests that came back as undeliverable; `contacts` asks each app for its own."""

from contextlib import suppress
from uuid import UUID

from config.accounts.models import Pro
from config.web.mail import make_message_id, name_in_message_id
from contacts.models import Contact
from contacts.topics import REQUEST, split_topic

from .mails import ACKNOWLEDGMENT_ID
from .models import ContactRequest


def mark_returned(pro: Pro, message_id: str) -> Contact | None:
    """Mark the acknowledgment with this Message-ID as returned; return its contact, None for another mail."""
    with suppress(ValueError):
        rows = ContactRequest.objects.for_pro(pro).filter(pk=UUID(name_in_message_id(message_id, ACKNOWLEDGMENT_ID)))
        rows.mark_acknowledgment_returned()
        contact_request = rows.select_related("contact").first()
        return contact_request.contact if contact_request else None
    return None


def find_mail(name: str) -> tuple[str, str]:
    """Message-ID and topic of an acknowledgment; see `contacts.reply_addresses`."""
    kind, id = split_topic(name)
    return (make_message_id(f"{ACKNOWLEDGMENT_ID}{id}"), name) if kind == REQUEST else ("", "")
