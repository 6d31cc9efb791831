"""The list of erasures that a backup does not take back: a small file for each, in the storage of files.

A restore brings back rows of before an erasure. It reads this list, or one that is handed to it, and erases them again.
No name is in it: an entry holds ids alone.
"""

import logging
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from uuid import UUID

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


def note_erasure(erasure: Erasure, ids: Collection[UUID]) -> None:
    """Add an erasure to the list. Raises StorageUnavailableError."""
    entry = Entry(
        id=erasure.pk,
        pro=erasure.pro_id,
        person=erasure.person,
        merged=[id for id in ids if id != erasure.person],
        reason=erasure.reason,
        at=timezone.now(),
    )
    storage, name = storages["attachments"], _name(erasure)
    try:
        # Of an earlier try.
        storage.delete(name)
        storage.save(name, ContentFile(msgspec.json.encode(entry)))
    except Exception as error:
        raise StorageUnavailableError("cannot write the list of erasures") from error


def forget_erasure(erasure: Erasure) -> None:
    """Take an erasure that was not done off the list."""
    try:
        storages["attachments"].delete(_name(erasure))
    except Exception:
        logger.exception("erasure %s stands on the list, and is not done", erasure.pk)


def _name(erasure: Erasure) -> str:
    return f"{FOLDER}/{erasure.pk}.json"


def read_list() -> Iterator[Entry]:
    """The entries of the list. Raises as the storage does, and msgspec.MsgspecError."""
    storage = storages["attachments"]
    try:
        names = storage.listdir(FOLDER)[1]
    except FileNotFoundError:
        return
    for name in sorted(names):
        with storage.open(f"{FOLDER}/{name}", "rb") as file:
            yield msgspec.json.decode(file.read(), type=Entry)


def read_lines(lines: Iterable[str]) -> Iterator[Entry]:
    """The entries of a list in JSON lines, as `manage.py erasures` prints it. Raises msgspec.MsgspecError."""
    for line in lines:
        if line.strip():
            yield msgspec.json.decode(line, type=Entry)
