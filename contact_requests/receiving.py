"""Receiving contact requests: storing one, recognising one sent twice, and admitting one to its Pro's inbox."""

import uuid
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from config.accounts.models import User
from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.events.kinds import EventType
from config.events.publishing import publish
from config.jobs.backend import Job, enqueue_together
from config.jobs.turns import in_turn
from config.round_trips import ask_ahead, writing_together
from config.saving import insert_soon
from config.web.limits import Limit, mailbox_of
from config.web.mail import is_answerable
from contacts.models import Contact, WaitingItem
from contacts.models.holders import ask_person
from contacts.models.locking import hold_book

from .mails import acknowledge, notify
from .models import ContactRequest, DeletedRow, Property
from .models.request import CONTACT_FORM
from .waiting import add_contact_request, end_contact_request

# Acknowledgments a day to one address. Whoever looks for a home asks about several; but it is what somebody typed, and
# its owner may know nothing of it.
ACKNOWLEDGMENTS = Limit("acknowledge", 10, 24 * 3600)


def receive(
    prop: Property,
    *,
    name: str,
    email: str,
    phone: str,
    message: str,
    language: str,
    source: str = CONTACT_FORM,
    received_at: datetime | None = None,
    id: uuid.UUID | None = None,
    quarantine: str = "",
    consent: dict[str, Any] | None = None,
) -> ContactRequest:
    """Store a visitor's contact request for the property's Pro, with its contact and its mails, in one transaction.

    `phone` is in E.164; `received_at` is now unless it is given. `quarantine` is a `ContactRequest.Quarantine` value:
    then contact and mails wait for `release`. The same `id` with the same content is the same contact request, sent
    twice. `consent` are the words that stood beside the form, see ContactRequest.

    Raises DoesNotExist for a property that was deleted meanwhile.
    """
    content: dict[str, Any] = {"name": name, "email": email, "phone": phone, "message": message}
    more: dict[str, Any] = {"language": language, "source": source, "consent": consent}
    at = received_at or timezone.now()
    try:
        return create_contact_request(
            prop, id=id or uuid.uuid4(), created_at=at, quarantine_reason=quarantine, **content, **more
        )
    except IntegrityError as error:
        earlier = ContactRequest.objects.filter(pk=id).first() if id else None
        if earlier is None and not Property.objects.filter(pk=prop.pk).exists():
            raise Property.DoesNotExist from error
        if earlier is None:
            raise
    if earlier.property_id == prop.pk and all(getattr(earlier, name) == value for name, value in content.items()):
        return earlier
    # The visitor wrote something else on a page that was still open: a contact request of its own. Its id is
    # derived from the content, so that sending this one twice still makes one.
    other = uuid.uuid5(earlier.pk, repr((prop.pk, content)))
    return receive(prop, **content, **more, received_at=received_at, id=other, quarantine=quarantine)


def create_contact_request(
    prop: Property, *, notifies: bool = True, acknowledges: bool = True, **fields: Any
) -> ContactRequest:
    """Store a contact request and admit it unless it has a `quarantine_reason`, in one transaction."""
    contact_request = ContactRequest(property=prop, pro=prop.pro, quarantined_at=timezone.now(), **fields)
    contact_request.search_text = contact_request.make_search_text()
    is_admitted = not contact_request.quarantine_reason
    with writing_together():
        if is_admitted:
            ask_ahead(ask_person(prop.pro_id, contact_request.email, contact_request.phone))
            _admit(contact_request)
        insert_soon(contact_request)
        if is_admitted:
            _announce(contact_request, notifies=notifies, acknowledges=acknowledges)
            publish(prop.pro, EventType.REQUEST_CREATED, contact_request)
        return contact_request


def admit(contact_request: ContactRequest, *, notifies: bool = True, acknowledges: bool = True) -> None:
    """Show a contact request to its Pro: find or create its contact, end the quarantine, let it wait, enqueue mails.

    Call it in the transaction that holds the row.
    """
    _admit(contact_request)
    contact_request.save(update_fields=["contact", "quarantined_at", "quarantine_reason", "updated_at"])
    _announce(contact_request, notifies=notifies, acknowledges=acknowledges)


def _admit(contact_request: ContactRequest) -> None:
    """Give an unsaved row the values of an admitted one: its contact, found or created, and no quarantine."""
    if contact_request.contact is None or contact_request.contact.deleted_at:
        contact_request.contact = Contact.objects.find_or_create(
            contact_request.pro,
            name=contact_request.name,
            email=contact_request.email,
            phone=contact_request.phone,
            source=contact_request.source,
            language=contact_request.language[:2],
            stated_in=contact_request.source,
            last_word_at=contact_request.created_at,
        )
    contact_request.quarantined_at, contact_request.quarantine_reason = None, ""


def _announce(contact_request: ContactRequest, *, notifies: bool, acknowledges: bool) -> None:
    """Let an admitted contact request wait, and enqueue its mails."""
    add_contact_request(contact_request)
    email, arguments, pro_id = contact_request.email, (str(contact_request.pk),), contact_request.pro_id
    jobs = [Job(in_turn(notify, pro_id), arguments)] if notifies else []
    if acknowledges and email and is_answerable(email) and not ACKNOWLEDGMENTS.hit(mailbox_of(email)):
        jobs.append(Job(in_turn(acknowledge, pro_id), arguments))
    enqueue_together(jobs)


def release(contact_request: ContactRequest, *, by: User | None) -> bool:
    """Admit a quarantined contact request, as if it had just been received; returns whether it was quarantined.

    One that had been admitted before it was set aside is not mailed about again.
    """
    with transaction.atomic():
        hold_book(contact_request.pro_id)
        contact_request.lock()
        if contact_request.quarantined_at is None:
            return False
        is_new = contact_request.quarantine_reason != ContactRequest.Quarantine.MARKED
        admit(contact_request, notifies=is_new, acknowledges=is_new)
        contact_request.record_event("quarantine", contact_request.status, by)
        record_event(Kind.RELEASED, contact_request, pro=contact_request.pro_id, by=by)
        happened = EventType.REQUEST_CREATED if is_new else EventType.REQUEST_UPDATED
        publish(contact_request.pro, happened, contact_request)
        return True


def set_aside(contact_request: ContactRequest, *, by: User) -> bool:
    """Put an admitted contact request into quarantine as spam, where it waits no more; `release` undoes it.

    Returns whether it was admitted.
    """
    with transaction.atomic():
        hold_book(contact_request.pro_id)
        contact_request.lock()
        if contact_request.quarantined_at:
            return False
        contact_request.quarantined_at = timezone.now()
        contact_request.quarantine_reason = ContactRequest.Quarantine.MARKED
        contact_request.save(update_fields=["quarantined_at", "quarantine_reason", "updated_at"])
        end_contact_request(contact_request, WaitingItem.Outcome.SPAM, by=by)
        contact_request.record_event(contact_request.status, "quarantine", by)
        gone = DeletedRow(id=contact_request.pk, updated_at=contact_request.quarantined_at)
        publish(contact_request.pro, EventType.REQUEST_DELETED, gone)
        return True
