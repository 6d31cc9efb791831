"""Reading: a page that was shown for a moment marks as read the person's requests and messages, by one small POST."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from contact_requests.models import ContactRequest, ContactRequestEvent
from contacts.models import ContactMessage, WaitingItem

from ..contacts.messaging import arrive, connect
from ..factories import ContactFactory, ProFactory, RequestFactory
from ..pages import Page

HTMX = {"HX-Request": "true", "HX-Target": "item"}


@pytest.fixture
def contact(user):
    """A person who wrote a message."""
    return arrive(connect(user.pro, "whatsapp"), "Hello?").contact


@pytest.fixture(autouse=True)
def request_row(house, contact):
    """Their contact request."""
    return RequestFactory(property=house, contact=contact)


def read_path(contact):
    return f"/inbox/{contact.pk}/read"


def facts():
    """(status of each request, whether each message is read, unread count of each contact)."""
    messages = ContactMessage.objects.select_related("contact")
    return (
        list(ContactRequest.objects.values_list("status", flat=True)),
        [(row.read_at is not None, row.contact.unread_count) for row in messages],
    )


@pytest.mark.parametrize("page_of", ["/inbox/{}", "/contacts/{}"], ids=["desk", "contact"])
def test_a_person_who_is_looked_at_is_read(browser, request_row, contact, page_of):
    form = Page(browser.get(page_of.format(contact.pk))).form(".read-mark")
    waiting = list(WaitingItem.objects.values())
    assert facts() == (["new"], [(False, 1)])
    assert (form["hx-post"], form["hx-trigger"]) == (read_path(contact), "intersect once delay:2s")
    fragment = Page(browser.post(read_path(contact), form.fields, headers=HTMX))
    assert facts() == (["read"], [(True, 0)])
    events = ContactRequestEvent.objects.values_list("from_status", "to_status", "user__email")
    assert list(events) == [("new", "read", "owner@example.com")]
    # The buttons of the status, out of band, and the focus where it was.
    [status] = fragment.all("form")
    assert (status["id"], status["hx-swap-oob"]) == (f"status-{request_row.pk}", "true")
    assert (status.one("[aria-current]").text, fragment.has("[autofocus]")) == ("Read", False)
    assert list(WaitingItem.objects.values()) == waiting
    page = Page(browser.get(page_of.format(contact.pk)))
    assert (page.has("#thread, #entries"), page.has(".read-mark")) == (True, False)


def test_a_second_time_and_without_htmx(browser, contact):
    for _ in range(2):
        response = browser.post(read_path(contact), {"until": timezone.now().isoformat()})
        assert (response.status_code, response["Location"]) == (302, f"/inbox/{contact.pk}")
    assert (facts(), ContactRequestEvent.objects.count()) == ((["read"], [(True, 0)]), 1)


def test_what_came_since_the_page_was_shown_stays_new(browser, contact):
    until = (timezone.now() - timedelta(hours=1)).isoformat()
    assert browser.post(read_path(contact), {"until": until}, headers=HTMX).status_code == 200
    assert facts() == (["new"], [(False, 1)])


@pytest.mark.parametrize(
    "until", [None, "", "yesterday", "\0", "2026-01-01T00:00:00", "9" * 5000, "0001-01-01T00:00+14:00"]
)
def test_a_time_that_is_none_is_refused(browser, contact, until):
    response = browser.post(read_path(contact), {} if until is None else {"until": until})
    assert response.status_code == 400
    assert Page(response, 400).has("h1")
    assert facts() == (["new"], [(False, 1)])


def test_a_get_reads_nothing(browser, contact):
    response = browser.get(read_path(contact), {"until": timezone.now().isoformat()})
    assert (response.status_code, response["Allow"]) == (405, "POST")
    browser.get(f"/inbox/{contact.pk}", headers=HTMX)
    assert facts() == (["new"], [(False, 1)])


def test_of_another_pro_nothing_is_found(browser, contact):
    foreign = ContactFactory(pro=ProFactory())
    for id in (foreign.pk, uuid.uuid4()):
        response = browser.post(f"/inbox/{id}/read", {"until": timezone.now().isoformat()})
        assert Page(response, 404).one("h1").text == "There is nothing here"
    assert facts() == (["new"], [(False, 1)])


def test_a_request_in_quarantine_and_one_replied_to_stay(browser, house, contact):
    replied = RequestFactory(property=house, contact=contact, status="replied")
    aside = RequestFactory(property=house, contact=contact, quarantined_at=timezone.now())
    before = list(ContactRequest.objects.filter(pk__in=[replied.pk, aside.pk]).order_by("pk").values())
    browser.post(read_path(contact), {"until": timezone.now().isoformat()})
    assert list(ContactRequest.objects.filter(pk__in=[replied.pk, aside.pk]).order_by("pk").values()) == before
