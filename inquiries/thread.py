"""The thread of one inquiry: its letter, moves, offers, and the messages about it, in the order they happened."""

from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils import timezone

from contacts.conversations.threads import link_messages, with_content
from contacts.models import ContactMessage, ContactNote

from .history.entry import Entry
from .models import Inquiry, Offer

# Moments of an offer, each with the status that it brought.
OFFER_MOMENTS = {"sent_at": Offer.Status.SENT, "viewed_at": Offer.Status.VIEWED, "answered_at": ""}


class ThreadEntry(NamedTuple):
    """An entry of the thread; `day` is set on the first one of a day."""

    at: datetime
    template: str
    item: Any
    day: date | None = None


def read_thread(inquiry: Inquiry, history: list[Entry], offers: list[Offer]) -> list[ThreadEntry]:
    """The entries, oldest first. The first row of the history is the arrival, which the letter is."""
    entries = [
        ThreadEntry(inquiry.created_at, "inquiries/_thread_letter.html", inquiry),
        *(ThreadEntry(move.created_at, "inquiries/_thread_move.html", move) for move in history if move.from_status),
        *(entry for offer in offers for entry in _offer_entries(offer)),
        *(ThreadEntry(row.created_at, "messages/_timeline_message.html", row) for row in _messages(inquiry)),
        *(ThreadEntry(note.created_at, "contacts/_note.html", note) for note in _notes(inquiry)),
    ]
    entries.sort(key=lambda entry: entry.at)
    if inquiry.pending_move:
        pending = inquiry.pending_move
        entries.append(ThreadEntry(pending.created_at, "inquiries/_thread_pending.html", pending))
    return _with_days(entries)


def _messages(inquiry: Inquiry) -> list[ContactMessage]:
    if inquiry.contact is None:
        return []
    rows = list(with_content(inquiry.contact.messages.filter(topic=f"inquiry:{inquiry.pk}")))
    link_messages(rows)
    return rows


def _notes(inquiry: Inquiry) -> list[ContactNote]:
    """Notes about the contact since the inquiry came in: those written on its page among them."""
    if inquiry.contact is None:
        return []
    rows = inquiry.contact.notes.present().filter(created_at__gte=inquiry.created_at)
    return list(rows.select_related("author").order_by("created_at", "id"))


def _offer_entries(offer: Offer) -> list[ThreadEntry]:
    moments = [(getattr(offer, name), status or offer.status) for name, status in OFFER_MOMENTS.items()]
    template = "inquiries/_thread_offer.html"
    return [ThreadEntry(at, template, {"offer": offer, "status": status}) for at, status in moments if at]


def _with_days(entries: list[ThreadEntry]) -> list[ThreadEntry]:
    """The entries, the first one of each day marked."""
    marked, last = list[ThreadEntry](), None
    for entry in entries:
        day = timezone.localtime(entry.at).date()
        marked.append(entry._replace(day=day if day != last else None))
        last = day
    return marked
