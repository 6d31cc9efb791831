"""The seen-check: what others have added to a contact's thread since a page showed it.

The version of a thread names the newest entries that it shows, so that an entry which is not among them is new.
"""

import base64
import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Model
from django.utils.translation import gettext as _

from config.accounts.models import User

from ..models import Contact, WaitingItem

# Entries of each kind that a version names, and of those that are compared: fewer, so that one which comes into view
# because a newer one was deleted is not taken for a new one.
NAMED, COMPARED = 50, 30
PREFIX = "1."
TOKEN_LENGTH = 8
Kind, Outcome = WaitingItem.Kind, WaitingItem.Outcome
# A message stands for itself, and a reminder is nobody's word.
ARRIVALS = (Kind.REQUEST, Kind.INQUIRY, Kind.OFFER)
# An answer is a message.
ENDINGS = (Outcome.ANOTHER_WAY, Outcome.NO_ANSWER, Outcome.SPAM)


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


def thread_version(contact: Contact) -> str:
    """The version of a contact's thread as it is now, a short text for a form's hidden field."""
    return PREFIX + "".join(entry.token for entry in _entries(contact, NAMED))


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


def _entries(contact: Contact, newest: int) -> Iterator[Addition]:
    for message in contact.messages.order_by("-created_at", "-id")[:newest]:
        # The author's own state changes, such as a failure, are nobody's addition.
        yield _entry("message", message.created_at, message, message.author_id, message.edited_at, message.deleted_at)
    for note in contact.notes.present().order_by("-created_at", "-id")[:newest]:
        yield _entry("note", note.edited_at or note.created_at, note, note.author_id, note.edited_at)
    for item in contact.waiting_items.order_by("-since", "-id")[:newest]:
        if item.kind in ARRIVALS:
            yield _entry("arrival", item.since, item, None)
        if item.ended_at and item.outcome in ENDINGS:
            yield _entry("ending", item.ended_at, item, item.ended_by_id, item.ended_at)


def _entry(kind: str, at: datetime, item: Model, user_id: int | None, *version: datetime | None) -> Addition:
    digest = hashlib.sha256(repr((kind, item.pk, version)).encode()).digest()
    return Addition(kind, at, item, user_id, base64.urlsafe_b64encode(digest[:6]).decode())
