"""The part of a person that stands in contact requests; see `contacts.privacy`."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro
from contacts.last_words import recount_threads
from contacts.models import BulkRow, Contact, ErasedRecord, WaitingItem
from contacts.models.bulk_run import rows_about
from contacts.models.locking import hold_book
from contacts.privacy.consents import GivenConsent
from contacts.privacy.old_messages import contacts_waiting
from contacts.privacy.parts import Part, leave_rows
from contacts.privacy.person import Person
from contacts.privacy.retention import Retention
from contacts.topics import REQUEST, make_topic

from .deleting import delete_requests
from .models import ContactRequest, ContactRequestEvent


def _requests(person: Person) -> QuerySet[ContactRequest]:
    """Those of the contact, and those in quarantine with one of the person's addresses."""
    aside = Q(contact=None) & person.has_address
    return ContactRequest.objects.filter(Q(contact__in=person.ids) | aside, pro=person.pro).order_by("created_at", "id")


def _events_of_person(person: Person) -> QuerySet[ContactRequestEvent]:
    return ContactRequestEvent.objects.filter(contact_request__in=_requests(person).values("pk"))


def _items(person: Person) -> QuerySet[WaitingItem]:
    keys = [str(id) for id in _requests(person).values_list("pk", flat=True)]
    return WaitingItem.objects.filter(kind=WaitingItem.Kind.REQUEST, key__in=keys).exclude(contact__in=person.ids)


def _record(contact_request: ContactRequest) -> ErasedRecord:
    moves = contact_request.events.values_list("from_status", "to_status", "created_at")
    return ErasedRecord(
        kind="request",
        state=contact_request.status,
        at=contact_request.created_at,
        ended_at=contact_request.replied_at,
        moves=[[before, after, at.isoformat()] for before, after, at in moves],
    )


def _erase_requests(person: Person, rows: QuerySet[ContactRequest]) -> None:
    delete_requests(person.pro, rows)


def topics_of(person: Person) -> list[str]:
    """See `contacts.privacy`."""
    return [make_topic(REQUEST, id) for id in _requests(person).values_list("pk", flat=True)]


def words_in_copies(person: Person) -> list[str]:
    """See `contacts.privacy`: their ids."""
    return [str(id) for id in _requests(person).values_list("pk", flat=True)]


def _bulk_rows(person: Person) -> QuerySet[BulkRow]:
    return rows_about(ContactRequest, list(_requests(person).values_list("pk", flat=True)))


def consents_of(contact: Contact) -> list[GivenConsent]:
    """See `contacts.privacy.consents`: what stood beside the forms that this contact sent."""
    rows = ContactRequest.objects.filter(contact=contact).filter(consent__isnull=False).select_related("property")
    return [
        GivenConsent(row.consent["words"], row.consent["version"], row.property.title, row.created_at)
        for row in rows.newest_first()
        if row.consent
    ]


def _set_aside(pro: Pro, before: datetime) -> QuerySet[ContactRequest]:
    rows = ContactRequest.objects.for_pro(pro, quarantined=True).filter(quarantined_at__lt=before)
    return rows.order_by("quarantined_at", "id")


def _delete_set_aside(rows: list[ContactRequest]) -> None:
    with transaction.atomic():
        ids = [row.pk for row in rows]
        delete_requests(rows[0].pro, ContactRequest.objects.filter(pk__in=ids, quarantined_at__isnull=False))


def _settled(pro: Pro, before: datetime) -> QuerySet[ContactRequest]:
    """Answered requests of contacts for whom nothing waits."""
    rows = ContactRequest.objects.for_pro(pro).filter(status=ContactRequest.Status.REPLIED, replied_at__lt=before)
    return rows.exclude(contact__in=contacts_waiting(pro)).order_by("replied_at", "id")


def _delete_settled(rows: list[ContactRequest]) -> None:
    """Delete requests of one Pro that are still answered, and what stood for them in the lists."""
    with transaction.atomic():
        hold_book(rows[0].pro_id)
        found = ContactRequest.objects.filter(pk__in=[row.pk for row in rows], status=ContactRequest.Status.REPLIED)
        ids = list(found.exclude(contact__in=contacts_waiting(rows[0].pro)).values_list("pk", flat=True))
        contacts = list(Contact.objects.filter(contact_requests__in=ids).distinct())
        delete_requests(rows[0].pro, ContactRequest.objects.filter(pk__in=ids))
        recount_threads(contacts)


# See `contacts.privacy.retention`.
RETENTION = [
    Retention(
        "settled",
        _("Requests that were answered"),
        _("Deleted so many months after the answer, unless something waits; the contact stays."),
        _settled,
        _delete_settled,
    ),
    Retention(
        "set_aside",
        _("Requests that were set aside"),
        _("Deleted so many months after they were set aside."),
        _set_aside,
        _delete_set_aside,
    ),
]
# See `contacts.privacy`. Requests come last: the others are found by them.
PARTS = [
    Part("request_waiting", _("Waiting"), _items, is_exported=False),
    Part("request_events", _("Status changes of contact requests"), _events_of_person, erase=leave_rows),
    Part("request_bulk_rows", _("Rows of changes of many"), _bulk_rows, is_exported=False),
    Part("requests", _("Contact requests"), _requests, erase=_erase_requests, record=_record),
]
