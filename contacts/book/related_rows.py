"""Rows of every app that belong to a contact, and how they move to another contact."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from django.db import models

from ..models import (
    Contact,
    ContactEvent,
    ContactIdentity,
    ContactImportRow,
    ContactMerge,
    ContactNote,
    DistinctPair,
    Draft,
    PersonExport,
    StatedAddress,
    WaitingItem,
)

# These rows describe a contact itself; all others that point to a contact move when it is merged.
NOT_MOVED = {Contact, ContactMerge, DistinctPair, PersonExport}
# These rows move, but mean nothing to the Pro when they are counted.
NOT_COUNTED = {ContactEvent, ContactIdentity, ContactImportRow, Draft, WaitingItem}
# Ids in one query: databases limit the number of parameters.
BATCH = 500


def contact_relations() -> Iterator[tuple[str, Any]]:
    """("app.model.field", foreign key) of each relation whose rows move with their contact.

    Waiting items come last, as they are locked after what they stand for.
    """
    relations = Contact._meta.get_fields(include_hidden=True)
    fields = [relation.field for relation in relations if isinstance(relation, models.ManyToOneRel)]
    for field in sorted(fields, key=lambda field: field.model is WaitingItem):
        if field.model not in NOT_MOVED:
            yield f"{field.model._meta.label_lower}.{field.name}", field


def count_related_rows(contact: Contact) -> list[tuple[int, str]]:
    """Rows that a merge would move, as (count, name in the active language): [(3, "contact requests"), …]."""
    counts = []
    for _key, field in contact_relations():
        if field.model not in NOT_COUNTED and (count := _present(_rows_of(contact, field)).count()):
            options = field.model._meta
            counts.append((count, str(options.verbose_name if count == 1 else options.verbose_name_plural)))
    return counts


def contacts_with_records(ids: Collection[UUID]) -> set[UUID]:
    """Those of these contacts that messages, requests or other records belong to, notes left out."""
    with_records: set[UUID] = set()
    for _key, field in contact_relations():
        if field.model not in NOT_COUNTED | {ContactNote}:
            rows = field.model._base_manager.filter(**{f"{field.name}__in": ids})
            with_records.update(rows.values_list(field.name, flat=True).distinct().order_by())
    return with_records


def move_rows(field: Any, source: Contact, target: Contact) -> list[str]:
    """Move all rows of one relation; returns their ids.

    Adding a row locks its contact, so no row is added meanwhile. An address that was stated for both contacts stays
    with each: nobody is asked about it twice. Of two drafts of a user for one place one is made.
    """
    if field.model is Draft:
        Draft.objects.join(source, target)
    rows = _rows_of(source, field)
    if field.model is StatedAddress:
        rows = rows.exclude(pk__in=source.stated_addresses.also_of(target))
    ids = [str(pk) for pk in _lock_rows(rows)]
    rows.update(**{field.name: target})
    return ids


def move_rows_by_id(field: Any, ids: list[str], source: Contact, target: Contact) -> None:
    """Move those rows of one relation that have one of the ids."""
    for start in range(0, len(ids), BATCH):
        rows = _rows_of(source, field).filter(pk__in=ids[start : start + BATCH])
        _lock_rows(rows)
        rows.update(**{field.name: target})


def _rows_of(contact: Contact, field: Any) -> models.QuerySet[Any]:
    return field.model._base_manager.filter(**{field.name: contact})


def _present(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Rows without the soft-deleted ones: they move too, as they may be restored, but are not counted."""
    names = {field.name for field in rows.model._meta.fields}
    return rows.filter(deleted_at=None) if "deleted_at" in names else rows


def _lock_rows(rows: models.QuerySet[Any]) -> list[Any]:
    """Lock the rows in the order of their keys, and return the keys.

    An update alone locks rows in any order. It would deadlock with other code that locks many of them, such as a
    change of a pipeline.
    """
    return list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
