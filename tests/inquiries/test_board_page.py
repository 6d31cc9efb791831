"""/inquiries/board/<type>: its columns and cards."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from inquiries.models import Inquiry, InquiryType, Offer
from inquiries.pipeline.board import CARDS, CARDS_PER_PAGE
from inquiries.pipeline.editing import arrange_steps
from inquiries.pipeline.moves import close_inquiry, move_inquiry

from ..factories import ContactFactory, InquiryFactory, InquiryTypeFactory

pytestmark = pytest.mark.django_db
PATH = "/inquiries/board/test"
HTMX = {"HX-Request": "true", "HX-Target": "board"}
PICTURE = re.compile(r'<span aria-hidden="true">.*?</span>', re.S)


def html(response):
    assert response.status_code in (200, 409)
    return response.content.decode()


def text(piece):
    return " ".join(re.sub(r"<[^>]+>", " ", piece).split())


def pieces(response):
    """Every column as (key, allowed keys, heading with count, cards, other text)."""
    for found in re.findall(r'<section id="column-\d+".*?</section>', html(response), re.S):
        key, ways = re.search(r'data-step="(.*?)" data-allowed="(.*?)"', found).groups()
        cards = re.findall(r'<li class="ticket".*?</li>', found, re.S)
        head = text(re.search(r"<header.*?</header>", found, re.S)[0])
        foot = text(re.sub(r"<header.*?</header>|<ol class=.*?</ol>", "", found, flags=re.S))
        yield key, ways, head, cards, foot


def board(response):
    """Every column as (heading with count, subjects, other text)."""
    return [
        (head, [text(re.search(r"<h3>.*?</h3>", card, re.S)[0]) for card in cards], foot)
        for _key, _ways, head, cards, foot in pieces(response)
    ]


def subjects(response):
    return [subject for _head, found, _foot in board(response) for subject in found]


def tabs(response):
    nav = re.search(r'<nav id="board-tabs".*?</nav>', html(response), re.S)[0]
    links = re.findall(r'<a href="(.*?)"( aria-current="page")?>(.*?)</a>', nav, re.S)
    return [(href, text(re.sub(PICTURE, "", name)), bool(current)) for href, current, name in links]


@pytest.fixture
def alone(inquiry_type):
    """The type `kind` is the only one."""
    InquiryType.objects.exclude(pk=inquiry_type.pk).delete()


def put(inquiry, key, **fields):
    """Set its step and time of arrival without the engine."""
    Inquiry.objects.filter(pk=inquiry.pk).update(step=inquiry.inquiry_type.steps.get(key=key), **fields)


# --- What stands on it


def test_a_column_for_every_step_in_order(browser, pro, inquiry_type):
    inquiries = [InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject=f"No. {n}") for n in range(4)]
    for inquiry in inquiries[:3]:
        move_inquiry(inquiry, to="in_review", by=None)
    move_inquiry(inquiries[0], to="answered", by=None)
    move_inquiry(inquiries[0], to="closed", by=None)
    arrange_steps(inquiry_type, ["submitted", "answered", "in_review", "closed"])
    assert board(browser.get(PATH)) == [
        ("Submitted 1", ["No. 3"], ""),
        ("Answered 0", [], "Nothing here."),
        ("In Review 2", ["No. 2", "No. 1"], ""),
        ("Closed 1", ["No. 0"], ""),
    ]
    assert [piece[:2] for piece in pieces(browser.get(PATH))] == [
        ("submitted", "answered"),
        ("answered", "in_review"),
        ("in_review", "closed"),
        ("closed", ""),
    ]


def card(response):
    """(classes of the tags, the texts of the card, its links, its moves, its hidden fields)."""
    [found] = [card for *_rest, cards, _foot in pieces(response) for card in cards]
    menu = found[found.index('<div id="menu-') :] if "menu-" in found else ""
    shown = found.replace(menu, "")
    return {
        "tags": re.findall(r'class="tag ([\w-]+)"', shown),
        "text": text(shown),
        "links": re.findall(r'<a[^>]*href="(.*?)"', shown),
        "menu": text(menu),
        "moves": re.findall(r'<button class="sheet-item" name="to" value="(.*?)"', menu),
        "fields": re.findall(r'<input type="hidden" name="(?!csrf)(.*?)" value="(.*?)"', menu),
        "action": re.findall(r'action="(.*?)"', menu),
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
    put(inquiry, "in_review", moved_at=timezone.now() - timedelta(hours=2))
    assert card(browser.get(PATH)) == {
        "tags": [],
        "text": "Urgent Kitchen &lt;new&gt; Jan de Vries De Vries Bouw €4,500.00 Received 3 d ago Here since 2 h ago"
        " Move “Kitchen &lt;new&gt;”",
        "links": [f"/inquiries/{inquiry.pk}?from=board", f"/contacts/{contact.pk}"],
        "menu": "Move to Answered Note for the history (optional) Close…",
        "moves": ["answered"],
        "fields": [("id", str(inquiry.pk)), ("seen", "in_review")],
        "action": [f"{PATH}/move?"],
    }


def test_a_card_that_waits_for_its_profile(browser, inquiry):
    found = card(browser.get(PATH))
    assert (found["tags"], found["text"]) == (
        ["tag-waiting"],
        f"Waiting for the profile {inquiry.subject} Customer 456 Received just now Move “{inquiry.subject}”",
    )
    Inquiry.objects.update(profile_problem="UserHub knows nobody of this id.", priority="low")
    found = card(browser.get(PATH))
    assert (found["tags"], found["text"]) == (
        ["tag-wrong"],
        f"Low No profile {inquiry.subject} Customer 456 Received just now Move “{inquiry.subject}”",
    )


@pytest.mark.parametrize("is_known", [True, False])
def test_a_card_of_a_company_says_its_name_once(browser, inquiry, is_known):
    contact = ContactFactory(pro=inquiry.pro, name="Written Down") if is_known else None
    Inquiry.objects.update(business={"company": "ACME"}, profile_at=timezone.now(), contact=contact)
    subject = inquiry.subject
    assert card(browser.get(PATH))["text"] == f"{subject} ACME Received just now Move “{subject}”"


@pytest.mark.parametrize(("language", "money"), [("fr", "4\u00a0500,00\u00a0€"), ("nl", "€\u00a04.500,00")])
def test_money_on_a_card_is_written_as_the_reader_writes_it(browser, user, inquiry, language, money):
    user.language = language
    user.save()
    Inquiry.objects.update(budget=Decimal("4500"))
    assert f'<strong class="number">{money}</strong>' in html(browser.get(PATH))


def test_a_finished_card_without_allowed_moves_has_no_menu(browser, inquiry):
    close_inquiry(inquiry, by=None)
    found = card(browser.get(PATH))
    assert (found["menu"], "Move" in found["text"]) == ("", False)


def test_only_the_own_inquiries(browser, other_browser, inquiry):
    assert subjects(browser.get(PATH)) == [inquiry.subject]
    assert subjects(other_browser.get(PATH)) == []


def test_a_column_shows_who_came_last_and_leads_to_the_rest(browser, pro, inquiry_type):
    rows = [InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject=f"No. {n}") for n in range(CARDS + 5)]
    move_inquiry(rows[3], to="in_review", by=None)
    move_inquiry(rows[7], to="in_review", by=None)
    first, second, *_others = board(browser.get(f"{PATH}?priority=normal"))
    shown = [f"No. {n}" for n in range(CARDS + 4, -1, -1) if n not in (3, 7)][:CARDS]
    assert first == (f"Submitted {CARDS + 3}", shown, f"Show all {CARDS + 3}")
    assert second == ("In Review 2", ["No. 7", "No. 3"], "")
    assert f'href="{PATH}?priority=normal&amp;step=submitted"' in html(browser.get(f"{PATH}?priority=normal"))


def test_terminal_columns_show_recent_cards_alone(browser, pro, inquiry_type):
    recent, old = (InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject=word) for word in ("Recent", "Old"))
    put(recent, "closed", status="closed", moved_at=timezone.now() - timedelta(days=29))
    put(old, "closed", status="closed", moved_at=timezone.now() - timedelta(days=31))
    assert board(browser.get(PATH))[3] == ("Closed 2", ["Recent"], "Show all 2")
    assert board(browser.get(f"{PATH}?step=closed")) == [("Closed 2", ["Recent", "Old"], "")]
    Inquiry.objects.update(moved_at=timezone.now() - timedelta(days=31))
    assert board(browser.get(PATH))[3] == ("Closed 2", [], "Nothing in the last 30 days. Show all 2")


def test_one_column_page_by_page(browser, pro, inquiry_type):
    count = CARDS_PER_PAGE + 2
    for n in range(count):
        InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject=f"No. {n}")
    page = browser.get(f"{PATH}?step=submitted")
    assert board(page) == [
        (f"Submitted {count}", [f"No. {n}" for n in range(count - 1, 1, -1)], "Older"),
    ]
    [older] = re.findall(r'<a class="button column-more" href="(.*?)"', html(page))
    assert board(browser.get(older.replace("&amp;", "&"))) == [(f"Submitted {count}", ["No. 1", "No. 0"], "")]


# --- What the address asks for


@pytest.mark.parametrize(
    ("query", "found"),
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
def test_the_address_filters(browser, pro, inquiry_type, query, found):
    InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject="Kitchen")
    InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject="Bath", priority="high")
    assert subjects(browser.get(f"{PATH}?{query}")) == found


def test_htmx_gets_the_board_alone_and_the_address_follows(browser, inquiry):
    response = browser.get(f"{PATH}?q=subject&priority=&nonsense=1", headers=HTMX)
    assert html(response).strip().startswith('<div id="board" class="board">')
    assert response["HX-Replace-Url"] == f"{PATH}?q=subject"
    assert subjects(response) == [inquiry.subject]
    restored = browser.get(PATH, headers={**HTMX, "HX-History-Restore-Request": "true"})
    assert html(restored).startswith("<!doctype html>")


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
    assert browser.get(path).status_code == 404


def test_nobody_is_sent_to_sign_in(nobody, inquiry_type):
    response = nobody.get(PATH)
    assert (response.status_code, response["Location"]) == (302, f"/sign-in?next={PATH}")


# --- The types


def test_the_types_are_tabs_with_what_is_not_finished(browser, pro, alone, inquiry_type):
    other, empty = InquiryTypeFactory(name="Other", slug="other"), InquiryTypeFactory(name="Empty", slug="empty")
    InquiryTypeFactory(name="Given up", slug="given-up", is_active=False)
    for kind_ in (inquiry_type, inquiry_type, other):
        InquiryFactory(pro=pro, inquiry_type=kind_)
    close_inquiry(InquiryFactory(pro=pro, inquiry_type=inquiry_type), by=None)
    InquiryFactory(inquiry_type=empty)
    assert tabs(browser.get(f"{PATH}?priority=normal")) == [
        (f"{PATH}?priority=normal", "Test 2 not finished", True),
        ("/inquiries/board/other?priority=normal", "Other 1 not finished", False),
        ("/inquiries/board/empty?priority=normal", "Empty 0 not finished", False),
    ]


@pytest.mark.parametrize(
    ("icon", "icon_type", "picture"),
    [("❓", "emoji", "❓"), ("house", "lucide", "<svg "), ("no-such-icon", "lucide", "T")],
)
def test_a_tab_has_the_icon_of_its_type(browser, alone, inquiry_type, icon, icon_type, picture):
    InquiryType.objects.filter(pk=inquiry_type.pk).update(icon=icon, icon_type=icon_type)
    nav = re.search(r'<nav id="board-tabs".*?</nav>', html(browser.get(PATH)), re.S)[0]
    [found] = PICTURE.findall(nav)
    assert found.removeprefix('<span aria-hidden="true">').startswith(picture)


def test_an_inactive_type_has_a_board_as_long_as_it_has_inquiries(browser, other_browser, inquiry, inquiry_type):
    InquiryType.objects.filter(pk=inquiry_type.pk).update(is_active=False)
    assert subjects(browser.get(PATH)) == [inquiry.subject]
    assert "Test 1 not finished" in [name for _href, name, _current in tabs(browser.get(PATH))]
    assert other_browser.get(PATH).status_code == 404


def test_a_type_without_steps_says_so(browser):
    InquiryTypeFactory(slug="bare", steps=[])
    assert "This type has no steps yet." in html(browser.get("/inquiries/board/bare"))


def test_without_a_type_it_is_the_first_active_one(browser, alone, inquiry_type):
    InquiryTypeFactory(slug="other")
    assert browser.get("/inquiries/board")["Location"] == PATH
    InquiryType.objects.filter(pk=inquiry_type.pk).update(is_active=False)
    assert browser.get("/inquiries/board")["Location"] == "/inquiries/board/other"
    InquiryType.objects.all().delete()
    assert browser.get("/inquiries/board").status_code == 404


def test_a_cancelled_one_says_so(browser, pro, inquiry_type, user):
    for outcome in ("completed", "cancelled"):
        close_inquiry(InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject=outcome), outcome=outcome, by=user)
    Inquiry.objects.update(profile_at=timezone.now())
    cards = [text(card) for *_rest, found, _foot in pieces(browser.get(PATH)) for card in found]
    assert [said.split(" ", 2)[:2] for said in cards] == [["Cancelled", "cancelled"], ["completed", "Customer"]]


@pytest.mark.parametrize("page", [PATH, "/inquiries"])
@pytest.mark.parametrize(
    ("offers", "until", "said"),
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
def test_the_newest_offer_is_seen_from_outside(browser, inquiry, page, offers, until, said):
    for status in offers:
        Offer.objects.create(inquiry=inquiry, title="A", amount=Decimal(1), status=status, valid_until=until)
    found = re.findall(r'<span class="tag tag-offer-\w+">(.*?)</span>', html(browser.get(page)))
    assert found == ([said] if said else [])


def test_closing_leads_to_the_open_form(browser, inquiry):
    [link] = re.findall(r'href="([^"]*)"[^>]*>(?:(?!<a ).)*Close…', html(browser.get(PATH)), re.S)
    shown = browser.get(link.partition("#")[0].replace("&amp;", "&"))
    assert (link.partition("#")[2], '<details class="close" open>' in html(shown)) == ("progress", True)
    assert '<details class="close">' in html(browser.get(f"/inquiries/{inquiry.pk}"))


# --- Queries


@pytest.mark.parametrize("each", [1, 13])
def test_the_queries_do_not_grow_with_the_rows(browser, pro, inquiry_type, django_assert_num_queries, each):
    """Session, user, Pro; type, steps and moves; counts, one a column, offers; the tabs' two."""
    for key in ("submitted", "in_review", "answered", "closed"):
        for n in range(each):
            contact = ContactFactory(pro=pro)
            found = InquiryFactory(pro=pro, inquiry_type=inquiry_type, contact=contact, user_id=n + 1)
            put(found, key)
            Offer.objects.create(inquiry=found, title="A", amount=Decimal(1), status="sent", valid_until="2020-01-01")
    browser.get(PATH)
    with django_assert_num_queries(13):
        assert len(subjects(browser.get(PATH))) == 4 * each
