"""Timeline of a contact: entries of all apps, newest first.

An app adds its own with a module `timeline` beside its models: `entries(contact, until, size)` returns the newest
`size` of its entries that are not later than `until` (of all when it is None), always in the same order. The template
of an entry gets it as `entry`, beside `contact` and `pro`.
"""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from config.web.hooks import hooks

from .book.fields import display_value, field_label
from .conversations.leads import attach_lead_notes
from .conversations.threads import link_messages, with_content
from .models import Contact, ContactEvent, ContactNote

SIZE = 30


class Entry(NamedTuple):
    """Time, template and content of one entry."""

    at: datetime
    template: str
    item: Any


class Place(NamedTuple):
    """Beginning of a page: at the time `until`, after `skip` entries of exactly that time."""

    until: datetime
    skip: int


def timeline(contact: Contact, place: Place | None = None) -> tuple[list[Entry], Place | None]:
    """A page of entries, newest first, and the beginning of the next page; None on the last page."""
    until, skip = place or (None, 0)
    end = skip + SIZE
    newest_entries = [
        entry for module in hooks("timeline", "entries") for entry in module.entries(contact, until, end + 1)
    ]
    newest_entries.sort(key=lambda entry: entry.at, reverse=True)
    page = newest_entries[skip:end]
    if len(newest_entries) <= end:
        return page, None
    last = page[-1].at
    return page, Place(last, sum(entry.at == last for entry in newest_entries[:end]))


def newest(rows: QuerySet[Any], until: datetime | None, size: int, by: str = "created_at") -> QuerySet[Any]:
    """The newest `size` of `rows` that are not later than `until`, by the time in the field `by`."""
    rows = rows.filter(**{f"{by}__lte": until}) if until else rows
    return rows.order_by(f"-{by}", "-id")[:size]


def entries(contact: Contact, until: datetime | None, size: int) -> list[Entry]:
    """Notes, messages and events of the contact."""
    notes = newest(ContactNote.objects.present().filter(contact=contact).select_related("author"), until, size)
    messages = attach_lead_notes(newest(with_content(contact.messages.all()), until, size))
    link_messages(messages)
    events = newest(contact.events.select_related("user", "token"), until, size)
    return [
        *(Entry(note.created_at, "contacts/_note.html", note) for note in notes),
        *(Entry(row.created_at, "messages/_timeline_message.html", row) for row in messages),
        *(Entry(event.created_at, "contacts/_event.html", _event_with_lines(event, contact)) for event in events),
    ]


def _event_with_lines(event: ContactEvent, contact: Contact) -> dict[str, Any]:
    """An event with its changes as [(field, before, after)…], and the name of the other contact or file."""
    country = contact.pro.country
    lines = [
        (field_label(name), *(display_value(name, value, country) for value in event.changes[name]))
        for name in Contact.SETTABLE
        if name in event.changes
    ]
    others = (event.changes.get(key) for key in ("absorbed", "survivor", "import"))
    _id, other = next(filter(None, others), ("", ""))
    return {"event": event, "lines": lines, "other": other}
