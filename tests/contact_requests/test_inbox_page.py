import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.web.paging import to_cursor
from contact_requests.models import ContactRequest
from contacts.models import Contact
from inquiries.pipeline.moves import move_inquiry
from tests.contacts.conversing import arrive, connect
from tests.factories import InquiryFactory, PropertyFactory, RequestFactory


@pytest.fixture
def house(pro):
    return PropertyFactory(pro=pro, slug="house", title="The House")


def names(response):
    return re.findall(r'<span class="request-top"><strong>(.*?)</strong>', response.content.decode())


def tabs(response):
    found = re.findall(
        r'<a href="/inbox\?[^"]*"( aria-current="page")?>(\w+) <span class="count">(\d+)<', response.content.decode()
    )
    return [(name, int(count), bool(current)) for current, name, count in found]


def many(house, count, **fields):
    now = timezone.now()
    return [
        RequestFactory(property=house, name=f"V{n:02}", created_at=now - timedelta(minutes=n), **fields)
        for n in range(count)
    ]


def test_the_inbox_opens_on_who_is_waiting(browser, house):
    RequestFactory(property=house, name="Waiting")
    RequestFactory(property=house, name="Seen", status="read")
    response = browser.get("/inbox")
    assert names(response) == ["Waiting"]
    assert tabs(response) == [("New", 1, True), ("Read", 1, False), ("Replied", 0, False), ("All", 2, False)]


@pytest.mark.parametrize(
    ("status", "shown"), [("read", ["R"]), ("replied", ["A"]), ("all", ["N", "R", "A"]), ("x", ["N"])]
)
def test_each_tab_shows_its_status(browser, house, status, shown):
    for n, (name, state) in enumerate([("N", "new"), ("R", "read"), ("A", "replied")]):
        RequestFactory(property=house, name=name, status=state, created_at=timezone.now() - timedelta(hours=n))
    assert names(browser.get("/inbox", {"status": status})) == shown


def test_another_pros_and_quarantined_requests_are_in_no_list_and_no_count(browser, house):
    RequestFactory(name="Foreign")
    RequestFactory(property=house, name="Spam", quarantined_at=timezone.now(), quarantine_reason="honeypot")
    response = browser.get("/inbox?status=all")
    assert (names(response), tabs(response)[3]) == ([], ("All", 0, True))
    assert "1 set aside as likely spam" in response.content.decode()
    assert "Foreign" not in response.content.decode()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("helene", ["Hélène"]),
        ("HÉLÈNE œuvrard", []),
        ("oeuvrard jardin", ["Paul"]),
        ("06 12 34", ["Hélène"]),
        ("+33612", ["Hélène"]),
        ("100%", ["Paul"]),
        ("_", []),
        ("'", []),
        ("VISITOR@EXAMPLE", ["Hélène"]),
        ("a\x00b", ["Hélène", "Paul"]),
        ("9" * 200, []),
    ],
)
def test_search_ignores_case_accents_and_the_grouping_of_digits(browser, house, text, found):
    RequestFactory(property=house, name="Hélène", email="visitor@example.org", phone="+33612345678", message="Bonjour")
    RequestFactory(
        property=house,
        name="Paul",
        email="paul@example.net",
        message="Madame Œuvrard, le jardin est-il 100% clos ?",
        created_at=timezone.now() - timedelta(hours=1),
    )
    assert names(browser.get("/inbox", {"q": text})) == found


def test_the_property_filter_knows_the_pros_own_properties_alone(browser, house, pro):
    RequestFactory(property=house, name="House")
    RequestFactory(property=PropertyFactory(pro=pro), name="Flat", created_at=timezone.now() - timedelta(hours=1))
    foreign = PropertyFactory(title="Foreign")
    response = browser.get("/inbox", {"property": house.pk})
    assert names(response) == ["House"]
    assert "Foreign" not in response.content.decode()
    for unusable in (foreign.pk, "nonsense", "a\x00b"):
        assert names(browser.get("/inbox", {"property": unusable})) == ["House", "Flat"]


def test_more_rows_come_by_cursor_while_others_arrive(browser, house):
    many(house, 60)
    seen, path = [], "/inbox"
    while path:
        response = browser.get(path)
        seen += names(response)
        RequestFactory(property=house, name="Late")
        found = re.search(r'<li id="more">\s*<a class="button" href="([^"]+)"', response.content.decode())
        path = found and found[1].replace("&amp;", "&")
    assert seen == [f"V{n:02}" for n in range(60)]


def test_htmx_gets_the_next_rows_alone(browser, house):
    rows = many(house, 30)
    cursor = to_cursor(rows[24].created_at, rows[24].pk)
    response = browser.get("/inbox", {"cursor": cursor}, headers={"HX-Request": "true", "HX-Target": "more"})
    assert names(response) == [f"V{n:02}" for n in range(25, 30)]
    assert response.content.decode().strip().startswith("<li id=") and 'id="more"' not in response.content.decode()


def test_htmx_search_gets_the_list_alone_and_history_gets_the_page(browser, house):
    RequestFactory(property=house, name="Waiting")
    htmx = {"HX-Request": "true", "HX-Target": "list"}
    fragment = browser.get("/inbox", {"q": "waiting"}, headers=htmx).content.decode()
    assert fragment.strip().startswith('<div id="list">') and "<html" not in fragment
    page = browser.get("/inbox", {"q": "waiting"}, headers={**htmx, "HX-History-Restore-Request": "true"})
    assert "<html" in page.content.decode()


