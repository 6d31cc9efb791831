"""/inquiries: the list."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.web.paging import to_cursor
from inquiries.models import Attachment, FilterOption, Inquiry, Offer
from inquiries.pipeline.moves import close_inquiry, move_inquiry

from ..factories import InquiryFactory, InquiryTypeFactory
from ..pages import Page

PATH = "/inquiries"
HTMX = {"HX-Request": "true", "HX-Target": "inquiries"}
START = datetime(2026, 2, 10, 14, 30, tzinfo=UTC)


def subjects(page):
    return page.one("#inquiries").texts("a[data-row]")


def tabs(page):
    """Every tab as (query, count), the chosen one marked."""
    links = page.all("#inquiries nav.tabs a")
    return [
        (link["href"].partition("?")[2] + "*" * ("aria-current" in link), link.one(".count").text) for link in links
    ]


def rows(page):
    """Every row, each of its cells as text."""
    return [row.texts("th, td:not(.book-tick)") for row in page.all("table.inquiry-rows tbody tr")]


@pytest.fixture
def make(pro, inquiry_type):
    """Makes an inquiry of the owner's, received `at` minutes after the start."""

    def one(at=0, person=None, **fields):
        profile = {"person": person, "profile_at": timezone.now()} if person else {}
        defaults = {"pro": pro, "inquiry_type": inquiry_type, "created_at": START + timedelta(minutes=at)}
        return InquiryFactory(**{**defaults, **profile, **fields})

    return one


JAN = {"first_name": "Hélène", "last_name": "<Œuvrard>", "email": "h@example.org", "phone": "+33 6 12 34 56 78"}


def test_everything_on_a_row(browser, make, inquiry_type):
    inquiry_type.icon = "❓"
    inquiry_type.save()
    inquiry = make(
        person=JAN, business={"company": "Bouw BV"}, subject="A & B", priority="urgent", category="roof", budget="4500"
    )
    Offer.objects.create(inquiry=inquiry, title="One", amount=Decimal(1))
    Attachment.objects.create(inquiry=inquiry, key="a", filename="a.pdf", mime_type="application/pdf", size=1)
    Attachment.objects.create(inquiry=inquiry, key="b", filename="b.pdf", mime_type="application/pdf", size=1)
    page = Page(browser.get(PATH))
    assert rows(page) == [
        [
            f"Test A & B #{inquiry.pk} 2 files 1 offer",
            "Hélène <Œuvrard> Bouw BV",
            "Submitted Urgent",
            "roof",
            "€4,500.00",
            "10 Feb. 2026",
        ]
    ]
    assert page.one(".step-tag circle")["fill"] == inquiry.step.color


def test_a_missing_profile_is_waited_for(browser, make):
    make()
    assert rows(Page(browser.get(PATH)))[0][1] == "Waiting for the profile"


def test_a_profile_without_a_name_is_not_waited_for(browser, make):
    make(person={"email": "a@example.org"})
    assert rows(Page(browser.get(PATH)))[0][1] == "Without a name"


def test_a_cancelled_one_says_so_in_place_of_the_last_step(browser, make, user):
    close_inquiry(make(), outcome="cancelled", by=user)
    assert rows(Page(browser.get(f"{PATH}?status=cancelled")))[0][2] == "Cancelled"


def test_newest_first_the_open_ones_and_the_own_alone(browser, make, user):
    make(subject="First"), make(9, subject="Last"), InquiryFactory(subject="Foreign")
    move_inquiry(make(5, subject="Moved"), to="in_review", by=user)
    assert subjects(Page(browser.get(PATH))) == ["Last", "First"]
    assert tabs(Page(browser.get(PATH))) == [
        ("*", "2"),
        ("status=in_progress", "1"),
        ("status=closed", "0"),
        ("status=cancelled", "0"),
        ("status=all", "3"),
    ]


