"""Reminders of contacts who do not answer: set beside an answer, gone when they write."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from config.accounts.models import User

from ..models import Contact, ContactMessage, WaitingItem
from ..models.locking import hold_book
from .later import check_later, clean_words

Kind = WaitingItem.Kind


def remind_if_silent(answer: ContactMessage, at: datetime, *, words: str = "", by: User | None) -> WaitingItem:
    """Let the contact come back at a time unless they write before it; once for each answer.

    Raises ValidationError for a time that is not in the next ten years, and words that are too long.
    """
    words = clean_words(words)
    check_later(at)
    defaults = {
        "pro": answer.pro,
        "contact": answer.contact,
        "since": timezone.now(),
        "channel": answer.channel,
        "later_until": at,
        "later_words": words,
        "later_by": by,
    }
    with transaction.atomic():
        # Who writes meanwhile ends the reminder.
        hold_book(answer.pro_id)
        item, _is_new = WaitingItem.objects.get_or_create(kind=Kind.REMINDER, key=str(answer.pk), defaults=defaults)
    return item


def cancel_reminder(answer: ContactMessage) -> None:
    """Delete the reminder of an answer that was undone."""
    WaitingItem.objects.filter(kind=Kind.REMINDER, key=str(answer.pk)).delete()


def pending_reminder(contact: Contact) -> WaitingItem | None:
    """The next reminder of a contact that is not due."""
    rows = contact.waiting_items.later().filter(kind=Kind.REMINDER)
    return rows.order_by("later_until", "pk").first()