@pytest.mark.parametrize("cursor", ["nonsense", "%00", "MjAyNi0wMS0wMXx4"])
def test_a_made_up_cursor_is_404(browser, cursor):
    assert browser.get(f"/inbox?cursor={cursor}").status_code == 404
    assert browser.get(f"/inbox/quarantine?cursor={cursor}").status_code == 404
    assert browser.get(f"/inbox/arrivals?since={cursor}").status_code == 404


def test_arrivals_are_announced(browser, house):
    first = RequestFactory(property=house)
    since = to_cursor(first.created_at, first.pk)
    assert "new<" not in browser.get("/inbox/arrivals", {"since": since}).content.decode()
    RequestFactory.create_batch(3, property=house)
    html = browser.get("/inbox/arrivals", {"since": since}).content.decode()
    assert 'role="status"' in html and "3 new</a>" in html


def test_a_page_and_its_pieces_are_told_apart_and_not_kept(browser, house):
    response = browser.get("/inbox")
    assert {"HX-Request", "HX-Target"} <= {name.strip() for name in response["Vary"].split(",")}
    assert response["Cache-Control"] == "private, no-store"


def test_the_reference_that_a_visitor_quotes_is_found(browser, house):
    row = RequestFactory(property=house, name="Quoted")
    RequestFactory(property=house)
    assert names(browser.get("/inbox", {"q": row.reference})) == ["Quoted"]


def test_an_empty_inbox_announces_arrivals_too(browser, house):
    html = browser.get("/inbox").content.decode()
    path = re.search(r'hx-get="(/inbox/arrivals[^"]+)"', html)[1].replace("&amp;", "&")
    RequestFactory(property=house)
    assert "1 new</a>" in browser.get(path).content.decode()


def test_a_request_is_shown_beside_the_list(browser, house):
    row = RequestFactory(
        property=house, name="Hélène", email="h@example.org", phone="+33612345678", message="<script>alert(1)</script>"
    )
    html = browser.get(f"/inbox/{row.pk}").content.decode()
    assert names(browser.get(f"/inbox/{row.pk}")) == ["Hélène"]
    for shown in ("mailto:h@example.org", "06 12 34 56 78", "&lt;script&gt;alert(1)", row.reference, 'name="body"'):
        assert shown in html
    assert "<script>alert" not in html


def test_a_visitor_without_email_is_called(browser, house):
    row = RequestFactory(property=house, email="", phone="+33612345678", contact__email="")
    html = browser.get(f"/inbox/{row.pk}").content.decode()
    assert 'name="body"' not in html and "left only a phone number" in html


def test_the_contacts_other_requests_stand_below(browser, house):
    first = RequestFactory(property=house)
    RequestFactory(property=PropertyFactory(pro=house.pro, title="The Flat"), contact=first.contact)
    assert "The Flat" in browser.get(f"/inbox/{first.pk}?status=read").content.decode()


@pytest.mark.parametrize("path", ["", "/status", "/reply"])
def test_another_pros_request_is_404(browser, path):
    row = RequestFactory()
    response = (
        browser.post(f"/inbox/{row.pk}{path}", {"status": "read", "body": "x"})
        if path
        else browser.get(f"/inbox/{row.pk}")
    )
    assert response.status_code == 404
    assert row.name not in response.content.decode()
    assert ContactRequest.objects.get().status == "new"


@pytest.mark.parametrize("path", ["/inbox", "/inbox/{}"])
def test_the_number_of_queries_does_not_grow(browser, house, path):
    (row,) = many(house, 1)
    path = path.format(row.pk)

    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert browser.get(path).status_code == 200
        return len(queries)

    few = count()
    many(house, 50)
    assert count() == few <= (6 if path == "/inbox" else 10)


def waiting(browser, path):
    """The row of tabs above what has come in, as [(address, name, how many wait, whether it is this page's)…]."""
    html = browser.get(path).content.decode()
    nav = re.search(r'<nav id="kinds" class="kinds" aria-label="What has come in">(.*?)</nav>', html, re.S)[1]
    found = re.findall(r'<a href="([^"]+)"( aria-current="page")?>(\w+) <span class="count">(\d+)</span></a>', nav)
    assert len(found) == nav.count("<a ")
    return [(address, name, int(count), bool(current)) for address, current, name, count in found]


@pytest.mark.parametrize("path", ["/inbox", "/inquiries", "/inbox/messages"])
def test_each_kind_of_what_has_come_in_says_how_many_wait(browser, user, house, path):
    def tabs_with(requests, inquiries, messages):
        counts = {"/inbox": requests, "/inquiries": inquiries, "/inbox/messages": messages}
        names = {"/inbox": "Requests", "/inquiries": "Inquiries", "/inbox/messages": "Messages"}
        return [(address, names[address], count, address == path) for address, count in counts.items()]

    assert waiting(browser, path) == tabs_with(0, 0, 0)
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
    assert waiting(browser, path) == tabs_with(3, 1, 2)


def test_a_page_below_the_inbox_marks_its_kind(browser, house):
    row = RequestFactory(property=house)
    message = arrive(connect(house.pro, "whatsapp"))
    assert [tab[3] for tab in waiting(browser, f"/inbox/{row.pk}")] == [True, False, False]
    assert [tab[3] for tab in waiting(browser, f"/inbox/messages/{message.contact_id}")] == [False, False, True]


@pytest.mark.parametrize("path", ["/inbox", "/inbox/messages"])
def test_the_rail_says_inbox_on_all_of_it(browser, house, path):
    rail = browser.get(path).content.decode().split('class="rail"')[1].split("</nav>")[0]
    assert re.findall(r'<a href="([^"]+)" aria-current="page">', rail) == ["/inbox"]
