"""Merge two contacts that are one person, and undo it."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.accounts.models import User
from config.events.kinds import EventType
from config.events.publishing import publish

from ..addresses import identities_of
from ..assigning.assignments import copy_assignees, keep_assignee
from ..last_words import recount_threads
from ..models import Contact, ContactEvent, ContactMerge
from .related_rows import contact_relations, move_rows, move_rows_by_id


class OutdatedMergeError(Exception):
    """One of the two contacts was changed since they were shown."""


def merge_contacts(
    kept: Contact,
    merged: Contact,
    *,
    copy_fields: Collection[str] = (),
    by: User | None,
    expected: str | None = None,
) -> ContactMerge:
    """Merge `merged` into `kept`: its rows and identities move, and it is deleted. `undo_merge` reverts all of it.

    `copy_fields` (of Contact.SETTABLE) are copied from `merged`; `kept` keeps its own values in the others. Raises
    ValidationError with every invalid field; DoesNotExist when one of the two was deleted meanwhile or they belong to
    two Pros; OutdatedMergeError when `expected` is given and is no longer their `fingerprint`.
    """
    if kept == merged:
        raise ValidationError(_("A contact cannot be merged with itself."))
    with transaction.atomic():
        _lock_pair(kept, merged, Contact.objects.filter(deleted_at=None))
        if expected is not None and expected != fingerprint(kept, merged):
            raise OutdatedMergeError
        changes = _copy_fields(kept, merged, copy_fields)
        moved = {key: move_rows(field, merged, kept) for key, field in contact_relations()}
        keep_assignee(kept, merged)
        copy_assignees(kept, merged)
        merged.deleted_at, merged.merged_into = timezone.now(), kept
        merged.save(update_fields=["deleted_at", "merged_into"])
        kept.hold_identities()
        recount_threads([kept, merged])
        merge = ContactMerge.objects.create(
            pro=kept.pro, survivor=kept, absorbed=merged, fields=changes, moved=moved, user=by
        )
        kept.record_event(ContactEvent.Kind.MERGED, by, {"absorbed": _id_and_name(merged), **_event_changes(changes)})
        publish(kept.pro, EventType.CONTACT_MERGED, merged)
        return merge


def undo_merge(merge: ContactMerge, *, by: User | None) -> None:
    """Split a merge into two contacts again. Rows and changes that came after the merge stay with the kept contact.

    Raises ValidationError when the merge was undone already, or something has to be undone first.
    """
    kept, merged = merge.survivor, merge.absorbed
    with transaction.atomic():
        _lock_pair(kept, merged, Contact.objects.all())
        merge.refresh_from_db(fields=["undone_at"])
        _check_undoable(merge)
        former = identities_of(kept.email, kept.phone)
        changes = _restore_fields(kept, merge.fields)
        for key, field in contact_relations():
            move_rows_by_id(field, merge.moved.get(key, []), kept, merged)
        copy_assignees(kept, merged)
        merged.deleted_at = merged.merged_into = None
        merged.save(update_fields=["deleted_at", "merged_into"])
        # An address copied from the merged contact goes back to it, even if another identity row holds it by now.
        kept.hold_identities(former)
        merged.hold_identities()
        recount_threads([kept, merged])
        merge.undone_at, merge.undone_by = timezone.now(), by
        merge.save(update_fields=["undone_at", "undone_by"])
        kept.record_event(ContactEvent.Kind.UNMERGED, by, {"absorbed": _id_and_name(merged), **_event_changes(changes)})
        merged.record_event(ContactEvent.Kind.UNMERGED, by, {"survivor": _id_and_name(kept)})


def fingerprint(one: Contact, other: Contact) -> str:
    """Hash of the field values of two contacts, in either order."""
    values = [(str(contact.pk), *(getattr(contact, name) for name in Contact.SETTABLE)) for contact in (one, other)]
    return hashlib.sha256(repr(sorted(values)).encode()).hexdigest()[:32]


def differing_fields(one: Contact, other: Contact) -> list[str]:
    """Fields in which two contacts differ, so that a value has to be chosen."""
    return [name for name in Contact.SETTABLE if getattr(one, name) != getattr(other, name)]


def fields_to_fill(kept: Contact, merged: Contact) -> set[str]:
    """Fields copied from `merged` by default: those that are empty in `kept`."""
    return {name for name in differing_fields(kept, merged) if not getattr(kept, name)}


def _lock_pair(one: Contact, other: Contact, rows: models.QuerySet[Contact]) -> None:
    for contact in (one, other):
        contact.lock_among(rows)
    # Compared after the lock, which reads both from the database.
    if one.pro_id != other.pro_id:
        raise Contact.DoesNotExist


def _copy_fields(kept: Contact, merged: Contact, names: Collection[str]) -> dict[str, list[str | None]]:
    """Copy these fields of `merged` to `kept`; returns the changes as {field: [before, after]}."""
    before = _field_values(kept)
    applied = [contact.applied_at for contact in (kept, merged) if contact.applied_at]
    kept.assign_fields({name: getattr(merged, name) for name in names})
    # Of two applications the first one counts.
    kept.applied_at = min(applied) if kept.status == Contact.Status.APPLICANT else None
    changes = _changes_since(before, kept)
    if changes:
        kept.save(update_fields=changes)
    return changes


def _restore_fields(kept: Contact, fields: dict[str, list[str | None]]) -> dict[str, list[str | None]]:
    """Restore the fields that a merge changed and nobody changed since; returns the changes."""
    before = _field_values(kept)
    for name, (former, copied) in fields.items():
        if before[name] == copied:
            setattr(kept, name, datetime.fromisoformat(former) if former and name == "applied_at" else former)
    if not kept.email and not kept.phone:
        # The address that it had before the merge was removed since: it keeps the present one.
        kept.email, kept.phone = before["email"] or "", before["phone"] or ""
    if fields:
        kept.save(update_fields=fields)
    return _changes_since(before, kept)


def _changes_since(before: dict[str, str | None], contact: Contact) -> dict[str, list[str | None]]:
    after = _field_values(contact)
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}


def _field_values(contact: Contact) -> dict[str, str | None]:
    values = {name: getattr(contact, name) for name in Contact.SETTABLE}
    return {**values, "applied_at": contact.applied_at.isoformat() if contact.applied_at else None}


def _check_undoable(merge: ContactMerge) -> None:
    """Raise ValidationError with the reason when a merge cannot be undone, or not yet."""
    kept = merge.survivor
    if merge.undone_at:
        raise ValidationError(_("This merge was undone already."))
    later = ContactMerge.objects.not_undone().filter(survivor=kept, created_at__gt=merge.created_at)
    if kept.merged_into_id or any({*fields} & {*merge.fields} for fields in later.values_list("fields", flat=True)):
        raise ValidationError(_("Undo the later merge first."))
    if kept.deleted_at:
        raise ValidationError(_("%(name)s is archived: restore it first.") % {"name": kept.name})


def _id_and_name(contact: Contact) -> list[str]:
    return [str(contact.pk), contact.name]


def _event_changes(changes: dict[str, list[str | None]]) -> dict[str, list[str | None]]:
    """Changes for an event, without the time of an application: it follows from the status."""
    return {name: change for name, change in changes.items() if name != "applied_at"}
