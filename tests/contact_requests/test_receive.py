"""receive: the row, its contact and its jobs in one transaction."""

import pytest
from django.db import IntegrityError, transaction

from contact_requests.models import ContactRequest, Property
from contact_requests.receiving import receive as receive_contact_request
from contacts.models import Contact

from ..factories import PropertyFactory, RequestFactory
from .rows import CONTENT, ID, Broken, assert_nothing_is_stored, events, jobs


def test_a_contact_request_as_it_is_stored(pro, house, receive):
    contact_request = receive(id=ID)
    [row] = ContactRequest.objects.values()
    [contact] = Contact.objects.values()
    assert row == {
        "id": ID,
        "pro_id": pro.pk,
        "property_id": house.pk,
        "contact_id": contact["id"],
        **CONTENT,
        "source": "contact_form",
        "inbound_message_id": None,
        "status": "new",
        "created_at": contact_request.created_at,
        "updated_at": contact_request.updated_at,
        "read_at": None,
        "replied_at": None,
        "acknowledged_at": None,
        "acknowledgment_returned_at": None,
        "notified_at": None,
        "quarantined_at": None,
        "quarantine_reason": "",
        "consent": None,
        "search_text": "bbbbbbbb anna visitor anna@example.org 33612345678 is it still free?",
    }
    assert contact == {
        **contact,
        "pro_id": pro.pk,
        "name": "Anna Visitor",
        "email": "Anna@Example.org",
        "phone": "+33612345678",
        "source": "contact_form",
        "language": "fr",
    }
    assert jobs() == [("notify", str(ID)), ("acknowledge", str(ID))]
    assert events(contact_request) == []


def test_the_gate_never_stops_a_visitor(pro, receive):
    pro.cni_required = True
    pro.save()
    contact_request = receive()
    assert list(ContactRequest.objects.for_pro(pro)) == [contact_request]


def test_a_known_visitor_keeps_the_contact(receive):
    first, second = receive(), receive(message="And the garden?")
    assert first.pk != second.pk
    assert first.contact_id == second.contact_id
    assert Contact.objects.count() == 1


def test_the_same_visitor_is_another_contact_of_another_pro(receive):
    first, second = receive(), receive(PropertyFactory())
    assert first.contact_id != second.contact_id
    assert (first.contact.pro, second.contact.pro) == (first.pro, second.pro)


def test_a_visitor_without_email_gets_no_acknowledgment(receive):
    contact_request = receive(email="")
    assert jobs() == [("notify", str(contact_request.pk))]


@pytest.mark.parametrize("email", ["no-reply@example.org", "MAILER-DAEMON@example.org", "postmaster@example.org"])
def test_an_automatic_address_gets_no_acknowledgment(receive, email):
    contact_request = receive(email=email)
    assert jobs() == [("notify", str(contact_request.pk))]


def test_one_address_is_acknowledged_ten_times_a_day(receive):
    ids = [str(receive(email=email, message=f"{n}").pk) for n, email in enumerate(["a@b.org", "A@b.org"] * 6)]
    assert [job[1] for job in jobs() if job[0] == "acknowledge"] == ids[:10]
    assert [job[1] for job in jobs() if job[0] == "notify"] == ids


@pytest.mark.django_db(transaction=True)
def test_two_at_once_of_one_new_visitor_make_one_contact(receive, at_once):
    for number in range(25):
        email, phone = f"v{number}@example.org", f"+336000000{number:02d}"
        pair = at_once(2, lambda n, email=email, phone=phone: receive(email=email, phone=phone, message=f"{n}"))
        assert pair[0].pk != pair[1].pk
        assert pair[0].contact_id == pair[1].contact_id
    assert (ContactRequest.objects.count(), Contact.objects.count()) == (50, 25)


def test_jobs_are_rolled_back_with_the_rows(receive):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        receive()
        assert len(jobs()) == 2
        raise ZeroDivisionError
    assert_nothing_is_stored()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "part",
    [
        "contacts.models.contact.ContactQuerySet.find_or_create",
        "contact_requests.receiving.ACKNOWLEDGMENTS",
        "contact_requests.receiving.add_contact_request",
        "contact_requests.receiving.enqueue_together",
    ],
)
def test_when_one_part_fails_nothing_is_stored(receive, monkeypatch, part):
    monkeypatch.setattr(part, Broken())
    with pytest.raises(RuntimeError):
        receive()
    assert_nothing_is_stored()


def test_the_database_refuses_one_without_email_and_phone(receive):
    with pytest.raises(IntegrityError), transaction.atomic():
        receive(email="", phone="")
    assert_nothing_is_stored()


@pytest.mark.parametrize("change", [{"status": "closed"}, {"contact": None}])
def test_the_database_refuses_an_unknown_status_and_a_missing_contact(pro, change):
    rows = ContactRequest.objects.filter(pk=RequestFactory(property__pro=pro).pk)
    before = rows.values().get()
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**change)
    assert rows.values().get() == before


@pytest.mark.django_db(transaction=True)
def test_a_property_that_was_deleted_meanwhile_takes_nothing():
    house = PropertyFactory()
    Property.objects.filter(pk=house.pk).delete()
    with pytest.raises(Property.DoesNotExist):
        receive_contact_request(house, **CONTENT)
    assert (ContactRequest.objects.count(), Contact.objects.count()) == (0, 0)
