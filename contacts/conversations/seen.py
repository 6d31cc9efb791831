"""The seen-check: what others have added to a contact's thread since a page showed it.

The version of a thread names the newest entries that it shows, so that an entry which is not among them is new.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Model, QuerySet, Value
from django.utils.translation import gettext as _

from config.accounts.models import User
from config.web.compiled import Compiled
from config.web.together import UNASKED, Answers

from ..models import Contact, ContactMessage, ContactNote, WaitingItem

# Entries of each kind that a version names, and of those that are compared: fewer, so that one which comes into view
# because a newer one was deleted is not taken for a new one.
NAMED, COMPARED = 50, 30
PREFIX = "1."
TOKEN_LENGTH = 8
Kind, Outcome = WaitingItem.Kind, WaitingItem.Outcome
# A message stands for itself, and a reminder is nobody's word.
ARRIVALS = (Kind.REQUEST, Kind.INQUIRY, Kind.OFFER)
# An answer is a message.
ENDINGS = (Outcome.ANOTHER_WAY, Outcome.NO_ANSWER, Outcome.SPAM, Outcome.CLOSED)


class Addition(NamedTuple):
    """An entry of a thread: "message", "note", "arrival" or "ending" with its row; `user_id` is who added it."""

    kind: str
    at: datetime
    item: Any
    user_id: int | None
    token: str


class SeenChangedError(Exception):
    """Others have added to the thread since it was shown: `additions`, oldest first, and its present `version`."""

    def __init__(self, additions: list[Addition], version: str) -> None:
        super().__init__(len(additions))
        self.additions, self.version = additions, version

    def __str__(self) -> str:
        return _("Something was added since you began. Nothing was sent.")


def thread_version(contact: Contact, items: Iterable[WaitingItem] | None = None, answers: Answers = UNASKED) -> str:
    """The version of a contact's thread as it is now, a short text for a form's hidden field.

    `items` are the contact's waiting items where the caller has read them, at least the newest NAMED.
    """
    rows = contact.waiting_items.order_by("-since", "-id")[:NAMED] if items is None else items
    newest = sorted(rows, key=lambda item: (item.since, item.pk), reverse=True)[:NAMED]
    return PREFIX + "".join([*_read_tokens(contact, answers), *(entry.token for entry in _entries_of_items(newest))])


def check_seen(contact: Contact, seen: str, *, by: User | None) -> None:
    """Raise SeenChangedError if others have added to the thread since its version `seen`.

    The caller holds the contact, so that nothing is added meanwhile.
    """
    known = _tokens(seen)
    others = [entry for entry in _entries(contact, COMPARED) if by is None or entry.user_id != by.pk]
    if new := [entry for entry in others if entry.token not in known]:
        raise SeenChangedError(sorted(new, key=lambda entry: entry.at), thread_version(contact))


def _tokens(version: str) -> set[str]:
    text = version.removeprefix(PREFIX)
    return {text[start : start + TOKEN_LENGTH] for start in range(0, len(text), TOKEN_LENGTH)}


def _read_tokens(contact: Contact, answers: Answers) -> list[str]:
    """Tokens of the newest messages and notes, in one query; those that `_entries` gives them."""
    # A note that is shown is not deleted.
    return [
        _make_token(kind, pk, edited_at, *([deleted_at] if kind == "message" else []))
        for kind, pk, edited_at, deleted_at in answers.rows(NEWEST.question(contact))
    ]


def _newest_rows(contact: Contact) -> QuerySet[Any, Any]:
    """(kind, id, edited at, deleted at) of the newest messages and notes."""
    messages = ContactMessage.objects.filter(contact=contact).order_by()
    notes = ContactNote.objects.filter(contact=contact).present().order_by()
    # SQLite takes no LIMIT in the parts of a union itself.
    new_messages = messages.filter(pk__in=messages.order_by("-created_at", "-id").values_list("pk")[:NAMED])
    new_notes = notes.filter(pk__in=notes.order_by("-created_at", "-id").values_list("pk")[:NAMED])
    rows = new_messages.values_list(Value("message"), "pk", "edited_at", "deleted_at").union(
        new_notes.values_list(Value("note"), "pk", "edited_at", "deleted_at"), all=True
    )
    return rows.order_by()


NEWEST = Compiled(_newest_rows, keeps_plan=True)


def _entries(contact: Contact, newest: int) -> Iterator[Addition]:
    for message in contact.messages.order_by("-created_at", "-id")[:newest]:
        # The author's own state changes, such as a failure, are nobody's addition.
        yield _entry("message", message.created_at, message, message.author_id, message.edited_at, message.deleted_at)
    for note in contact.notes.present().order_by("-created_at", "-id")[:newest]:
        yield _entry("note", note.edited_at or note.created_at, note, note.author_id, note.edited_at)
    yield from _entries_of_items(contact.waiting_items.order_by("-since", "-id")[:newest])


def _entries_of_items(items: Iterable[WaitingItem]) -> Iterator[Addition]:
    for item in items:
        if item.kind in ARRIVALS:
            yield _entry("arrival", item.since, item, None)
        if item.ended_at and item.outcome in ENDINGS:
            yield _entry("ending", item.ended_at, item, item.ended_by_id, item.ended_at)


def _entry(kind: str, at: datetime, item: Model, user_id: int | None, *version: datetime | None) -> Addition:
    return Addition(kind, at, item, user_id, _make_token(kind, item.pk, *version))


def _make_token(kind: str, pk: Any, *version: datetime | None) -> str:
    digest = hashlib.sha256(repr((kind, pk, version)).encode()).digest()
    return base64.urlsafe_b64encode(digest[:6]).decode()
