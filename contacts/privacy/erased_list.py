"""The list of erasures that a backup does not take back: a small file for each try, in the storage of files.

A restore brings back rows of before an erasure. It reads this list, or one that is handed to it, and erases them again.
No name is in it: an entry holds ids alone.
"""

import logging
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from config.files.storage import StorageUnavailableError

from ..models import Erasure

FOLDER = "erasures"
logger = logging.getLogger("vestibule.privacy")


class Entry(msgspec.Struct, kw_only=True):
    """An erasure: of the contact `person` of the Pro `pro`, and the contacts that were merged into it."""

    id: UUID
    pro: int
    person: UUID
    merged: list[UUID] = []
    reason: str
    at: datetime


def note_erasure(erasure: Erasure, ids: Collection[UUID]) -> str:
    """Add an erasure to the list; returns the name of its file, for `forget_try`. Raises StorageUnavailableError."""
    entry = Entry(
        id=erasure.pk,
        pro=erasure.pro_id,
        person=erasure.person,
        merged=[id for id in ids if id != erasure.person],
        reason=erasure.reason,
        at=timezone.now(),
    )
    # Its own: of two tries at once one is given up, and must not take along what the other one notes.
    name = f"{FOLDER}/{erasure.pk}-{uuid4().hex[:8]}.json"
    try:
        return storages["attachments"].save(name, ContentFile(msgspec.json.encode(entry)))
    except Exception as error:
        raise StorageUnavailableError("cannot write the list of erasures") from error


def forget_try(name: str) -> None:
    """Take a try by which nothing was erased off the list."""
    try:
        storages["attachments"].delete(name)
    except Exception:
        logger.exception("%s stands on the list of erasures, and is not done", name)


def forget_undone(erasure: Erasure) -> None:
    """Take the tries of an erasure that was undone off the list: one that was killed could not. Raises as the storage
    does.
    """
    storage = storages["attachments"]
    for name in _entry_names():
        if name.startswith(str(erasure.pk)):
            storage.delete(f"{FOLDER}/{name}")


def _entry_names() -> list[str]:
    try:
        return sorted(storages["attachments"].listdir(FOLDER)[1])
    except FileNotFoundError:
        return []


def read_list() -> Iterator[Entry]:
    """The entries of the list, each erasure once. Raises as the storage does, and msgspec.MsgspecError."""
    seen = set()
    for name in _entry_names():
        with storages["attachments"].open(f"{FOLDER}/{name}", "rb") as file:
            entry = msgspec.json.decode(file.read(), type=Entry)
        if entry.id not in seen:
            seen.add(entry.id)
            yield entry


def read_lines(lines: Iterable[str]) -> Iterator[Entry]:
    """The entries of a list in JSON lines, as `manage.py erasures` prints it. Raises msgspec.MsgspecError."""
    for line in lines:
        if line.strip():
            yield msgspec.json.decode(line, type=Entry)
