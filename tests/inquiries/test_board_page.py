"""/inquiries/board/<type>: its columns and cards."""

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

pytestmark = pytest.mark.django_db
PATH = "/inquiries/board/test"
HTMX = {"HX-Request": "true", "HX-Target": "board"}


def board(page):
    """Every column as (heading with count, subjects, other text)."""
    return [
        (column.one("header").without(".column-sums").text, column.texts("li.ticket h3"), _beside_cards(column))
        for column in page.all("section.column")
    ]


def _beside_cards(column):
    return column.without("header, ol.cards").text


def subjects(page):
    return page.one("#columns").texts("li.ticket h3")


def tabs(page):
    """Every tab as (address, text, whether it is the current one)."""
    links = page.one("#board-tabs").all("a")
    return [(link["href"], link.without("[aria-hidden]").text, "aria-current" in link) for link in links]


@pytest.fixture
def alone(inquiry_type):
    """The type `kind` is the only one."""
    InquiryType.objects.exclude(pk=inquiry_type.pk).delete()


def set_step(inquiry, key, **fields):
    """Set its step and time of arrival without the engine."""
    Inquiry.objects.filter(pk=inquiry.pk).update(step=inquiry.inquiry_type.steps.get(key=key), **fields)


# --- Columns and cards


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


def card(page):
    """The classes of the tags, the text and the links of the only card, without its menu."""
    ticket = page.one("li.ticket").without(".sheet")
    return {
        "tags": [tag.classes for tag in ticket.all(".tag")],
        "text": ticket.text,
        "links": ticket.values("a", "href"),
    }


def menu(page):
    """The text of the only card's menu, the moves it offers, and its form."""
    sheet = page.one("li.ticket .sheet")
    form = sheet.form()
    return {
        "text": sheet.text,
        "moves": form.values("button[name=to]", "value"),
        "fields": form.fields,
        "action": form.action,
    }


def test_everything_on_a_card(browser, pro, inquiry_type):
    contact = ContactFactory(pro=pro, name="Written Down")
    inquiry = InquiryFactory(
        pro=pro,
        inquiry_type=inquiry_type,
        subject="Kitchen <new>",
        priority="urgent",
        budget=Decimal("4500"),
        contact=contact,
        person={"first_name": "Jan", "last_name": "de Vries"},
        business={"company": "De Vries Bouw"},
        profile_at=timezone.now(),
        created_at=timezone.now() - timedelta(days=3),
    )
    set_step(inquiry, "in_review", moved_at=timezone.now() - timedelta(hours=2))
    page = Page(browser.get(PATH))
    assert card(page) == {
        "tags": [],
        "text": "Urgent Kitchen <new> Jan de Vries De Vries Bouw €4,500.00 On this step: 2 h Move “Kitchen <new>”",
        "links": [f"/inquiries/{inquiry.pk}?from=board", f"/contacts/{contact.pk}"],
    }
    assert menu(page) == {
        "text": "Move to Answered Note for the history (optional) Close…",
        "moves": ["answered"],
        "fields": {"id": str(inquiry.pk), "seen": "in_review", "note": ""},
        "action": f"{PATH}/move?",
    }


def test_a_card_that_waits_for_its_profile(browser, inquiry):
    waiting = card(Page(browser.get(PATH)))
    assert (waiting["tags"], waiting["text"]) == (
        [["tag", "tag-waiting"]],
        f"Waiting for the profile {inquiry.subject} Customer 456 On this step: just now Move “{inquiry.subject}”",
    )
    Inquiry.objects.update(profile_problem="UserHub knows nobody of this id.", priority="low")
    failed = card(Page(browser.get(PATH)))
    assert (failed["tags"], failed["text"]) == (
        [["tag", "tag-wrong"]],
        f"Low No profile {inquiry.subject} Customer 456 On this step: just now Move “{inquiry.subject}”",
    )


