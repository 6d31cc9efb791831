"""Changing the status of a contact request from a program or the admin, which ends its waiting."""

import uuid
from contextlib import suppress
from datetime import datetime

from django.db import transaction

from config.accounts.models import ApiToken, Pro, User
from config.events.kinds import EventType
from config.events.publishing import publish
from contacts.models import Contact, WaitingItem

from .models import ContactRequest, InvalidTransitionError
from .waiting import end_contact_request


def mark_contact_request(contact_request: ContactRequest, status: str, *, by: User | ApiToken | None) -> bool:
    """Change the status at once; returns whether it changed. One that is *replied* waits no more.

    Raises InvalidTransitionError as `ContactRequest.mark` does.
    """
    with transaction.atomic():
        contact_request.lock()
        return _mark_locked(contact_request, status, by=by)


def find_and_mark(pro: Pro, id: uuid.UUID, status: str, *, by: User | ApiToken | None) -> ContactRequest:
    """The same for the contact request `id` in the Pro's inbox; returns it with its property.

    Raises DoesNotExist when there is none.
    """
    with transaction.atomic():
        contact_request = ContactRequest.objects.get_locked(pro, id)
        _mark_locked(contact_request, status, by=by)
        return contact_request


def _mark_locked(contact_request: ContactRequest, status: str, *, by: User | ApiToken | None) -> bool:
    is_changed = contact_request.mark_locked(status, by=by)
    if status == ContactRequest.Status.REPLIED:
        end_contact_request(contact_request, WaitingItem.Outcome.ANOTHER_WAY, by=by)
    return is_changed


def take_back_mark(
    contact_request: ContactRequest, former: str, times: dict[str, datetime | None], *, by: User | ApiToken | None
) -> None:
    """Undo a change of status: `former` and the `times` stand again as they were before, which is an event of its own.

    For what was done to many at once; nobody goes back otherwise. Raises InvalidTransitionError in quarantine.
    """
    with transaction.atomic():
        contact_request.lock()
        contact_request.refuse_in_quarantine(former)
        from_status, contact_request.status = contact_request.status, former
        for name, at in times.items():
            setattr(contact_request, name, at)
        contact_request.save(update_fields=["status", *times, "updated_at"])
        contact_request.record_event(from_status, former, by)
        publish(contact_request.pro, EventType.REQUEST_UPDATED, contact_request)


def mark_requests_read(contact: Contact, until: datetime, *, by: User) -> list[ContactRequest]:
    """Mark a contact's new requests until a time as *read*; returns those that changed."""
    status = ContactRequest.Status
    rows = ContactRequest.objects.for_pro(contact.pro).filter(contact=contact, status=status.NEW, created_at__lte=until)
    changed = []
    for row in rows.select_related("property"):
        # Replied to meanwhile, or set aside.
        with suppress(InvalidTransitionError):
            if row.mark(status.READ, by=by):
                changed.append(row)
    return changed
