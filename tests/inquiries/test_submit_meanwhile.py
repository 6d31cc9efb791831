"""An inquiry is written for a known contact before book and pipeline are held; both may change until then."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from contacts.book.merging import merge_contacts
from contacts.models import Contact, WaitingItem
from inquiries import submission
from inquiries.models import Inquiry, InquiryHistory, InquiryType

from . import submitting
from .submitting import jobs, submit

people = submitting.people
pytestmark = [
    pytest.mark.django_db(transaction=True),
    # SQLite has one writer at a time.
    pytest.mark.skipif(connection.vendor != "postgresql", reason="the book is held from the beginning"),
]


@pytest.fixture
def meanwhile(monkeypatch, at_once):
    """Calls a function, once, when the inquiry of a submission is written and the book not yet held."""

    def call(work):
        ask, works = submission.ask_person, [work]

        def call_first(*address):
            while works:
                first = works.pop()
                at_once(1, lambda _number, first=first: first())
            return ask(*address)

        monkeypatch.setattr(submission, "ask_person", call_first)

    return call


@pytest.fixture
def maria(pro, people):
    return Contact.objects.register(pro, name="Maria", email="maria@example.org")


def stored():
    """[(contact, its last word)] of the waiting items, and how many rows an inquiry has left."""
    items = [(item.contact, item.contact.last_word_at == item.since) for item in WaitingItem.objects.all()]
    rows = [Inquiry.objects.count(), InquiryHistory.objects.count(), len(jobs())]
    return items, rows


def test_a_contact_that_stays(pro, maria):
    inquiry = submit(pro)
    assert (inquiry.contact, Inquiry.objects.get().contact) == (maria, maria)
    assert stored() == ([(maria, True)], [1, 1, 2])


def test_a_contact_that_is_merged(pro, maria, user, meanwhile):
    kept = Contact.objects.register(pro, name="Mary", email="mary@example.org")
    meanwhile(lambda: merge_contacts(kept, maria, by=user))
    inquiry = submit(pro)
    assert (inquiry.contact, Inquiry.objects.get().contact) == (kept, kept)
    assert stored() == ([(kept, True)], [1, 1, 2])


def test_a_contact_that_gets_another_address(pro, maria, user, meanwhile):
    meanwhile(lambda: Contact.objects.get().change({"email": "other@example.org"}, by=user))
    inquiry = submit(pro)
    assert inquiry.contact not in (None, maria)
    assert Inquiry.objects.get().contact.email == "maria@example.org"
    assert stored() == ([(inquiry.contact, True)], [1, 1, 2])


def test_a_contact_that_is_archived(pro, maria, user, meanwhile):
    meanwhile(lambda: Contact.objects.get().archive(by=user))
    inquiry = submit(pro)
    assert inquiry.contact not in (None, maria)
    assert stored() == ([(inquiry.contact, True)], [1, 1, 2])


def test_somebody_who_has_become_a_contact(pro, people, meanwhile):
    meanwhile(lambda: Contact.objects.register(pro, name="Maria", email="maria@example.org"))
    inquiry = submit(pro)
    assert inquiry.contact == Contact.objects.get()
    assert stored() == ([(inquiry.contact, True)], [1, 1, 2])


def test_a_type_that_is_deactivated(pro, maria, meanwhile):
    meanwhile(lambda: InquiryType.objects.update(is_active=False))
    with pytest.raises(ValidationError) as raised:
        submit(pro)
    assert raised.value.message_dict == {"inquiry_type_id": ["This inquiry type is not active."]}
    assert stored() == ([], [0, 0, 0])


def test_a_pipeline_that_begins_with_another_step(pro, maria, meanwhile):
    steps = InquiryType.objects.filter(is_active=True)[0].steps.order_by("sort_order")

    def begin_later():
        with transaction.atomic():
            steps.filter(is_initial=True).update(is_initial=False)
            steps.filter(pk=steps[1].pk).update(is_initial=True)

    meanwhile(begin_later)
    submit(pro)
    [inquiry], [row] = Inquiry.objects.all(), InquiryHistory.objects.all()
    assert (inquiry.contact, inquiry.step, row.to_status) == (maria, steps[1], steps[1].key)
    assert stored() == ([(maria, True)], [1, 1, 2])