@pytest.mark.parametrize("is_known", [True, False])
def test_a_card_of_a_company_says_its_name_once(browser, inquiry, is_known):
    contact = ContactFactory(pro=inquiry.pro, name="Written Down") if is_known else None
    Inquiry.objects.update(business={"company": "ACME"}, profile_at=timezone.now(), contact=contact)
    subject = inquiry.subject
    assert card(Page(browser.get(PATH)))["text"] == f"{subject} ACME On this step: just now Move “{subject}”"


@pytest.mark.parametrize(("language", "money"), [("fr", "4\u00a0500,00\u00a0€"), ("nl", "€\u00a04.500,00")])
def test_money_on_a_card_is_written_as_the_reader_writes_it(browser, user, inquiry, language, money):
    user.language = language
    user.save()
    Inquiry.objects.update(budget=Decimal("4500"))
    assert Page(browser.get(PATH)).one("li.ticket strong.number").raw_text == money


def test_a_finished_card_without_allowed_moves_has_no_menu(browser, inquiry):
    close_inquiry(inquiry, by=None)
    ticket = Page(browser.get(PATH)).one("li.ticket")
    assert not ticket.has(".sheet") and not ticket.has("button")
    assert "Move" not in ticket.text


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


def test_a_cancelled_one_says_so(browser, pro, inquiry_type, user):
    for outcome in ("completed", "cancelled"):
        close_inquiry(InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject=outcome), outcome=outcome, by=user)
    Inquiry.objects.update(profile_at=timezone.now())
    tickets = Page(browser.get(PATH)).all("li.ticket")
    assert [(ticket.one("h3").text, ticket.texts(".tag")) for ticket in tickets] == [
        ("cancelled", ["Cancelled"]),
        ("completed", []),
    ]


@pytest.mark.parametrize("path", [PATH, "/inquiries"])
@pytest.mark.parametrize(
    ("offers", "until", "tag"),
    [
        (["draft"], None, ""),
        (["sent"], None, "Offer sent"),
        (["viewed"], None, "Offer viewed"),
        (["declined", "accepted"], "2020-01-01", "Offer accepted"),
        (["accepted", "declined"], None, "Offer declined"),
        (["viewed"], "2020-01-01", "Offer expired"),
        (["accepted", "draft"], None, ""),
    ],
)
def test_the_newest_offer_is_seen_from_outside(browser, inquiry, path, offers, until, tag):
    for status in offers:
        Offer.objects.create(inquiry=inquiry, title="A", amount=Decimal(1), status=status, valid_until=until)
    row = Page(browser.get(path)).one("li.ticket, .inquiry-rows tbody tr")
    assert inquiry.subject in row.text
    assert row.texts("[class*=tag-offer-]") == ([tag] if tag else [])


def test_closing_leads_to_the_open_form(browser, inquiry):
    link = Page(browser.get(PATH)).one("li.ticket .sheet a")
    path, _, fragment = link["href"].partition("#")
    assert (link.text, fragment) == ("Close…", "progress")
    assert "open" in Page(browser.get(path)).one("#progress details.close")
    assert "open" not in Page(browser.get(f"/inquiries/{inquiry.pk}")).one("#progress details.close")


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


def test_a_card_of_any_kind_is_read_at_once(browser, pro, inquiry_type, django_assert_num_queries):
    """Nothing that some cards show is read later, card by card."""
    kinds = [
        {"profile_problem": "UserHub knows nobody of this id.", "priority": "low"},
        {"profile_at": timezone.now(), "business": {"company": "ACME"}, "budget": Decimal(1)},
        {"profile_at": timezone.now(), "person": {"first_name": "Jan", "last_name": "de Vries"}},
        {"contact": ContactFactory(pro=pro), "user_id": None},
    ]
    for kind in kinds:
        InquiryFactory(pro=pro, inquiry_type=inquiry_type, **kind)
    close_inquiry(InquiryFactory(pro=pro, inquiry_type=inquiry_type), outcome="cancelled", by=None)
    browser.get(PATH)
    with django_assert_num_queries(8):
        assert len(subjects(Page(browser.get(PATH)))) == 5