def test_the_counts_follow_search_and_filters(browser, make, user):
    make(category="roof", subject="One")
    close_inquiry(make(category="roof", subject="Two"), by=user)
    make(subject="Three")
    assert tabs(Page(browser.get(f"{PATH}?category=roof&status=closed&q=two"))) == [
        ("q=two&category=roof", "0"),
        ("q=two&status=in_progress&category=roof", "0"),
        ("q=two&status=closed&category=roof*", "1"),
        ("q=two&status=cancelled&category=roof", "0"),
        ("q=two&status=all&category=roof", "1"),
    ]


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("", ["Paul", "Hélène"]),
        ("status=open", ["Paul", "Hélène"]),
        ("status=nonsense", ["Paul", "Hélène"]),
        ("status=in_progress", []),
        ("type=test", ["Hélène"]),
        ("type=other", ["Paul"]),
        ("type=nonsense", ["Paul", "Hélène"]),
        ("priority=high", ["Paul"]),
        ("priority=9", ["Paul", "Hélène"]),
        ("category=roof", ["Paul"]),
        ("category=nonsense", ["Paul", "Hélène"]),
        ("case=with", ["Paul"]),
        ("case=without", ["Hélène"]),
        ("profile=waiting", ["Paul"]),
        ("q=helene+oeuvrard", ["Hélène"]),
        ("q=OEUVRARD+h%C3%A9l", ["Hélène"]),
        ("q=06+12+34", ["Hélène"]),
        ("q=%2B33612", ["Hélène"]),
        ("q=%25", []),
        ("q=_", []),
        ("q='", []),
        ("q=zz%00b", []),
        (f"q={'9' * 201}", []),
        (f"q={2**63}", []),
        (f"q={2**63 - 1}", []),
        ("option=nonsense", ["Paul", "Hélène"]),
        (f"option={2**80}", ["Paul", "Hélène"]),
        ("type=other&priority=high&category=roof&case=with&profile=waiting&q=paul", ["Paul"]),
    ],
)
def test_search_and_filters_live_in_the_address(browser, make, query, matches):
    make(person=JAN, subject="Hélène")
    make(9, subject="Paul", priority="high", category="roof", case_id=7, inquiry_type=InquiryTypeFactory(slug="other"))
    assert subjects(Page(browser.get(f"{PATH}?{query}"))) == matches


def test_a_number_finds_the_reference(browser, make):
    inquiry = make(subject="It")
    make(9, subject="Other")
    for reference in (str(inquiry.pk), f"#{inquiry.pk}"):
        assert subjects(Page(browser.get(PATH, {"q": reference}))) == ["It"]


def test_a_filter_option(browser, make):
    option = FilterOption.objects.create(group="Region", label="Groningen")
    make(subject="Here").filter_options.set([option])
    make(9, subject="There")
    assert subjects(Page(browser.get(f"{PATH}?option={option.pk}"))) == ["Here"]
    group = Page(browser.get(PATH)).one("#inquiry-filter select[name=option] optgroup")
    assert (group["label"], group.texts("option")) == ("Region", ["Groningen"])


@pytest.mark.parametrize(
    ("query", "is_open"),
    [("", False), ("q=keuken&status=all", False), ("priority=high", True), ("case=with&q=x", True)],
)
def test_the_filters_are_unfolded_where_one_is_chosen(browser, make, query, is_open):
    make()
    assert ("open" in Page(browser.get(f"{PATH}?{query}")).one("details.filters")) == is_open


def test_filters_with_one_choice_are_hidden(browser, make):
    make()
    fields = Page(browser.get(PATH)).form("#inquiry-filter").fields
    assert list(fields) == ["q", "type", "priority", "case", "profile", "status"]


