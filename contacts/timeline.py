"""Timeline of a contact: entries of all apps, newest first.

An app adds its own with a module `timeline` beside its models: `sources(contact)` returns its kinds of entries, always
in the same order. The template of an entry gets it as `entry`, beside `contact` and `pro`.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast

from config.web.hooks import hooks

from .book.fields import display_value, field_label
from .conversations.leads import attach_lead_notes
from .conversations.threads import link_messages, with_content
from .models import Contact, ContactEvent, ContactMessage, ContactNote

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


class Source(NamedTuple):
    """A kind of entries: the `rows` of a contact, in the timeline at the time in their field `by`, and a template.

    `read` turns the rows of a page into the contents of their entries, in the same order.
    """

    rows: QuerySet[Any]
    template: str
    by: str = "created_at"
    read: Callable[[Iterable[Any]], Iterable[Any]] = list


class _Key(NamedTuple):
    """Place of an entry in the timeline, before it is read: later ones are greater."""

    at: datetime
    source: int
    pk: Any


def timeline(contact: Contact, place: Place | None = None) -> tuple[list[Entry], Place | None]:
    """A page of entries, newest first, and the beginning of the next page; None on the last page.

    One query finds which entries stand on the page, one reads those of each kind.
    """
    until, skip = place or (None, 0)
    end = skip + SIZE
    sources = [source for module in hooks("timeline", "sources") for source in module.sources(contact)]
    keys = _newest_keys(sources, until, end + 1)
    page = _read_entries(sources, keys[skip:end])
    if len(keys) <= end:
        return page, None
    last = keys[end - 1].at
    return page, Place(last, sum(key.at == last for key in keys[:end]))


def _newest_keys(sources: list[Source], until: datetime | None, size: int) -> list[_Key]:
    """Places of at least the newest `size` entries that are not later than `until`, newest first, in one query."""
    parts = [_select_keys(source, number, until, size) for number, source in enumerate(sources)]
    keys = [
        _Key(at, number, sources[number].rows.model._meta.pk.to_python(pk))
        for at, number, pk in parts[0].union(*parts[1:], all=True).order_by()
    ]
    return sorted(keys, key=lambda key: (key.at, -key.source, key.pk), reverse=True)


def _select_keys(source: Source, number: int, until: datetime | None, size: int) -> QuerySet[Any, Any]:
    rows = source.rows.order_by().select_related(None).prefetch_related(None)
    newest = rows.filter(**{f"{source.by}__lte": until}) if until else rows
    # SQLite takes no LIMIT in the parts of a union itself.
    ids = newest.order_by(f"-{source.by}", "-id").values("pk")[:size]
    pk = Cast("pk", CharField())
    return source.rows.model.objects.order_by().filter(pk__in=ids).values_list(F(source.by), Value(number), pk)


def _read_entries(sources: list[Source], keys: list[_Key]) -> list[Entry]:
    """The entries of these places, in their order."""
    entries = dict[_Key, Entry]()
    for number, source in enumerate(sources):
        if own := [key for key in keys if key.source == number]:
            rows = source.rows.order_by().in_bulk([key.pk for key in own])
            present = [key for key in own if key.pk in rows]
            items = source.read([rows[key.pk] for key in present])
            entries |= {key: Entry(key.at, source.template, item) for key, item in zip(present, items, strict=True)}
    return [entries[key] for key in keys if key in entries]


def sources(contact: Contact) -> list[Source]:
    """Notes, messages and events of the contact."""
    notes = ContactNote.objects.present().filter(contact=contact).select_related("author")
    events = contact.events.select_related("user", "token")
    return [
        Source(notes, "contacts/_note.html"),
        Source(with_content(contact.messages.all()), "messages/_timeline_message.html", read=_read_messages),
        Source(events, "contacts/_event.html", read=partial(map, partial(_event_with_lines, contact))),
    ]


def _read_messages(rows: Iterable[ContactMessage]) -> list[ContactMessage]:
    messages = attach_lead_notes(rows)
    link_messages(messages)
    return messages


def _event_with_lines(contact: Contact, event: ContactEvent) -> dict[str, Any]:
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
