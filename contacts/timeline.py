"""Timeline of a contact: entries of all apps, newest first.

An app adds its own with a module `timeline` beside its models: `SOURCES` are its kinds of entries. The template of an
entry gets it as `entry`, beside `contact` and `pro`.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast

from config.web.compiled import Compiled, Question
from config.web.hooks import hooks
from config.web.many import Many
from config.web.together import UNASKED, Answers

from .book.fields import display_value, field_label
from .conversations.leads import attach_lead_notes
from .conversations.threads import ask_files, attach_files, link_messages
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


def _as_they_are(contact: Contact, rows: list[Any], answers: Answers) -> list[Any]:
    return rows


def _nothing_more(ids: list[Any]) -> list[Question[Any]]:
    return []


class Source(NamedTuple):
    """A kind of entries: the `rows` of a contact, in the timeline at the time in their field `by`, and a template.

    `read` turns the rows of a page into the contents of their entries, in the same order; `asks` are questions that it
    finds answered, for rows with these ids. `is_word` is true of what the contact wrote or was written: see
    `contacts.last_words`.
    """

    rows: Callable[[Contact], QuerySet[Any]]
    template: str
    by: str = "created_at"
    read: Callable[[Contact, list[Any], Answers], Iterable[Any]] = _as_they_are
    is_word: bool = False
    asks: Callable[[list[Any]], list[Question[Any]]] = _nothing_more


class _Key(NamedTuple):
    """Place of an entry in the timeline, before it is read: later ones are greater."""

    at: datetime
    source: int
    pk: Any


def timeline(
    contact: Contact, place: Place | None = None, answers: Answers = UNASKED
) -> tuple[list[Entry], Place | None]:
    """A page of entries, newest first, and the beginning of the next page; None on the last page.

    One query finds which entries stand on the page, one reads those of each kind.
    """
    keys, end = _newest_keys(contact, place, answers), _end_of(place)
    page = _read_entries(contact, _keys_of_page(keys, place), answers)
    if len(keys) <= end:
        return page, None
    last = keys[end - 1].at
    return page, Place(last, sum(key.at == last for key in keys[:end]))


def ask_keys(contact: Contact, place: Place | None) -> Question[Any]:
    """The question for which entries stand on a page, and on those after it."""
    return _keys_query(_end_of(place) + 1).question(contact, *([place.until] if place else []))


def ask_entries(contact: Contact, place: Place | None, answers: Answers) -> list[Question[Any]]:
    """Questions for the entries of a page, once `ask_keys` is answered."""
    keys = _keys_of_page(_newest_keys(contact, place, answers), place)
    sources = _by_source(keys).items()
    more = [each for number, own in sources for each in _sources()[number].asks([key.pk for key in own])]
    return [*(_ask_rows(contact, number, own) for number, own in sources), *more]


def _end_of(place: Place | None) -> int:
    return (place.skip if place else 0) + SIZE


def _keys_of_page(keys: list[_Key], place: Place | None) -> list[_Key]:
    return keys[place.skip if place else 0 : _end_of(place)]


def _by_source(keys: Iterable[_Key]) -> dict[int, list[_Key]]:
    """Keys by the number of their source, in the order of the sources."""
    sources: dict[int, list[_Key]] = {}
    for key in sorted(keys, key=lambda key: key.source):
        sources.setdefault(key.source, []).append(key)
    return sources


def _ask_rows(contact: Contact, number: int, keys: list[_Key]) -> Question[Any]:
    return _rows_query(number).question(contact, Many(tuple(key.pk for key in keys)))


@cache
def _sources() -> list[Source]:
    return [source for module in hooks("timeline", "SOURCES") for source in module.SOURCES]


@cache
def _ids() -> list[Any]:
    """The primary key of each source's rows."""
    return [source.rows(Contact()).model._meta.pk for source in _sources()]


def _newest_keys(contact: Contact, place: Place | None, answers: Answers) -> list[_Key]:
    """Places of the entries until the end of a page and at least one more, newest first, in one query."""
    rows, ids = answers.rows(ask_keys(contact, place)), _ids()
    keys = [_Key(at, number, ids[number].to_python(pk)) for at, number, pk in rows]
    return sorted(keys, key=lambda key: (key.at, -key.source, key.pk), reverse=True)


