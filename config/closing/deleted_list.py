"""The list of deleted offices that a backup does not take back: a small file for each, in the storage of files.

A restore brings back an office of before; it reads this list, and deletes it again. No name is in it.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from config.accounts.models import Pro
from config.files.storage import StorageUnavailableError

FOLDER = "closings"


class Entry(msgspec.Struct, kw_only=True):
    """A deleted office. Another one with the same id, in another installation, has another time."""

    pro: int
    created_at: datetime
    at: datetime


def note_deletion(pro: Pro) -> None:
    """Add an office to the list, once. Raises StorageUnavailableError."""
    storage, name = storages["attachments"], f"{FOLDER}/{pro.pk}-{pro.created_at.timestamp():.0f}.json"
    entry = Entry(pro=pro.pk, created_at=pro.created_at, at=timezone.now())
    try:
        if not storage.exists(name):
            storage.save(name, ContentFile(msgspec.json.encode(entry)))
    except Exception as error:
        raise StorageUnavailableError("cannot write the list of deleted offices") from error


def find_restored() -> Iterable[Pro]:
    """The offices of the list that are in the database. Raises as the storage does, and msgspec.MsgspecError."""
    try:
        names = sorted(storages["attachments"].listdir(FOLDER)[1])
    except FileNotFoundError:
        names = []
    for name in names:
        with storages["attachments"].open(f"{FOLDER}/{name}", "rb") as file:
            entry = msgspec.json.decode(file.read(), type=Entry)
        yield from Pro.objects.filter(pk=entry.pro, created_at=entry.created_at)
