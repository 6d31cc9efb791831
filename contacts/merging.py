"""Two contacts that are one person become one contact, and two again."""

import hashlib
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.accounts.models import User

from .models import (
    Contact,
    ContactEvent,
    ContactIdentity,
    ContactImportRow,
    ContactMerge,
    ContactMessage,
    DistinctPair,
)
from .models.identity import identities_of

# What says something about a contact itself; all other rows that point to one move when it is merged.
STAYING = {Contact, ContactMerge, DistinctPair}
# What moves without being anything that the Pro would count.
SILENT = {ContactEvent, ContactIdentity, ContactImportRow}
# Ids in one query: databases bound the number of parameters.
BATCH = 500


class Outdated(Exception):
    """One of the two contacts is not any more what was shown."""


def absorb(
    survivor: Contact, absorbed: Contact, *, take: Collection[str], by: User | None, seen: str | None
) -> ContactMerge:
    """Merge `absorbed` into `survivor`: its rows and identities move, it is deleted, and `undo` takes it all back.

    The survivor gets the other's value in the fields named by `take` (of Contact.SETTABLE) and keeps its own in the
    rest. Raises ValidationError with every field at fault; DoesNotExist when one of the two was deleted meanwhile or
    they are of two Pros; Outdated when `seen` is given and is not their `fingerprint` any more.
    """
    if survivor == absorbed:
        raise ValidationError(_("A contact cannot be merged with itself."))
    with transaction.atomic():
        _lock_pair(survivor, absorbed, Contact.objects.filter(deleted_at=None))
        if seen is not None and seen != fingerprint(survivor, absorbed):
            raise Outdated
        fields = _take(survivor, absorbed, take)
        moved = {key: _move(field, absorbed, survivor) for key, field in relations()}
        absorbed.deleted_at, absorbed.merged_into = timezone.now(), survivor
        absorbed.save(update_fields=["deleted_at", "merged_into"])
        survivor.hold_identities()
        _recount(survivor, absorbed)
        merge = ContactMerge.objects.create(
            pro=survivor.pro, survivor=survivor, absorbed=absorbed, fields=fields, moved=moved, user=by
        )
        survivor.record(ContactEvent.Kind.MERGED, by, {"absorbed": _named(absorbed), **_shown(fields)})
        return merge


def undo(merge: ContactMerge, *, by: User | None) -> None:
    """Make two contacts of a merge again. What came in or was changed since stays with the survivor.

    Raises ValidationError when it was undone already, or something has to be undone first.
    """
    survivor, absorbed = merge.survivor, merge.absorbed
    with transaction.atomic():
        _lock_pair(survivor, absorbed, Contact.objects.all())
        merge.refresh_from_db(fields=["undone_at"])
        _refuse_undo(merge)
        former = identities_of(survivor.email, survivor.phone)
        fields = _give_back(survivor, merge.fields)
        for key, field in relations():
            _move_back(field, merge.moved.get(key, []), survivor, absorbed)
        absorbed.deleted_at = absorbed.merged_into = None
        absorbed.save(update_fields=["deleted_at", "merged_into"])
        # What the survivor took from the other goes back to it, though it may be held by another row by now.
        survivor.hold_identities(former)
        absorbed.hold_identities()
        _recount(survivor, absorbed)
        merge.undone_at, merge.undone_by = timezone.now(), by
        merge.save(update_fields=["undone_at", "undone_by"])
        survivor.record(ContactEvent.Kind.UNMERGED, by, {"absorbed": _named(absorbed), **_shown(fields)})
        absorbed.record(ContactEvent.Kind.UNMERGED, by, {"survivor": _named(survivor)})


def fingerprint(one: Contact, other: Contact) -> str:
    """What two contacts say, in short, whichever comes first: it differs when a value does."""
    words = [(str(contact.pk), *(getattr(contact, name) for name in Contact.SETTABLE)) for contact in (one, other)]
    return hashlib.sha256(repr(sorted(words)).encode()).hexdigest()[:32]


def differing(one: Contact, other: Contact) -> list[str]:
    """The fields in which two contacts differ, so that a value has to be chosen."""
    return [name for name in Contact.SETTABLE if getattr(one, name) != getattr(other, name)]


def fill(survivor: Contact, other: Contact) -> set[str]:
    """What to take from `other` when nobody chose: what the survivor does not have."""
    return {name for name in differing(survivor, other) if not getattr(survivor, name)}


