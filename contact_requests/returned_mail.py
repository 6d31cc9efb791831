"""Mails about contact requests that came back as undeliverable; `contacts` asks each app for its own."""

from contextlib import suppress
from uuid import UUID

from config.accounts.models import Pro
from config.web.mail import make_message_id, name_in_message_id
from contacts.conversations.returned_mails import Mail, ReturnedMail
from contacts.topics import REQUEST, split_topic

from .mails import ACKNOWLEDGMENT_ID
from .models import ContactRequest


def mark_returned(pro: Pro, message_id: str, note: str) -> ReturnedMail | None:
    """Mark the acknowledgment with this Message-ID as returned, which its page words; None for another mail."""
    with suppress(ValueError):
        rows = ContactRequest.objects.for_pro(pro).filter(pk=UUID(name_in_message_id(message_id, ACKNOWLEDGMENT_ID)))
        rows.mark_acknowledgment_returned()
        if row := rows.select_related("contact").first():
            return ReturnedMail(row.contact, (row.email,), Mail.ACKNOWLEDGMENT)
    return None


def find_mail(name: str) -> tuple[str, str]:
    """Message-ID and topic of an acknowledgment; see `contacts.reply_addresses`."""
    kind, id = split_topic(name)
    return (make_message_id(f"{ACKNOWLEDGMENT_ID}{id}"), name) if kind == REQUEST else ("", "")
