"""Contact requests and properties deleted for good. Programs that keep a copy are told: each leaves its id."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from config.accounts.models import Pro
from config.events.kinds import EventType
from config.events.publishing import publish
from contacts.models import WaitingItem

from .models import ContactRequest, DeletedRow, Property

# In the list, or set aside from it: what looked like spam from the start was never there.
WAS_LISTED = Q(quarantined_at=None) | Q(quarantine_reason=ContactRequest.Quarantine.MARKED)


def delete_requests(pro: Pro, rows: QuerySet[ContactRequest]) -> None:
    """Delete contact requests of a Pro, and what stood for them in the lists. Call it in a transaction."""
    # Unordered for the lock, which PostgreSQL takes row by row.
    locked = rows.select_for_update(of=("self",))
    ids = list(locked.values_list("pk", flat=True))
    listed = ContactRequest.objects.filter(WAS_LISTED, pk__in=ids)
    told = listed.filter(quarantined_at=None).values_list("pk", flat=True)
    gone = _leave_ids(pro, DeletedRow.Kind.REQUEST, listed.values_list("pk", flat=True))
    publish(pro, EventType.REQUEST_DELETED, *[gone[id] for id in told])
    WaitingItem.objects.filter(kind=WaitingItem.Kind.REQUEST, key__in=[str(id) for id in ids]).delete()
    ContactRequest.objects.filter(pk__in=ids).delete()


def delete_properties(rows: QuerySet[Property]) -> None:
    """Delete properties. Raises RestrictedError for one that has contact requests or pictures."""
    with transaction.atomic():
        found = list(rows.select_related("pro").select_for_update(of=("self",)))
        for pro in {prop.pro for prop in found}:
            _leave_ids(pro, DeletedRow.Kind.PROPERTY, [prop.pk for prop in found if prop.pro_id == pro.pk])
        Property.objects.filter(pk__in=[prop.pk for prop in found]).delete()


def _leave_ids(pro: Pro, kind: DeletedRow.Kind, ids: Iterable[Any]) -> dict[Any, DeletedRow]:
    rows = {id: DeletedRow(id=id, pro=pro, kind=kind) for id in ids}
    # A form that is sent once more after that makes a contact request of the same id.
    DeletedRow.objects.bulk_create(
        rows.values(), update_conflicts=True, update_fields=["updated_at"], unique_fields=["id"]
    )
    return rows
