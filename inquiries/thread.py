"""The thread of one inquiry: its letter, moves, offers, and the messages about it, in the order they happened."""

from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet, prefetch_related_objects
from django.utils import timezone

from config.web.compiled import Compiled, Question
from config.web.together import UNASKED, Answers
from contacts.conversations.threads import link_messages
from contacts.models import Contact, ContactMessage, ContactNote
from contacts.topics import INQUIRY, make_topic

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


def read_thread(
    inquiry: Inquiry, history: list[Entry], offers: list[Offer], answers: Answers = UNASKED
) -> list[ThreadEntry]:
    """The entries, oldest first. The first row of the history is the arrival, which the letter is."""
    entries = [
        ThreadEntry(inquiry.created_at, "inquiries/_thread_letter.html", inquiry),
        *(ThreadEntry(move.created_at, "inquiries/_thread_move.html", move) for move in history if move.from_status),
        *(entry for offer in offers for entry in _offer_entries(offer)),
        *_entries_of_contact(inquiry, answers),
    ]
    entries.sort(key=lambda entry: entry.at)
    if inquiry.pending_move:
        pending = inquiry.pending_move
        entries.append(ThreadEntry(pending.created_at, "inquiries/_thread_pending.html", pending))
    return _with_days(entries)


def ask_thread(inquiry: Inquiry) -> list[Question[Any]]:
    """The questions of `read_thread`."""
    if inquiry.contact is None:
        return []
    topic = make_topic(INQUIRY, inquiry.pk)
    return [_MESSAGES.question(inquiry.contact, topic), _NOTES.question(inquiry.contact, inquiry.created_at)]


def _entries_of_contact(inquiry: Inquiry, answers: Answers) -> list[ThreadEntry]:
    """The messages about the inquiry, and notes about its contact since it came in: those of its page among them."""
    if inquiry.contact is None:
        return []
    messages, notes = map(answers.rows, ask_thread(inquiry))
    rows: list[Any] = [*messages, *notes]
    for row in rows:
        row.contact = inquiry.contact
    prefetch_related_objects(messages, "files")
    link_messages(messages)
    return [
        *(ThreadEntry(row.created_at, "messages/_timeline_message.html", row) for row in messages),
        *(ThreadEntry(note.created_at, "contacts/_note.html", note) for note in notes),
    ]


def _messages(contact: Contact, topic: str) -> QuerySet[ContactMessage]:
    return ContactMessage.objects.filter(contact=contact, topic=topic).select_related("author")


def _notes(contact: Contact, since: datetime) -> QuerySet[ContactNote]:
    notes = ContactNote.objects.present().filter(contact=contact, created_at__gte=since)
    return notes.select_related("author").order_by("created_at", "id")


_MESSAGES, _NOTES = Compiled(_messages, keeps_plan=True), Compiled(_notes, keeps_plan=True)


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
