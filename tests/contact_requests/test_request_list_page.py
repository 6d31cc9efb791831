"""/inbox/requests: the list with its states, search, filter, pages and arrivals."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.web.paging import to_cursor

from ..factories import PropertyFactory, RequestFactory
from ..pages import Page

HTMX = {"HX-Request": "true"}


@pytest.fixture
def house(pro):
    return PropertyFactory(pro=pro, slug="house", title="The House")


def names(page):
    """The visitors in the list; the list itself, or what it shows when it is empty, has to be there."""
    shown = page.all("ol.requests") or [page.one("#list .empty")]
    return shown[0].texts(".row-name strong")


def names_at(browser, path="/inbox/requests", **query):
    return names(Page(browser.get(path, query)))


def tabs(page):
    """(name and count, is current) of each status."""
    return [(tab.text, "aria-current" in tab) for tab in page.one("#tabs").all("a")]


def store_many(house, count, **fields):
    now = timezone.now()
    return [
        RequestFactory(property=house, name=f"V{n:02}", created_at=now - timedelta(minutes=n), **fields)
        for n in range(count)
    ]


def test_the_list_opens_on_all_contact_requests(browser, house):
    RequestFactory(property=house, name="Read", status="read", created_at=timezone.now() - timedelta(hours=1))
    RequestFactory(property=house, name="Unread")
    page = Page(browser.get("/inbox/requests"))
    assert names(page) == ["Unread", "Read"]
    assert page.texts(".row-about") == ["The House", "The House"]
    assert tabs(page) == [("All 2", True), ("New 1", False), ("Read 1", False), ("Replied 0", False)]


@pytest.mark.parametrize(
    ("status", "shown"),
    [("new", ["N"]), ("read", ["R"]), ("replied", ["A"]), ("all", ["N", "R", "A"]), ("x", ["N", "R", "A"])],
)
def test_each_tab_shows_its_status(browser, house, status, shown):
    for n, (name, state) in enumerate([("N", "new"), ("R", "read"), ("A", "replied")]):
        RequestFactory(property=house, name=name, status=state, created_at=timezone.now() - timedelta(hours=n))
    assert names_at(browser, status=status) == list(shown)


def test_another_pros_and_quarantined_ones_are_in_no_list_and_no_count(browser, house):
    RequestFactory(name="Foreign")
    RequestFactory(property=house, name="Spam", quarantined_at=timezone.now(), quarantine_reason="honeypot")
    page = Page(browser.get("/inbox/requests?status=all"))
    assert (names(page), tabs(page)[0]) == ([], ("All 0", True))
    assert page.one('#views a[href="/inbox/set-aside"]').text == "Set aside 1"
    assert "Foreign" not in page.text


@pytest.mark.dialect
@pytest.mark.parametrize(
    ("text", "shown"),
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
def test_search_ignores_case_accents_and_the_grouping_of_digits(browser, house, text, shown):
    RequestFactory(property=house, name="Hélène", email="visitor@example.org", phone="+33612345678", message="Bonjour")
    RequestFactory(
        property=house,
        name="Paul",
        email="paul@example.net",
        message="Madame Œuvrard, le jardin est-il 100% clos ?",
        created_at=timezone.now() - timedelta(hours=1),
    )
    assert names_at(browser, q=text) == shown


def test_search_finds_the_reference_that_a_visitor_quotes(browser, house):
    quoted = RequestFactory(property=house, name="Quoted")
    RequestFactory(property=house)
    assert names_at(browser, q=quoted.reference) == ["Quoted"]


def test_the_property_filter_offers_the_pros_own_properties_alone(browser, house, pro):
    RequestFactory(property=house, name="House")
    flat = PropertyFactory(pro=pro)
    RequestFactory(property=flat, name="Flat", created_at=timezone.now() - timedelta(hours=1))
    foreign = PropertyFactory(title="Foreign")
    page = Page(browser.get("/inbox/requests", {"property": house.pk}))
    assert names(page) == ["House"]
    offered = [(option["value"], option.text, option.get("selected")) for option in page.all("#id_property option")]
    titles = sorted([(str(flat.pk), flat.title, None), (str(house.pk), "The House", "")], key=lambda each: each[1])
    assert offered == [("", "All properties", None), *titles]
    for invalid in (foreign.pk, "nonsense", "a\x00b"):
        assert names_at(browser, property=invalid) == ["House", "Flat"]


def test_more_rows_come_by_cursor_while_others_arrive(browser, house):
    store_many(house, 60)
    shown, path = [], "/inbox/requests"
    while path:
        page = Page(browser.get(path))
        shown += names(page)
        RequestFactory(property=house, name="Late")
        path = page.one("#more a")["href"] if page.has("#more") else ""
    assert shown == [f"V{n:02}" for n in range(60)]


def test_htmx_gets_the_next_rows_alone(browser, house):
    rows = store_many(house, 30)
    cursor = to_cursor(rows[24].created_at, rows[24].pk)
    fragment = Page(browser.get("/inbox/requests", {"cursor": cursor}, headers={**HTMX, "HX-Target": "more"}))
    assert fragment.texts("li strong") == [f"V{n:02}" for n in range(25, 30)]
    assert fragment.html.strip().startswith("<li id=") and not fragment.has("#more")


def test_htmx_search_gets_the_list_alone_and_history_gets_the_page(browser, house):
    RequestFactory(property=house, name="Waiting")
    htmx = {**HTMX, "HX-Target": "list"}
    fragment = Page(browser.get("/inbox/requests", {"q": "waiting"}, headers=htmx))
    assert fragment.html.strip().startswith('<div id="list" class="desk-rows"') and not fragment.has("html")
    assert names(fragment) == ["Waiting"]
    page = Page(
        browser.get("/inbox/requests", {"q": "waiting"}, headers={**htmx, "HX-History-Restore-Request": "true"})
    )
    assert (page.has("html"), names(page)) == (True, ["Waiting"])


@pytest.mark.parametrize("cursor", ["nonsense", "%00", "MjAyNi0wMS0wMXx4"])
def test_an_invalid_cursor_is_404(browser, cursor):
    for path in ("/inbox/requests?cursor=", "/inbox/set-aside?cursor=", "/inbox/requests/arrivals?since="):
        assert Page(browser.get(f"{path}{cursor}"), 404).one("h1").text == "There is nothing here"


def test_arrivals_are_announced(browser, house):
    first = RequestFactory(property=house)
    since = to_cursor(first.created_at, first.pk)
    assert Page(browser.get("/inbox/requests/arrivals", {"since": since})).one("[role=status]").texts("a") == []
    RequestFactory.create_batch(3, property=house)
    assert Page(browser.get("/inbox/requests/arrivals", {"since": since})).one("[role=status]").texts("a") == ["3 new"]


def test_an_empty_inbox_announces_arrivals_too(browser, house):
    path = Page(browser.get("/inbox/requests")).one("#arrivals")["hx-get"]
    RequestFactory(property=house)
    assert Page(browser.get(path)).one("[role=status]").texts("a") == ["1 new"]


def test_page_and_fragments_are_told_apart_and_not_cached(browser, house):
    response = browser.get("/inbox/requests")
    assert {"HX-Request", "HX-Target"} <= {name.strip() for name in response["Vary"].split(",")}
    assert response["Cache-Control"] == "private, no-store"


def test_more_rows_take_no_more_queries(browser, house):
    store_many(house, 1)

    def count_queries():
        with CaptureQueriesContext(connection) as queries:
            assert "V00" in names_at(browser)
        return len(queries)

    few = count_queries()
    store_many(house, 20)
    assert count_queries() == few <= 7


def test_the_former_address_of_the_list_leads_here(browser, house):
    for query in ("status=read", "status=all&q=anna", f"property={house.pk}&status=new"):
        response = browser.get(f"/inbox?{query}")
        assert (response.status_code, response["Location"]) == (302, f"/inbox/requests?{query}")


def test_the_states_are_a_menu_named_after_the_present_one(browser, house):
    RequestFactory(property=house, status="read")
    page = Page(browser.get("/inbox/requests?status=read"))
    assert page.one('.desk-filters button[popovertarget="tabs"]').text == "Status Read 1"
    assert [tab["href"] for tab in page.one("#tabs[popover]").all("a")] == [
        f"/inbox/requests?status={status}" for status in ("all", "new", "read", "replied")
    ]
    assert page.one("#id_property")["form"] == page.one("form.desk-search")["id"]
