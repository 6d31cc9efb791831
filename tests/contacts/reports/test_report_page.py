"""/reports: figures of a period, each a link to rows that sum to it."""

import pytest
from django.test import Client

from contacts.models import WaitingItem
from contacts.reports.rollup import refresh_reports

from ...factories import ContactFactory
from ...pages import Page
from .rows import MONDAY, answer, ask

pytestmark = pytest.mark.django_db
URL = "/reports"
WEEK = {"from": "2026-03-02", "to": "2026-03-08"}
HEADINGS = ["New", "Answered", "Waiting now", "Median", "90th percentile", "Within the target"]


def open_report(client, **query):
    return Page(client.get(URL, WEEK | query))


def tiles(page):
    return [[part.text for part in (tile.one("dt"), tile.one("dd:first-of-type a"))] for tile in page.all(".tile")]


def table(page, selector="#by"):
    return [[cell.text for cell in row.all("th, td")] for row in page.all(f"{selector} tbody tr")]


def number_of_rows(client, link):
    """What the list behind a figure says, and how many rows it has on all its pages."""
    page = Page(client.get(link))
    said, counted = page.one(".row-number").text, len(page.all(".report-rows tbody tr"))
    while page.has('[rel="next"]'):
        page = Page(client.get("/reports/rows" + page.one('[rel="next"]')["href"]))
        counted += len(page.all(".report-rows tbody tr"))
    assert said == f"{counted} row{'s' * (counted != 1)}"
    return counted


def test_the_figures_of_a_week(pro, user, browser):
    answer(ask(pro, assigned_to=user), 1200, user)
    answer(ask(pro, source="x"), 7200 * 2)
    answer(ask(pro, MONDAY.replace(day=1), channel="form"), 60, user)
    ask(pro, channel="whatsapp")
    ask(pro, kind="reminder")
    WaitingItem.objects.filter(pk=ask(pro).pk).end("spam", by=None)
    page = open_report(browser, by="person")
    assert tiles(page) == [
        ["New", "3"],
        ["Answered", "2"],
        ["Waiting now", "1"],
        ["Median to the first answer", "10 min"],
        ["90th percentile", "2 h 01"],
        ["Within the target", "50 %"],
    ]
    assert [part.text for part in page.all(".tile dd.soft")] == [
        *("before: 1", "before: 1", "", "before: 30 s", "before: 30 s"),
        "before: 100 % · 1 after it",
    ]
    assert [cell.text for cell in page.all("#by thead th")] == ["Colleague", *HEADINGS]
    assert table(page) == [
        ["Nobody, or a program", "2", "1", "1", "2 h 01", "2 h 01", "0 %"],
        ["Olive Owner", "1", "1", "0", "10 min", "10 min", "100 %"],
    ]
    assert table(page, "details")[0] == ["2 March", "3", "2", "10 min", "2 h 01", "50 %"]


def test_an_office_without_anything(browser):
    page = open_report(browser)
    assert [tile[1] for tile in tiles(page)] == ["0", "0", "0", "–", "–", "–"]
    assert page.one("#by > p").text == "Nothing came in these days."
    assert page.all(".plot rect") == [] and len(page.all(".plot svg")) == 2


@pytest.mark.thorough
@pytest.mark.parametrize("is_rolled_up", [True, False])
def test_the_rows_behind_each_figure_sum_to_it(filled, browser, is_rolled_up):
    if is_rolled_up:
        refresh_reports()
    sums = {}
    for by in ("property", "type", "source", "channel", "person"):
        page = open_report(browser, by=by)
        links = page.all("#by td a, .tile dd:first-of-type a, details td a")
        numbers = [link for link in links if link.text.isdigit()]
        assert len(numbers) > 20
        for link in numbers:
            assert number_of_rows(browser, link["href"]) == int(link.text), (by, link["href"])
        sums[by] = [sum(int(row[column]) for row in table(page)) for column in (1, 2, 3)]
        assert sums[by] == [int(tile[1]) for tile in tiles(page)[:3]]
        assert [sum(int(row[n]) for row in table(page, "details")) for n in (1, 2)] == sums[by][:2]
    last = open_report(browser).one(".tile:last-child")
    within, late = (number_of_rows(browser, link["href"]) for link in last.all("a"))
    assert [link.text for link in last.all("a")] == [f"{within * 100 // (within + late)} %", f"{late} after it"]


def test_names_of_values(filled, properties, shipped, browser):
    properties[1].delete()
    titles = {row[0] for row in table(open_report(browser))}
    assert titles == {"House", "A property that was deleted", "About no property"}
    names = {row[0] for row in table(open_report(browser, by="type"))}
    assert names == {"Question", "Call-back Request", "Offer Request", "No inquiry"}
    sources = {row[0] for row in table(open_report(browser, by="source"))}
    assert sources == {"Form of the property's page", "www.example.org", "No source"}
    assert {row[0] for row in table(open_report(browser, by="channel"))} == {"Form", "E-mail", "WhatsApp", "Otherwise"}