def holdings(contact: Contact) -> list[tuple[int, str]]:
    """What a merge would move, as (count, its name in the present language): [(3, "contact requests"), …]."""
    found = []
    for _key, field in relations():
        if field.model not in SILENT and (count := _seen(_rows(field, contact)).count()):
            names = field.model._meta
            found.append((count, str(names.verbose_name if count == 1 else names.verbose_name_plural)))
    return found


def relations() -> Iterator[tuple[str, Any]]:
    """("app.model.field", foreign key) of all by which rows belong to a contact, whichever app they are in."""
    for relation in Contact._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and relation.related_model not in STAYING:
            field = relation.field
            yield f"{field.model._meta.label_lower}.{field.name}", field


def _rows(field: Any, contact: Contact) -> models.QuerySet[Any]:
    return field.model._base_manager.filter(**{field.name: contact})


def _seen(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Without what was deleted: it moves too, for it may be restored, but nobody misses it."""
    names = {field.name for field in rows.model._meta.fields}
    return rows.filter(deleted_at=None) if "deleted_at" in names else rows


def _move(field: Any, source: Contact, target: Contact) -> list[str]:
    """Returns the ids of the moved rows. Whoever adds a row locks its contact, so none is added meanwhile."""
    rows = _rows(field, source)
    ids = [str(pk) for pk in _hold(rows)]
    rows.update(**{field.name: target})
    return ids


def _move_back(field: Any, ids: list[str], source: Contact, target: Contact) -> None:
    for start in range(0, len(ids), BATCH):
        rows = _rows(field, source).filter(pk__in=ids[start : start + BATCH])
        _hold(rows)
        rows.update(**{field.name: target})


def _recount(*contacts: Contact) -> None:
    for contact in contacts:
        ContactMessage.objects.recount(contact)


def _hold(rows: models.QuerySet[Any]) -> list[Any]:
    """Lock the rows and return their keys, in order: an update alone locks them in any, and would cross with whoever
    locks many of them too, such as a change of a pipeline."""
    return list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def _lock_pair(one: Contact, other: Contact, rows: models.QuerySet[Contact]) -> None:
    for contact in (one, other):
        contact.lock_among(rows)
    # As the database has it, whatever the two said before.
    if one.pro_id != other.pro_id:
        raise Contact.DoesNotExist


def _take(survivor: Contact, absorbed: Contact, names: Collection[str]) -> dict[str, list[str | None]]:
    """Put the other's values into the survivor; returns what changed as {field: [before, after]}."""
    before = _values(survivor)
    applied = [contact.applied_at for contact in (survivor, absorbed) if contact.applied_at]
    survivor.set({name: getattr(absorbed, name) for name in names})
    # Somebody who applied twice applied when they did so first.
    survivor.applied_at = min(applied) if survivor.status == Contact.Status.APPLICANT else None
    after = _values(survivor)
    changes = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    if changes:
        survivor.save(update_fields=changes)
    return changes


def _give_back(survivor: Contact, fields: dict[str, list[str | None]]) -> dict[str, list[str | None]]:
    """Take the survivor's fields back, but for those that were changed since; returns what changed."""
    before = _values(survivor)
    for name, (former, merged) in fields.items():
        if before[name] == merged:
            setattr(survivor, name, datetime.fromisoformat(former) if former and name == "applied_at" else former)
    if not survivor.email and not survivor.phone:
        # The address it had before the merge was taken away since: it keeps the one it has.
        survivor.email, survivor.phone = before["email"] or "", before["phone"] or ""
    if fields:
        survivor.save(update_fields=fields)
    after = _values(survivor)
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}


def _values(contact: Contact) -> dict[str, str | None]:
    values = {name: getattr(contact, name) for name in Contact.SETTABLE}
    return {**values, "applied_at": contact.applied_at.isoformat() if contact.applied_at else None}


def _refuse_undo(merge: ContactMerge) -> None:
    """Raises ValidationError with the reason why it cannot be undone, or not yet."""
    survivor = merge.survivor
    if merge.undone_at:
        raise ValidationError(_("This merge was undone already."))
    later = ContactMerge.objects.standing().filter(survivor=survivor, created_at__gt=merge.created_at)
    if survivor.merged_into_id or any({*fields} & {*merge.fields} for fields in later.values_list("fields", flat=True)):
        raise ValidationError(_("Undo the later merge first."))
    if survivor.deleted_at:
        raise ValidationError(_("%(name)s is archived: restore it first.") % {"name": survivor.name})


def _named(contact: Contact) -> list[str]:
    return [str(contact.pk), contact.name]


def _shown(fields: dict[str, list[str | None]]) -> dict[str, list[str | None]]:
    """The changes as a contact's events show them: the time of an application follows from the status."""
    return {name: change for name, change in fields.items() if name != "applied_at"}
