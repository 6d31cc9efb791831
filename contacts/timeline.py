"""What happened with a contact, newest first, whichever app knows of it.

An app adds what it knows with a module `timeline` beside its models: `entries(contact, until, size)` returns the
newest `size` of its `Entry`s that are not later than `until`, or of all when that is None, always in the same order.
The template of an entry finds it as `entry`, beside `contact` and `pro`.
"""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from config.web.hooks import hooks

from .book.fields import label_of, shown
from .models import Contact, ContactEvent, ContactNote

SIZE = 30


class Entry(NamedTuple):
    """One thing that happened: when, the template that shows it, and what it shows."""

    at: datetime
    template: str
    item: Any


class Place(NamedTuple):
    """Where a page of the timeline begins: at a time, after `skip` entries of just that time."""

    until: datetime
    skip: int


def timeline(contact: Contact, place: Place | None = None) -> tuple[list[Entry], Place | None]:
    """A page of entries, newest first, and where the next one begins (None: there are no more)."""
    until, skip = place or (None, 0)
    end = skip + SIZE
    found = [entry for module in hooks("timeline", "entries") for entry in module.entries(contact, until, end + 1)]
    found.sort(key=lambda entry: entry.at, reverse=True)
    page = found[skip:end]
    if len(found) <= end:
        return page, None
    last = page[-1].at
    return page, Place(last, sum(entry.at == last for entry in found[:end]))


def newest(rows: QuerySet[Any], until: datetime | None, size: int, by: str = "created_at") -> QuerySet[Any]:
    """The newest `size` of `rows` that are not later than `until`, by the time in the field `by`."""
    rows = rows.filter(**{f"{by}__lte": until}) if until else rows
    return rows.order_by(f"-{by}", "-id")[:size]


def entries(contact: Contact, until: datetime | None, size: int) -> list[Entry]:
    """Notes, messages, and what was done to the contact itself."""
    notes = newest(ContactNote.objects.present().filter(contact=contact).select_related("author"), until, size)
    written = contact.messages.select_related("author").prefetch_related("files")
    events = newest(contact.events.select_related("user", "token"), until, size)
    return [
        *(Entry(note.created_at, "contacts/_note.html", note) for note in notes),
        *(Entry(row.created_at, "messages/_timeline_message.html", row) for row in newest(written, until, size)),
        *(Entry(event.created_at, "contacts/_event.html", _with_lines(event, contact)) for event in events),
    ]


def _with_lines(event: ContactEvent, contact: Contact) -> dict[str, Any]:
    """An event with what it changed, [(field, before, after)…], and the name of the other contact of a merge."""
    country = contact.pro.country
    lines = [
        (label_of(name), *(shown(name, value, country) for value in event.changes[name]))
        for name in Contact.SETTABLE
        if name in event.changes
    ]
    _id, other = event.changes.get("absorbed") or event.changes.get("survivor") or ("", "")
    return {"event": event, "lines": lines, "other": other}