# A page that begins among many entries of one time has a size of its own.
@lru_cache(maxsize=8)
def _keys_query(size: int) -> Compiled[Any]:
    """Query of (time, number of the source, id as text) by a contact, and the time until which."""

    def rows(contact: Contact, *until: datetime) -> QuerySet[Any, Any]:
        parts = [_select_keys(source, contact, number, until, size) for number, source in enumerate(_sources())]
        return parts[0].union(*parts[1:], all=True).order_by()

    return Compiled(rows, keeps_plan=True)


def _select_keys(
    source: Source, contact: Contact, number: int, until: tuple[datetime, ...], size: int
) -> QuerySet[Any, Any]:
    rows = source.rows(contact).order_by().select_related(None).prefetch_related(None)
    newest = rows.filter(**{f"{source.by}__lte": until[0]}) if until else rows
    # SQLite takes no LIMIT in the parts of a union itself.
    ids = newest.order_by(f"-{source.by}", "-id").values("pk")[:size]
    pk = Cast("pk", CharField())
    return rows.model.objects.order_by().filter(pk__in=ids).values_list(F(source.by), Value(number), pk)


@cache
def _rows_query(number: int) -> Compiled[Any]:
    """Query of the rows of a source by a contact and ids."""
    source = _sources()[number]
    return Compiled(lambda contact, ids: source.rows(contact).order_by().filter(pk__among=ids), keeps_plan=True)


def _read_entries(contact: Contact, keys: list[_Key], answers: Answers) -> list[Entry]:
    """The entries of these places, in their order."""
    entries = dict[_Key, Entry]()
    for number, own in _by_source(keys).items():
        source = _sources()[number]
        rows = {row.pk: row for row in answers.rows(_ask_rows(contact, number, own))}
        present = [key for key in own if key.pk in rows]
        items = source.read(contact, [_with_contact(rows[key.pk], contact) for key in present], answers)
        entries |= {key: Entry(key.at, source.template, item) for key, item in zip(present, items, strict=True)}
    return [entries[key] for key in keys if key in entries]


def _with_contact(row: Any, contact: Contact) -> Any:
    """The row, which has the contact itself where it is the contact's."""
    if getattr(row, "contact_id", None) == contact.pk:
        row.contact = contact
    return row


def _notes(contact: Contact) -> QuerySet[ContactNote]:
    return ContactNote.objects.present().filter(contact=contact).select_related("author")


def _messages(contact: Contact) -> QuerySet[ContactMessage]:
    return ContactMessage.objects.filter(contact=contact).select_related("author").defer("search_text")


def _read_messages(contact: Contact, rows: list[ContactMessage], answers: Answers) -> list[ContactMessage]:
    messages = attach_lead_notes(rows)
    attach_files(messages, answers)
    link_messages(messages)
    return messages


def _contact_events(contact: Contact) -> QuerySet[ContactEvent]:
    return ContactEvent.objects.filter(contact=contact).select_related("user", "token")


def _read_events(contact: Contact, events: list[ContactEvent], answers: Answers) -> list[dict[str, Any]]:
    return [_event_with_lines(contact, event) for event in events]


# A thread has dozens of events, and `get_kind_display` reads all kinds for each.
_KINDS = dict(ContactEvent.Kind.choices)


def _event_with_lines(contact: Contact, event: ContactEvent) -> dict[str, Any]:
    """An event with its changes as [(field, before, after)…], and the name of the other contact or file."""
    country = contact.pro.country
    lines = [
        (field_label(name), *(display_value(name, value, country) for value in event.changes[name]))
        for name in Contact.SETTABLE
        if name in event.changes
    ]
    others = [event.changes.get(key) for key in ("absorbed", "survivor", "import")]
    others += event.changes.get("assigned_to", [])[1:]
    _id, other = next(filter(None, others), ("", ""))
    return {"event": event, "kind": _KINDS.get(event.kind, event.kind), "lines": lines, "other": other}


SOURCES = [
    Source(_notes, "contacts/_note.html"),
    Source(
        _messages,
        "messages/_timeline_message.html",
        read=_read_messages,
        is_word=True,
        asks=lambda ids: [ask_files(ids)],
    ),
    Source(_contact_events, "contacts/_event.html", read=_read_events),
]