def test_pages_by_cursor_neither_repeat_nor_lose_a_row(browser, make):
    # Some of the same moment: the id decides.
    for n in range(120):
        make(n // 7, subject=f"S{n:03}")
    seen, path = [], PATH
    while path:
        page = Page(browser.get(path))
        seen += [subject for subject in subjects(page) if subject != "New"]
        path = next(iter(page.one("#inquiries").values("#more a", "href")), None)
        make(999, subject="New")
    assert seen == [f"S{n:03}" for n in reversed(range(120))]


@pytest.mark.parametrize("cursor", ["nonsense", "é", "AAAA", to_cursor(START, 2**63), to_cursor(START, "1_0")])
def test_a_malformed_cursor_is_404(browser, cursor):
    assert Page(browser.get(PATH, {"cursor": cursor}), 404).one("h1").text == "There is nothing here"


def test_htmx_gets_the_rows_after_a_cursor_alone(browser, make):
    first, last = make(subject="First"), make(9, subject="Last")
    response = browser.get(
        PATH, {"cursor": to_cursor(last.created_at, last.pk)}, headers={"HX-Request": "true", "HX-Target": "more"}
    )
    page = Page(response)
    assert page.texts("tr a[data-row]") == [first.subject]
    assert not page.has("#inquiries") and not page.has("table")


def test_htmx_gets_the_list_and_the_address_follows_what_is_typed(browser, make):
    make(subject="First")
    response = browser.get(f"{PATH}?q=fir&status=open&type=", headers={**HTMX, "HX-Trigger": "inquiry-filter"})
    page = Page(response)
    assert subjects(page) == ["First"]
    assert page.one("#inquiries").text == page.text
    assert response["HX-Replace-Url"] == "/inquiries?q=fir"
    assert "HX-Replace-Url" not in browser.get(PATH, headers=HTMX).headers


@pytest.mark.parametrize(
    ("query", "text", "link"),
    [
        ("", "No inquiry is waiting. New ones appear here.", "/inquiries?status=all"),
        ("status=closed", "Nothing here yet.", "/inquiries/new"),
        ("q=nobody&status=closed", "Nothing matches.", "/inquiries?status=closed"),
        (f"cursor={to_cursor(START, 1)}", "Nothing comes after this.", "/inquiries?"),
    ],
)
def test_an_empty_list_says_what_to_do(browser, query, text, link):
    page = Page(browser.get(f"{PATH}?{query}"))
    assert page.texts("#inquiries .empty > p")[0] == text
    # The page after the last has its link back below.
    assert page.values("#inquiries .empty a, #inquiries > p a", "href") == [link]


@pytest.mark.parametrize(
    ("query", "text", "more"),
    [
        ("q=kitchen", "Nothing in “Open”, 2 elsewhere.", "q=kitchen&status=all"),
        ("category=roof&status=cancelled", "Nothing in “Cancelled”, 1 elsewhere.", "status=all&category=roof"),
        ("q=nobody", "Nothing matches.", None),
    ],
)
def test_matches_in_other_tabs_are_counted(browser, make, user, query, text, more):
    for category in ("", "roof"):
        close_inquiry(make(subject="Kitchen", category=category), by=user)
    empty = Page(browser.get(f"{PATH}?{query}")).one("#inquiries .empty")
    assert empty.texts("p")[0] == text
    links = {link.text: link["href"] for link in empty.all("a")}
    assert links.get("Search all inquiries") == (more and f"/inquiries?{more}")


@pytest.mark.parametrize("count", [1, 50])
def test_the_number_of_queries_does_not_grow(browser, make, count):
    option = FilterOption.objects.create(group="Region", label="Groningen")
    for n in range(count):
        inquiry = make(n, category="roof", person=JAN)
        inquiry.filter_options.set([option])
        Offer.objects.create(inquiry=inquiry, title="A", amount=Decimal(1), status="sent", valid_until="2020-01-01")
    with CaptureQueriesContext(connection) as queries:
        assert len(subjects(Page(browser.get(PATH)))) == count
    # One more than the list takes: what waits in each of the inbox's tabs.
    assert len(queries) <= 9


def test_it_is_closed_to_nobody_and_to_a_gated_pro(nobody, browser, pro):
    assert nobody.get(PATH)["Location"] == "/sign-in?next=/inquiries"
    pro.cni_required = True
    pro.save()
    assert browser.get(PATH)["Location"] == "/settings/identity"
    assert Inquiry.objects.count() == 0


def test_the_rail_leads_here(browser):
    link = 'nav a[href="/inquiries"]'
    assert "page" in [a.get("aria-current") for a in Page(browser.get(PATH)).all(link)]
    assert [a.get("aria-current") for a in Page(browser.get("/contacts")).all(link)] == [None]


def test_a_type_with_an_unknown_icon_shows_its_letter(browser, make, inquiry_type):
    inquiry_type.icon, inquiry_type.icon_type = "no-such-icon", "lucide"
    inquiry_type.save()
    make(subject="A")
    assert rows(Page(browser.get(PATH)))[0][0].startswith("T Test A")
