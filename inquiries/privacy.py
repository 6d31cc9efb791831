"""The part of a person that stands in inquiries; see `contacts.privacy`.

The row of an inquiry stays, as its history cannot be deleted: without customer, words, and ids of other systems.
"""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import BulkRow, ErasedRecord, WaitingItem
from contacts.models.bulk_run import rows_about
from contacts.privacy.parts import Part, Rows, leave_rows
from contacts.privacy.person import Person
from contacts.topics import INQUIRY, make_topic

from .history.erasing import erase_words
from .models import (
    Attachment,
    DirectoryUser,
    Inquiry,
    InquiryHistory,
    Offer,
    PendingMove,
    ProfileReading,
    UnsharedHistory,
)
from .pipeline.moves import close_inquiry
from .waiting import items_of

NOBODY = {"first_name": "", "last_name": "", "email": "", "phone": "", "language": "", "address": {}}


def _inquiries(person: Person) -> QuerySet[Inquiry]:
    """Those of the contact, and those without one that are of the same customers, or have one of the addresses."""
    of_pro = Inquiry.objects.filter(pro=person.pro, erased_at=None)
    linked = of_pro.filter(contact__in=person.ids)
    same = Q(user_id__in=set(linked.exclude(user_id=None).values_list("user_id", flat=True)))
    same |= Q(person__phone__in=person.phones)
    for email in person.emails:
        same |= Q(person__email__iexact=email)
    return of_pro.filter(Q(contact__in=person.ids) | Q(contact=None) & same).order_by("pk")


def _ids(person: Person) -> list[int]:
    return list(_inquiries(person).values_list("pk", flat=True))


def _customers(inquiries: Iterable[Inquiry]) -> set[int]:
    """The customers' ids in UserHub."""
    return {inquiry.user_id for inquiry in inquiries if inquiry.user_id is not None}


def _items(person: Person) -> QuerySet[WaitingItem]:
    ids = [item.pk for inquiry in _inquiries(person) for item in items_of(inquiry)]
    return WaitingItem.objects.filter(pk__in=ids).exclude(contact__in=person.ids)


def _history(person: Person) -> QuerySet[InquiryHistory]:
    return InquiryHistory.objects.filter(inquiry__in=_ids(person)).order_by("pk")


def _readings(person: Person) -> QuerySet[ProfileReading]:
    inquiries = list(_inquiries(person))
    same = Q(inquiry_id__in=[inquiry.pk for inquiry in inquiries]) | Q(user_id__in=_customers(inquiries))
    return ProfileReading.objects.filter(same, pro=person.pro)


def _bulk_rows(person: Person) -> QuerySet[BulkRow]:
    return rows_about(Inquiry, list(_ids(person))).filter(run__list_name="inquiries")


def _directory(person: Person) -> QuerySet[DirectoryUser]:
    """Entries of the built-in directory that no other inquiry needs, whoever's it is."""
    inquiries = list(_inquiries(person))
    others = Inquiry.objects.exclude(pk__in=[inquiry.pk for inquiry in inquiries]).exclude(user_id=None)
    customers = _customers(inquiries)
    needed = set(others.filter(user_id__in=customers).values_list("user_id", flat=True))
    return DirectoryUser.objects.filter(userhub_id__in=customers - needed)


def _record_offer(offer: Offer) -> ErasedRecord:
    return ErasedRecord(
        kind="offer", state=offer.status, at=offer.sent_at or offer.created_at, ended_at=offer.answered_at
    )


def _blank(person: Person, rows: Rows) -> None:
    """Close what is open, empty the rows and the words of their history."""
    # In the order of the ids, as locks are taken; a move that is under way ends first.
    for inquiry in list(rows.select_related("pro", "inquiry_type", "step")):
        if not inquiry.step.is_terminal:
            close_inquiry(inquiry, outcome=Inquiry.Outcome.CANCELLED, by=None)
        inquiry.lock()
        # Who submitted it may be somebody of the office.
        strangers = {inquiry.user_id, inquiry.created_by} - set(inquiry.colleagues)
        erase_words(inquiry, customer_ids={id for id in strangers if id is not None})
        UnsharedHistory.objects.filter(entry__inquiry=inquiry).delete()
        now = timezone.now()
        inquiry.created_by = None if inquiry.created_by in strangers else inquiry.created_by
        inquiry.user_id = inquiry.case_id = inquiry.contact = None
        inquiry.subject = inquiry.message = inquiry.category = inquiry.source = inquiry.profile_problem = ""
        inquiry.person, inquiry.business = dict(NOBODY), {}
        inquiry.search_text, inquiry.erased_at = "", now
        # Neither profile nor mail is to come any more.
        inquiry.profile_at = inquiry.profile_at or now
        inquiry.save()


def topics_of(person: Person) -> list[str]:
    """See `contacts.privacy`."""
    return [make_topic(INQUIRY, id) for id in _ids(person)]


def words_in_copies(person: Person) -> list[str]:
    """See `contacts.privacy`: the beginning of the API's answers about them."""
    return [f'"inquiry_id":{id},' for id in _ids(person)]


# See `contacts.privacy`. Inquiries come last: the others are found by them.
PARTS = [
    Part("inquiry_waiting", _("Waiting"), _items, is_exported=False),
    Part("attachments", _("Attachments"), lambda person: Attachment.objects.filter(inquiry__in=_ids(person))),
    Part("offers", _("Offers"), lambda person: Offer.objects.filter(inquiry__in=_ids(person)), record=_record_offer),
    Part("moves", _("Pending moves"), lambda person: PendingMove.objects.filter(inquiry__in=_ids(person))),
    Part(
        "unshared",
        _("Status changes to be shared"),
        lambda person: UnsharedHistory.objects.filter(entry__inquiry__in=_ids(person)),
    ),
    Part("inquiry_bulk_rows", _("Rows of changes of many"), _bulk_rows, is_exported=False),
    Part("readings", _("Readings of the profile"), _readings),
    Part("directory", _("Directory"), _directory),
    Part("history", _("Status changes of inquiries"), _history, erase=leave_rows),
    Part("inquiries", _("Inquiries"), _inquiries, erase=_blank),
]
