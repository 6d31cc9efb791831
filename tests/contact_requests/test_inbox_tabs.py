"""The tabs of the inbox: contact requests, inquiries and messages, each with the number that waits."""

import pytest
from django.utils import timezone

from contacts.models import Contact
from inquiries.pipeline.moves import move_inquiry

from ..contacts.messaging import arrive, connect
from ..factories import InquiryFactory, RequestFactory
from ..pages import Page


def tabs(browser, path):
    """(address, name, count, is current) of each tab."""
    links = Page(browser.get(path)).one("nav.inbox-tabs").all("a")
    return [(a["href"], *a.text.rsplit(" ", 1), a.get("aria-current") == "page") for a in links]


@pytest.mark.parametrize("path", ["/inbox", "/inquiries", "/inbox/messages"])
def test_each_tab_shows_how_many_wait(browser, user, house, path):
    def tabs_with(requests, inquiries, messages):
        counts = {"/inbox": requests, "/inquiries": inquiries, "/inbox/messages": messages}
        names = {"/inbox": "Requests", "/inquiries": "Inquiries", "/inbox/messages": "Messages"}
        return [(address, names[address], str(count), address == path) for address, count in counts.items()]

    assert tabs(browser, path) == tabs_with(0, 0, 0)
    RequestFactory.create_batch(3, property=house)
    RequestFactory(property=house, status="read")
    RequestFactory(property=house, quarantined_at=timezone.now(), quarantine_reason="honeypot")
    RequestFactory()
    for inquiry in InquiryFactory.create_batch(3, pro=house.pro)[1:]:
        move_inquiry(inquiry, to="in_review", by=user)
    InquiryFactory()
    for who in ("Anna", "Anna", "Boris", "Chloé"):
        arrive(connect(house.pro, "whatsapp"), who=who)
    arrive(connect(RequestFactory().pro, "whatsapp"))
    browser.get(f"/inbox/messages/{Contact.objects.get(name='Boris').pk}")
    assert tabs(browser, path) == tabs_with(3, 1, 2)


def test_a_page_below_a_list_marks_the_lists_tab(browser, house):
    contact_request = RequestFactory(property=house)
    message = arrive(connect(house.pro, "whatsapp"))
    assert [tab[3] for tab in tabs(browser, f"/inbox/{contact_request.pk}")] == [True, False, False]
    assert [tab[3] for tab in tabs(browser, f"/inbox/messages/{message.contact_id}")] == [False, False, True]


@pytest.mark.parametrize("path", ["/inbox", "/inbox/messages"])
def test_the_rail_marks_the_inbox(browser, house, path):
    assert Page(browser.get(path)).one("nav.rail").values("a[aria-current=page]", "href") == ["/inbox"]
