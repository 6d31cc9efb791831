"""Mails about contact requests that came back as undeliverable; `contacts` asks each app for its own."""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from config.accounts.models import Pro
from config.web.mail import name_in_message_id
from contacts.models import Contact

from .mails import ACKNOWLEDGMENT_ID, REPLY_ID
from .models import ContactRequest, Reply


def mark_returned(pro: Pro, message_id: str) -> Contact | None:
    """Mark the reply or acknowledgment with this Message-ID as returned; return its contact, None for another mail."""
    marks: dict[str, Callable[[Pro, UUID], Contact | None]] = {
        REPLY_ID: _mark_reply,
        ACKNOWLEDGMENT_ID: _mark_acknowledgment,
    }
    for prefix, mark in marks.items():
        with suppress(ValueError):
            return mark(pro, UUID(name_in_message_id(message_id, prefix)))
    return None


def _mark_reply(pro: Pro, id: UUID) -> Contact | None:
    rows = Reply.objects.filter(contact_request__in=ContactRequest.objects.for_pro(pro), pk=id)
    rows.update(error=_("The e-mail was returned: see the message about it."))
    reply = rows.select_related("contact_request__contact").first()
    return reply.contact_request.contact if reply else None


def _mark_acknowledgment(pro: Pro, id: UUID) -> Contact | None:
    rows = ContactRequest.objects.for_pro(pro).filter(pk=id)
    rows.update(acknowledgment_returned_at=timezone.now())
    contact_request = rows.select_related("contact").first()
    return contact_request.contact if contact_request else None
