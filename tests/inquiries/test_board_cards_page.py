"""/inquiries/board/<type>: the text, tags, links and menu of each card."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from inquiries.models import Inquiry, Offer
from inquiries.pipeline.moves import close_inquiry

from ..factories import ContactFactory, InquiryFactory
from ..pages import Page
from .board_page import PATH, set_step, subjects

pytestmark = pytest.mark.django_db


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
