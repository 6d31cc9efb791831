"""A person of the office's list is one colleague's, or nobody's: taken, given to a colleague, given back.

`Contact.assigned_to` says whose, and each waiting item of the contact repeats it, so that the list of one colleague is
read by an index. All is written with the Pro's book held.
"""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import User
from config.saving import insert, insert_many

from ..models import Contact, ContactEvent, WaitingItem
from ..models.locking import hold_book
from .colleagues import find_colleague

# Contacts in one transaction.
BATCH = 500


class AlreadyAssignedError(Exception):
    """Somebody was quicker: the person belongs to `holder` by now, to nobody with None."""

    def __init__(self, holder: User | None) -> None:
        super().__init__(str(holder or ""))
        self.holder = holder


def take(contact: Contact, *, by: User) -> bool:
    """Assign a person who is nobody's to the caller; see `assign`."""
    return assign(contact, by, by=by, expected=None)


def assign(contact: Contact, to: User | None, *, by: User | None, expected: int | None) -> bool:
    """Assign a person to a colleague, or to nobody; returns False when they were theirs already.

    `expected` is the id of the user to whom they belonged when the caller looked. Raises AlreadyAssignedError when it
    is another one by now, DoesNotExist when the contact was archived meanwhile, and ValidationError for somebody who
    is none of the Pro's users, or may not sign in.
    """
    with transaction.atomic():
        hold_book(contact.pro_id)
        if to and find_colleague(contact.pro_id, to.pk) is None:
            raise ValidationError({"to": _("Choose one of your colleagues.")}, code="invalid")
        present = Contact.objects.filter(pk=contact.pk, pro=contact.pro_id, deleted_at=None)
        to_id, before = to.pk if to else None, expected
        is_changed = to_id != before and present.filter(assigned_to=before).update(**_assigned_fields(to_id))
        if not is_changed:
            holder = present.select_related("assigned_to").get().assigned_to
            if (holder.pk if holder else None) != to_id:
                raise AlreadyAssignedError(holder)
            return False
        WaitingItem.objects.filter(contact=contact.pk).update(assigned_to=to_id)
        contact.assigned_to = to
        _record(contact, before, to, by=by)
        return True


def assign_locked(contacts: Collection[Contact], to: User | None, *, by: User | None) -> None:
    """Assign contacts of one Pro, whose book is held and none of whom is theirs, as `assign` does one by one.

    Raises ValidationError for somebody who is none of the Pro's users, or may not sign in.
    """
    ids = [contact.pk for contact in contacts]
    holders = User.objects.in_bulk({each.assigned_to_id for each in contacts if each.assigned_to_id})
    if to and ids and find_colleague(next(iter(contacts)).pro_id, to.pk) is None:
        raise ValidationError({"to": _("Choose one of your colleagues.")}, code="invalid")
    to_id, kind = (to.pk if to else None), ContactEvent.Kind.ASSIGNED if to else ContactEvent.Kind.UNASSIGNED
    events = [
        contact.build_event(
            kind, by, {"assigned_to": [_name_of_user(holders.get(contact.assigned_to_id or 0)), _name_of_user(to)]}
        )
        for contact in contacts
    ]
    Contact.objects.filter(pk__in=ids).update(**_assigned_fields(to_id))
    WaitingItem.objects.filter(contact__in=ids).update(assigned_to=to_id)
    insert_many(events)


def hand_back(user: User, *, by: User | None, to: User | None = None, batch: int = BATCH) -> int:
    """Give everybody whom a user has back to the office, or to a colleague; returns how many.

    For somebody who leaves it: the caller checks the colleague.
    """
    count = 0
    while ids := list(Contact.objects.filter(assigned_to=user).values_list("pk", flat=True)[:batch]):
        count += _hand_back(user, ids, by=by, to=to)
    return count


def _hand_back(user: User, ids: Collection[Any], *, by: User | None, to: User | None) -> int:
    with transaction.atomic():
        pro_ids = Contact.objects.filter(pk__in=ids).values_list("pro", flat=True).distinct().order_by("pro")
        for pro_id in list(pro_ids):
            hold_book(pro_id)
        contacts = list(Contact.objects.filter(pk__in=ids, assigned_to=user).order_by("pk"))
        rows = Contact.objects.filter(pk__in=[contact.pk for contact in contacts])
        rows.update(**_assigned_fields(to.pk if to else None))
        WaitingItem.objects.filter(contact__in=ids, assigned_to=user).update(assigned_to=to)
        changes = {"assigned_to": [_name_of_user(user), _name_of_user(to)]}
        kind = ContactEvent.Kind.ASSIGNED if to else ContactEvent.Kind.UNASSIGNED
        events = [contact.build_event(kind, by, changes) for contact in contacts]
        ContactEvent.objects.bulk_create(events)
        return len(contacts)


def copy_assignees(*contacts: Contact) -> None:
    """Write the assignees of contacts into their waiting items, after items have moved. The caller holds the book."""
    holder = Contact.objects.filter(pk=OuterRef("contact")).values("assigned_to")[:1]
    ids = [contact.pk for contact in contacts]
    WaitingItem.objects.filter(contact__in=ids).update(assigned_to=Subquery(holder))


def keep_assignee(kept: Contact, merged: Contact) -> None:
    """Let somebody who was nobody's belong to the assignee of the contact that is merged into them."""
    if kept.assigned_to_id is None and merged.assigned_to_id:
        kept.assigned_to_id, kept.assigned_at = merged.assigned_to_id, merged.assigned_at
        Contact.objects.filter(pk=kept.pk).update(assigned_to=kept.assigned_to_id, assigned_at=kept.assigned_at)


def _assigned_fields(to_id: int | None) -> dict[str, Any]:
    return {"assigned_to": to_id, "assigned_at": timezone.now() if to_id else None}


def _record(contact: Contact, before: int | None, to: User | None, *, by: User | None) -> None:
    """Store the event of the contact. Programs are told of no change: what they read of a contact is the same."""
    former = User.objects.filter(pk=before).first() if before else None
    kind = ContactEvent.Kind.ASSIGNED if to else ContactEvent.Kind.UNASSIGNED
    insert(contact.build_event(kind, by, {"assigned_to": [_name_of_user(former), _name_of_user(to)]}))


def _name_of_user(user: User | None) -> list[Any] | None:
    return [user.pk, str(user)] if user else None
