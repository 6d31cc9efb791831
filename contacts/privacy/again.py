"""Erase again what a restored backup has brought back."""

import uuid
from collections.abc import Iterable
from uuid import UUID

import msgspec
from django.utils import timezone

from ..models import Contact, Erasure
from .erased_list import Entry, read_lines, read_list
from .erasing import erase


def erase_again(lines: Iterable[str]) -> str:
    """Erase everybody of the list in the storage, and of `lines`, who is in the database; returns what was done, "" for
    an empty list.

    See the setting RESTORE_LAST. Raises ValueError for a line that is no entry, and as `erase` does.
    """
    try:
        entries = {entry.id: entry for entry in [*read_list(), *read_lines(lines)]}
    except msgspec.MsgspecError as error:
        raise ValueError(f"the list of erasures cannot be read: {error}") from error
    count = sum(_erase_entry(entry) for entry in sorted(entries.values(), key=lambda entry: entry.at))
    if not entries:
        return ""
    return f"{count} erased persons of the backup are erased again, of {len(entries)} on the list"


def _erase_entry(entry: Entry) -> bool:
    """Erase the contacts of an entry: those that were merged later may stand by themselves in the backup."""
    erased = [_erase_contact(entry, id) for id in (entry.person, *entry.merged)]
    return any(erased)


def _erase_contact(entry: Entry, id: UUID) -> bool:
    if not Contact.objects.filter(pk=id, pro=entry.pro).exists():
        return False
    erasure = Erasure.objects.planned().filter(person=id).first()
    if erasure is None:
        # The same each time, so that a restore that was broken off goes on.
        key = entry.id if id == entry.person else uuid.uuid5(entry.id, str(id))
        fields = {"person": id, "state": Erasure.State.PLANNED, "reason": entry.reason, "due_at": timezone.now()}
        erasure, _is_new = Erasure.objects.update_or_create(id=key, pro_id=entry.pro, defaults=fields)
    erase(Erasure.objects.select_related("pro").get(pk=erasure.pk))
    return True
