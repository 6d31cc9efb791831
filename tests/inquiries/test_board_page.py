"""/inquiries/board/<type>: its columns, the query of its address, the tabs of types, its queries."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from inquiries.models import Inquiry, InquiryType, Offer
from inquiries.pipeline.board import CARDS, CARDS_PER_PAGE
from inquiries.pipeline.editing import arrange_steps
from inquiries.pipeline.moves import close_inquiry, move_inquiry

from ..factories import ContactFactory, InquiryFactory, InquiryTypeFactory
from ..pages import Page
from .board_page import PATH, board, set_step, subjects

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "board"}


def tabs(page):
    """Every tab as (address, text, whether it is the current one)."""
    links = page.one("#board-tabs").all("a")
    return [(link["href"], link.without("[aria-hidden]").text, "aria-current" in link) for link in links]


@pytest.fixture
def alone(inquiry_type):
    """The type `kind` is the only one."""
    InquiryType.objects.exclude(pk=inquiry_type.pk).delete()


# --- Columns


def test_a_column_for_every_step_in_order(browser, pro, inquiry_type):
    inquiries = [InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject=f"No. {n}") for n in range(4)]
    for inquiry in inquiries[:3]:
        move_inquiry(inquiry, to="in_review", by=None)
    move_inquiry(inquiries[0], to="answered", by=None)
    move_inquiry(inquiries[0], to="closed", by=None)
    arrange_steps(inquiry_type, ["submitted", "answered", "in_review", "closed"])
    assert board(Page(browser.get(PATH))) == [
        ("Submitted 1", ["No. 3"], ""),
        ("Answered 0", [], "Nothing here."),
        ("In Review 2", ["No. 2", "No. 1"], ""),
        ("Closed 1", ["No. 0"], ""),
    ]
    columns = Page(browser.get(PATH)).all("section.column")
    assert [(column["data-step"], column["data-allowed"]) for column in columns] == [
        ("submitted", "answered"),
        ("answered", "in_review"),
        ("in_review", "closed"),
        ("closed", ""),
    ]


def test_only_the_own_inquiries(browser, other_browser, inquiry):
    assert subjects(Page(browser.get(PATH))) == [inquiry.subject]
    assert board(Page(other_browser.get(PATH))) == [
        (f"{label} 0", [], "Nothing here.") for label in ("Submitted", "In Review", "Answered", "Closed")
    ]


def test_a_column_shows_who_came_last_and_leads_to_the_rest(browser, pro, inquiry_type):
    rows = [InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject=f"No. {n}") for n in range(CARDS + 5)]
    move_inquiry(rows[3], to="in_review", by=None)
    move_inquiry(rows[7], to="in_review", by=None)
    page = Page(browser.get(f"{PATH}?priority=normal"))
    first, second, *_others = board(page)
    shown = [f"No. {n}" for n in range(CARDS + 4, -1, -1) if n not in (3, 7)][:CARDS]
    assert first == (f"Submitted {CARDS + 3}", shown, f"Show all {CARDS + 3}")
    assert second == ("In Review 2", ["No. 7", "No. 3"], "")
    assert page.one("a.column-more")["href"] == f"{PATH}?priority=normal&step=submitted"


def test_terminal_columns_show_recent_cards_alone(browser, pro, inquiry_type):
    recent, old = (InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject=subject) for subject in ("Recent", "Old"))
    set_step(recent, "closed", status="closed", moved_at=timezone.now() - timedelta(days=29))
    set_step(old, "closed", status="closed", moved_at=timezone.now() - timedelta(days=31))
    assert board(Page(browser.get(PATH)))[3] == ("Closed 2", ["Recent"], "Show all 2")
    assert board(Page(browser.get(f"{PATH}?step=closed"))) == [("Closed 2", ["Recent", "Old"], "")]
    Inquiry.objects.update(moved_at=timezone.now() - timedelta(days=31))
    assert board(Page(browser.get(PATH)))[3] == ("Closed 2", [], "Nothing in the last 30 days. Show all 2")


def test_one_column_page_by_page(browser, pro, inquiry_type):
    count = CARDS_PER_PAGE + 2
    for n in range(count):
        InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject=f"No. {n}")
    page = Page(browser.get(f"{PATH}?step=submitted"))
    assert board(page) == [
        (f"Submitted {count}", [f"No. {n}" for n in range(count - 1, 1, -1)], "Older"),
    ]
    older = Page(browser.get(page.one("a.column-more")["href"]))
    assert board(older) == [(f"Submitted {count}", ["No. 1", "No. 0"], "")]


# --- The query of the address


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("q=kitchen", ["Kitchen"]),
        ("q=KITCHÉN", ["Kitchen"]),
        ("q=nothing", []),
        ("q=x%00y", []),
        ("q=%ED%A0%80", []),
        (f"q={2**80}", []),
        ("priority=high", ["Bath"]),
        ("priority=high&q=kitchen", []),
        ("priority=nonsense", ["Bath", "Kitchen"]),
        ("moved=nonsense&was=nonsense", ["Bath", "Kitchen"]),
        (f"moved={2**80}", ["Bath", "Kitchen"]),
    ],
)
def test_the_address_filters(browser, pro, inquiry_type, query, matches):
    InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject="Kitchen")
    InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject="Bath", priority="high")
    assert subjects(Page(browser.get(f"{PATH}?{query}"))) == matches


def test_htmx_gets_the_board_alone_and_the_address_follows(browser, inquiry):
    response = browser.get(f"{PATH}?q=subject&priority=&nonsense=1", headers=HTMX)
    page = Page(response)
    assert subjects(page) == [inquiry.subject]
    assert page.one("#board").text == page.text
    assert response["HX-Replace-Url"] == f"{PATH}?q=subject"
    restored = browser.get(PATH, headers={**HTMX, "HX-History-Restore-Request": "true"})
    assert Page(restored).one("body #board h3").text == inquiry.subject


@pytest.mark.parametrize(
    "path",
    [
        "/inquiries/board/nonsense",
        f"{PATH}/",
        f"{PATH}?step=nonsense",
        f"{PATH}?step=a%00b",
        f"{PATH}?step=submitted&cursor=nonsense",
        f"{PATH}?cursor=%00",
        f"/inquiries/board/{'a' * 300}",
    ],
)
def test_unknown_boards_steps_and_cursors_are_404(browser, inquiry_type, path):
    assert Page(browser.get(path), 404).one("h1").text == "There is nothing here"


def test_nobody_is_sent_to_sign_in(nobody, inquiry_type):
    response = nobody.get(PATH)
    assert (response.status_code, response["Location"]) == (302, f"/sign-in?next={PATH}")


# --- The types


def test_the_types_are_tabs_with_what_is_not_finished(browser, pro, alone, inquiry_type):
    other, empty = InquiryTypeFactory(name="Other", slug="other"), InquiryTypeFactory(name="Empty", slug="empty")
    InquiryTypeFactory(name="Given up", slug="given-up", is_active=False)
    for each in (inquiry_type, inquiry_type, other):
        InquiryFactory(pro=pro, inquiry_type=each)
    close_inquiry(InquiryFactory(pro=pro, inquiry_type=inquiry_type), by=None)
    InquiryFactory(inquiry_type=empty)
    assert tabs(Page(browser.get(f"{PATH}?priority=normal"))) == [
        (f"{PATH}?priority=normal", "Test 2 not finished", True),
        ("/inquiries/board/other?priority=normal", "Other 1 not finished", False),
        ("/inquiries/board/empty?priority=normal", "Empty 0 not finished", False),
    ]


@pytest.mark.parametrize(
    ("icon", "icon_type", "picture"),
    [("❓", "emoji", ""), ("🦄", "emoji", "T"), ("house", "lucide", ""), ("no-such-icon", "lucide", "T")],
)
def test_a_tab_has_the_icon_of_its_type(browser, alone, inquiry_type, icon, icon_type, picture):
    InquiryType.objects.filter(pk=inquiry_type.pk).update(icon=icon, icon_type=icon_type)
    sign = Page(browser.get(PATH)).one("#board-tabs .type-icon span[aria-hidden]")
    assert (sign.text, sign.has("svg")) == (picture, not picture)


def test_an_inactive_type_has_a_board_as_long_as_it_has_inquiries(browser, other_browser, inquiry, inquiry_type):
    InquiryType.objects.filter(pk=inquiry_type.pk).update(is_active=False)
    page = Page(browser.get(PATH))
    assert subjects(page) == [inquiry.subject]
    assert "Test 1 not finished" in [name for _href, name, _current in tabs(page)]
    assert Page(other_browser.get(PATH), 404).one("h1").text == "There is nothing here"


def test_a_type_without_steps_says_so(browser):
    InquiryTypeFactory(slug="bare", steps=[])
    assert Page(browser.get("/inquiries/board/bare")).one("#board .empty").text == "This type has no steps yet."


def test_without_a_type_it_is_the_first_active_one(browser, alone, inquiry_type):
    InquiryTypeFactory(slug="other")
    assert browser.get("/inquiries/board")["Location"] == PATH
    InquiryType.objects.filter(pk=inquiry_type.pk).update(is_active=False)
    assert browser.get("/inquiries/board")["Location"] == "/inquiries/board/other"
    InquiryType.objects.all().delete()
    assert Page(browser.get("/inquiries/board"), 404).one("h1").text == "There is nothing here"


# --- Queries


@pytest.mark.parametrize("each", [1, 13])
def test_the_queries_do_not_grow_with_the_rows(browser, pro, inquiry_type, django_assert_num_queries, each):
    """Session with its user and Pro; types; steps, moves; totals, pending moves; cards, offers; tabs; who waits."""
    for key in ("submitted", "in_review", "answered", "closed"):
        for n in range(each):
            contact = ContactFactory(pro=pro)
            inquiry = InquiryFactory(pro=pro, inquiry_type=inquiry_type, contact=contact, user_id=n + 1)
            set_step(inquiry, key)
            Offer.objects.create(inquiry=inquiry, title="A", amount=Decimal(1), status="sent", valid_until="2020-01-01")
    browser.get(PATH)
    with django_assert_num_queries(8):
        assert len(subjects(Page(browser.get(PATH)))) == 4 * each
