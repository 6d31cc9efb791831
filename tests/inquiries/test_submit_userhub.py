"""Submission and UserHub: it does not answer, does not know the id, or staff change something while it is asked."""

import threading

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from contacts.models import Contact
from inquiries.customers import userhub
from inquiries.models import FilterOption, Inquiry, InquiryHistory, InquiryType
from tests.factories import ContactFactory, InquiryTypeFactory

from . import hub as hubs
from .hub import JAN, PERSON
from .submitting import faults, jobs, submit

hub = hubs.hub


# --- While UserHub does not answer


def test_it_is_saved_and_waits_for_the_profile(pro, inquiry_type, hub):
    hub.say(JAN, 500)
    inquiry = Inquiry.objects.get(pk=submit(pro).pk)
    assert (inquiry.person, inquiry.business, inquiry.profile_at, inquiry.contact_id) == ({}, {}, None, None)
    assert (inquiry.is_waiting_for_profile, inquiry.profile_problem, inquiry.status) == (True, "", "open")
    assert inquiry.search_text == "verbouwing keuken graag een offerte."
    assert jobs() == [("complete_profile", [inquiry.pk]), ("mail_notification", [inquiry.pk])]


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_behind_a_slow_userhub(pro, hub, settings):
    """No transaction is open during the call to UserHub: on SQLite it would block every writer."""
    InquiryTypeFactory()
    settings.USERHUB_PATIENCE = 20_000
    hub.wait.clear()
    done = []

    def submit_slowly():
        try:
            done.append(submit(pro).pk)
        finally:
            connection.close()

    thread = threading.Thread(target=submit_slowly)
    thread.start()
    assert hub.asked.wait(10)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA busy_timeout = 0")
    try:
        ContactFactory(pro=pro)
    except OperationalError as error:
        pytest.fail(f"it was held: {error}")
    finally:
        hub.wait.set()
        thread.join(20)
        connection.close()
    assert Inquiry.objects.get().pk == done[0]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_for_one_new_customer_make_one_contact(pro, hub, at_once):
    InquiryTypeFactory()
    ids = at_once(4, lambda _n: submit(pro).pk)
    assert len(set(ids)) == 4
    assert set(Inquiry.objects.values_list("contact", flat=True)) == {Contact.objects.get().pk}


# --- Ids that it does not know


@pytest.mark.parametrize("user_id", [0, -1, 2**63, 2**80])
def test_an_id_that_cannot_be_is_not_asked_for(pro, inquiry_type, hub, user_id):
    assert set(faults(pro, user_id=user_id, created_by=1)) == {"user_id"}
    assert hub.seen == []


def test_a_user_that_userhub_does_not_know(pro, inquiry_type, hub):
    hub.say({}, 404)
    assert faults(pro) == {"user_id": ["UserHub knows no user of this id."]}


# --- What staff change while UserHub is asked


@pytest.fixture
def meanwhile(monkeypatch):
    """Runs a function during the call to UserHub, after the checks."""

    def arrange(change):
        def fetch_profile(user_id, **_):
            change()
            return userhub.Profile(PERSON, {})

        monkeypatch.setattr("inquiries.customers.userhub.fetch_profile", fetch_profile)

    return arrange


@pytest.mark.parametrize("change", ["deleted", "switched off"])
def test_a_filter_option_that_goes_meanwhile_is_refused(pro, inquiry_type, meanwhile, change):
    option = FilterOption.objects.create(group="Region", label="North")
    rows, pk = FilterOption.objects.filter(pk=option.pk), option.pk
    meanwhile(rows.delete if change == "deleted" else lambda: rows.update(is_active=False))
    assert faults(pro, filter_option_ids=[pk]) == {
        "filter_option_ids": [f"There is no active filter option with these ids: {pk}."]
    }


@pytest.mark.parametrize("change", ["deleted", "switched off"])
def test_a_type_that_goes_meanwhile_is_refused(pro, inquiry_type, meanwhile, change):
    rows = InquiryType.objects.filter(pk=inquiry_type.pk)
    meanwhile(rows.delete if change == "deleted" else lambda: rows.update(is_active=False))
    assert faults(pro, inquiry_type_id=inquiry_type.pk) == {"inquiry_type_id": ["This inquiry type is not active."]}


def test_created_at_is_the_time_of_saving(pro, inquiry_type, meanwhile):
    times = []
    meanwhile(lambda: times.append(timezone.now()))
    inquiry = submit(pro)
    stored, entry = Inquiry.objects.get(), InquiryHistory.objects.get()
    assert times[0] <= stored.created_at <= timezone.now()
    assert {stored.created_at, stored.moved_at, entry.created_at} == {inquiry.created_at}