def test_a_member_sees_the_office_and_nobody_s_name(filled, people):
    member = Client()
    member.force_login(people[1])
    page = open_report(member, by="person")
    assert page.texts("#by .tabs a") == ["Property", "Type", "Source", "Channel"]
    assert page.one("#by .tabs [aria-current]").text == "Property"
    assert not page.has('a[href*=".csv"]')
    rows = {"figure": "answered", **WEEK}
    assert member.get("/reports/rows", rows).status_code == 200
    assert member.get("/reports/rows", rows | {"by": "person", "value": people[0].pk}).status_code == 404
    for file in ("figures", "rows"):
        assert member.get(f"/reports/{file}.csv", rows).status_code == 403


def test_another_office_sees_none_of_it(filled, properties, other_browser):
    page = open_report(other_browser)
    assert [tile[1] for tile in tiles(page)][:3] == ["0", "0", "0"]
    query = {"figure": "new", "by": "property", "value": properties[0].pk, **WEEK}
    rows = Page(other_browser.get("/reports/rows", query))
    assert rows.one(".row-number").text == "0 rows"
    assert rows.one("h1").text == "New · A property that was deleted"


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ({}, "2026-03-02", "2026-03-31"),
        ({"period": "7"}, "2026-03-25", "2026-03-31"),
        ({"period": "month"}, "2026-03-01", "2026-03-31"),
        ({"period": "last-month"}, "2026-02-01", "2026-02-28"),
        ({"period": "365"}, "2025-04-01", "2026-03-31"),
        ({"from": "2025-12-31", "to": "2026-01-01"}, "2025-12-31", "2026-01-01"),
        ({"from": "2026-01-02", "to": "2026-01-01"}, "2026-03-02", "2026-03-31"),
        ({"from": "1000-01-01", "to": "2026-01-01"}, "2026-03-02", "2026-03-31"),
        ({"from": "2020-01-01", "to": "2026-01-01"}, "2026-03-02", "2026-03-31"),
        ({"period": "x", "from": "\x00", "to": "9999-12-31"}, "2026-03-02", "2026-03-31"),
    ],
)
def test_periods(browser, pro, monkeypatch, query, first, last):
    # Midnight is over in Paris.
    monkeypatch.setattr("django.utils.timezone.now", lambda: MONDAY.replace(day=30, hour=22, minute=30))
    pro.time_zone = "Europe/Paris"
    pro.save()
    page = Page(browser.get(URL, query))
    assert [page.one(f"#{name}")["value"] for name in ("from", "to")] == [first, last]


def test_long_periods_are_drawn_by_week_and_by_month(pro, browser):
    answer(ask(pro), 60)
    days = [row[0] for row in table(open_report(browser, to="2026-05-31"), "details")]
    assert (days[0], days[-1], len(days)) == ("2 March – 8 March", "25 May – 31 May", 13)
    months = table(open_report(browser, to="2027-03-01"), "details")
    assert (months[0][:3], months[-1][0], len(months)) == (["March 2026", "1", "1"], "March 2027", 13)


def test_a_page_asks_as_little_for_many_values(filled, browser, django_assert_max_num_queries):
    refresh_reports()
    browser.get(URL, WEEK)
    with django_assert_max_num_queries(16):
        browser.get(URL, WEEK)


def test_rows_say_who_and_how_long(pro, user, browser, properties):
    contact = ContactFactory(pro=pro, name="Ana Visser")
    item = ask(pro, contact=contact, kind="request", key="1", property_id=properties[0].pk, about="x")
    answer(item, 7200, user, target=1800)
    answer(ask(pro), 60, target=0).item.delete()
    page = Page(browser.get("/reports/rows", {"figure": "answered", **WEEK}))
    rows = [[cell.text for cell in row.all("th, td")] for row in page.all(".report-rows tbody tr")]
    assert [row[:3] + row[5:] for row in rows] == [
        ["Ana Visser", "Request", "House", "Olive Owner", "1 h 00", "2 h 00", "No"],
        ["Somebody who was erased", "Message", "", "–", "30 s", "1 min", "–"],
    ]
    assert page.one(".report-rows tbody a")["href"] == f"/contacts/{contact.pk}"
    times = page.values(".report-rows tbody tr:first-child time", "datetime")
    assert [time[:16] for time in times] == ["2026-03-02T09:00", "2026-03-02T11:00"]


@pytest.mark.parametrize(
    "query",
    [
        {"figure": "x"},
        {"figure": "new", "by": "x"},
        {"figure": "new", "by": "property", "value": "x"},
        {"figure": "new", "by": "type", "value": str(2**63)},
        {"figure": "late", "by": "source", "value": "\x00"},
        {"figure": "late", "by": "channel", "value": "y" * 101},
        {"figure": "new", "cursor": "x"},
    ],
)
def test_rows_that_no_page_asks_for(browser, query):
    assert browser.get("/reports/rows", query).status_code == 404
