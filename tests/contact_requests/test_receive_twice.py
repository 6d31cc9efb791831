"""receive: a form sent twice is one contact request; with other content it is another."""

import uuid

import pytest

from contact_requests.models import ContactRequest
from contacts.models import Contact

from ..factories import PropertyFactory
from .rows import CONTENT, ID, jobs


def test_the_same_form_twice_is_one_contact_request(receive):
    first = receive(id=ID)
    assert receive(id=ID) == first
    assert ContactRequest.objects.count() == 1
    assert jobs() == [("notify", str(ID)), ("acknowledge", str(ID))]


def test_the_same_form_twice_is_one_after_it_was_read(receive):
    receive(id=ID).mark("read", by=None)
    assert receive(id=ID).status == "read"
    assert ContactRequest.objects.count() == 1


def test_the_same_form_with_other_content_is_another_contact_request(receive):
    first, second = receive(id=ID), receive(id=ID, message="One more question")
    assert (first.pk, second.message) == (ID, "One more question")
    assert set(ContactRequest.objects.values_list("message", flat=True)) == {CONTENT["message"], "One more question"}
    assert len(jobs()) == 4


def test_other_content_twice_is_one_contact_request_more(receive):
    receive(id=ID)
    assert receive(id=ID, message="One more") == receive(id=ID, message="One more")
    assert ContactRequest.objects.count() == 2


def test_an_id_of_another_property_is_not_reused(receive):
    first, second = receive(id=ID), receive(PropertyFactory(), id=ID)
    assert first.pk != second.pk
    assert first.pro != second.pro
    assert list(ContactRequest.objects.for_pro(second.pro)) == [second]


def test_the_same_form_twice_in_quarantine_is_one(receive):
    assert receive(id=ID, quarantine="honeypot") == receive(id=ID, quarantine="honeypot")
    assert ContactRequest.objects.count() == 1
    assert jobs() == []


@pytest.mark.django_db(transaction=True)
def test_the_same_form_eight_times_at_once_is_one(receive, at_once):
    assert at_once(8, lambda _n: receive(id=ID).pk) == [ID] * 8
    assert (ContactRequest.objects.count(), Contact.objects.count()) == (1, 1)
    assert sorted(jobs()) == [("acknowledge", str(ID)), ("notify", str(ID))]


@pytest.mark.django_db(transaction=True)
def test_the_same_form_twice_at_once_in_many_rounds(receive, at_once):
    for number in range(25):
        id, email = uuid.uuid4(), f"v{number}@example.org"
        assert at_once(2, lambda _n, id=id, email=email: receive(id=id, email=email, phone="").pk) == [id, id]
    assert (ContactRequest.objects.count(), Contact.objects.count(), len(jobs())) == (25, 25, 50)
