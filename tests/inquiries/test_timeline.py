"""Inquiries, moves and offers on the timeline of a contact."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.book.merging import merge_contacts, undo_merge
from contacts.book.related_rows import count_related_rows
from contacts.timeline import SIZE
from inquiries.models import Inquiry, Offer
from inquiries.pipeline.moves import close_inquiry, move_inquiry

from ..factories import ContactFactory, InquiryFactory
from ..pages import Page

pytestmark = pytest.mark.django_db
EARLIER = {"HX-Request": "true", "HX-Target": "earlier"}


@pytest.fixture
def jane(pro):
    return ContactFactory(pro=pro, name="Jane", email="jane@example.org")


@pytest.fixture
def asked(jane, inquiry_type):
    """Makes an inquiry of Jane."""

    def one(**fields):
        return InquiryFactory(**{"pro": jane.pro, "inquiry_type": inquiry_type, "contact": jane, **fields})

    return one


@pytest.fixture
def start():
    return timezone.now() - timedelta(hours=1)


def contact_page(client, contact, query="", **more):
    return Page(client.get(f"/contacts/{contact.pk}{query}", **more))


def entries(page):
    """The entries of the thread, newest first, without times and icons, as [(kind, text)…]."""
    items = page.all(".thread > li.entry")
    return [(item.classes[1], item.without("time, [aria-hidden]").text.rstrip(" ·")) for item in reversed(items)]


def offer(inquiry, **fields):
    return Offer.objects.create(**{"inquiry": inquiry, "title": "Roof", "amount": Decimal(1850), **fields})


def test_arrivals_moves_and_offers_newest_first(browser, asked, jane, user, inquiry_type, start):
    inquiry_type.icon = "❓"
    inquiry_type.save()
    inquiry = asked(subject="A leaking roof", message="It drips.\n\nIn the hall.", created_at=start)
    move_inquiry(inquiry, to="in_review", by=user, note="Rang her <b>up</b>.")
    sent = {"status": "accepted", "made_by": user, "made_by_name": "Olive Owner"}
    offer(inquiry, **sent, sent_at=timezone.now(), answered_at=timezone.now() + timedelta(seconds=1))
    close_inquiry(inquiry, by=None)
    page = contact_page(browser, jane)
    assert sorted(entries(page)) == sorted(
        [
            ("happened", "Offer accepted Roof €1,850.00"),
            ("happened", "Offer sent Roof €1,850.00 Olive Owner"),
            ("happened", "A leaking roof In Review → Closed"),
            ("happened", "A leaking roof Submitted → In Review Olive Owner · Rang her <b>up</b>."),
            ("request-letter", "A leaking roof Closed Test · It drips. In the hall."),
        ]
    )
    assert entries(page)[-1][0] == "request-letter"
    assert set(page.values("li.entry a", "href")) == {f"/inquiries/{inquiry.pk}"}


def test_an_offer_in_draft_is_not_on_the_timeline(browser, asked, jane, start):
    inquiry = asked(created_at=start - timedelta(days=1))
    offer(inquiry, title="Draft")
    offer(inquiry, title="Sent", status="viewed", sent_at=start, currency="CHF", amount=Decimal("0.5"))
    declined = {"status": "declined", "sent_at": start + timedelta(minutes=1)}
    offer(inquiry, title="Declined", **declined, answered_at=start + timedelta(minutes=2))
    offer(inquiry, title="Expired", status="expired", sent_at=start + timedelta(minutes=3))
    assert [text for _kind, text in entries(contact_page(browser, jane))][:-1] == [
        "Offer sent Expired €1,850.00",
        "Offer declined Declined €1,850.00",
        "Offer sent Declined €1,850.00",
        "Offer sent Sent CHF 0.50",
    ]


def test_a_cancelled_one_says_so(browser, asked, jane):
    inquiry = asked(subject="Roof", message="Now")
    close_inquiry(inquiry, outcome="cancelled", by=None)
    assert entries(contact_page(browser, jane))[-1] == ("request-letter", "Roof Cancelled Test · Now")


@pytest.mark.parametrize(("icon", "picture"), [("house", ""), ("no-such-icon", "T")])
def test_a_type_without_an_emoji_has_a_sign_all_the_same(browser, asked, jane, inquiry_type, icon, picture):
    inquiry_type.icon, inquiry_type.icon_type = icon, "lucide"
    inquiry_type.save()
    asked(subject="Roof", message="Now")
    page = contact_page(browser, jane)
    assert entries(page) == [("request-letter", "Roof Submitted Test · Now")]
    sign = page.one("li.entry .type-icon[title=Test] span[aria-hidden]")
    assert (sign.text, sign.has("svg")) == (picture, not picture)


def test_nothing_of_another_contact_or_of_nobody(browser, asked, jane, user):
    for other in (ContactFactory(pro=jane.pro), None):
        inquiry = asked(contact=other)
        move_inquiry(inquiry, to="in_review", by=user)
        offer(inquiry, status="sent", sent_at=timezone.now())
    assert contact_page(browser, jane).one("#thread").texts("li.entry") == []


def test_another_pro_sees_nothing(other_browser, asked, jane):
    asked(subject="A leaking roof")
    page = Page(other_browser.get(f"/contacts/{jane.pk}"), 404)
    assert page.one("h1").text == "There is nothing here"
    assert "Jane" not in page.text and "A leaking roof" not in page.text


def test_it_comes_in_pages_and_nothing_is_lost(browser, asked, jane, user, start):
    for n in range(15):
        inquiry = asked(subject=f"Inquiry {n:02}", created_at=start + timedelta(minutes=n // 5))
        move_inquiry(inquiry, to="in_review", by=user, note=f"Note {n:02}")
        offer(inquiry, title=f"Offer {n:02}", status="accepted", sent_at=start, answered_at=start)
    newest = contact_page(browser, jane)
    older = contact_page(browser, jane, "?" + newest.one("#earlier a")["href"].partition("?")[2], headers=EARLIER)
    assert not older.has("#earlier")
    assert [len(entries(page)) for page in (newest, older)] == [SIZE, SIZE]
    texts = [text for _kind, text in entries(newest) + entries(older)]
    for n in range(15):
        assert sum(f"Note {n:02}" in text for text in texts) == 1
        assert sum(f"Offer {n:02}" in text for text in texts) == 2
        assert sum(text.startswith(f"Inquiry {n:02}") for text in texts) == 2


def test_the_same_queries_for_one_of_each_and_for_many(browser, asked, jane, user):
    counts = []
    for number in (1, 9):
        for _ in range(number):
            inquiry = asked()
            move_inquiry(inquiry, to="in_review", by=user)
            offer(inquiry, status="accepted", sent_at=timezone.now(), answered_at=timezone.now())
        # The first view of an hour is recorded.
        contact_page(browser, jane)
        with CaptureQueriesContext(connection) as queries:
            contact_page(browser, jane)
        counts.append(len(queries))
        own = [query["sql"] for query in queries if 'FROM "inquiries_' in query["sql"]]
        # The timeline is asked with all else on the page: which entries there are, and the entries themselves.
        assert len(own) == 2
    assert counts[0] == counts[1]


# --- Whatever becomes of the contact


def test_a_merge_moves_them_and_an_undo_moves_them_back(browser, asked, jane, user):
    john = ContactFactory(pro=jane.pro, name="John")
    his, hers = asked(contact=john, subject="His"), asked(subject="Hers")
    move_inquiry(his, to="in_review", by=user)
    before = {row["id"]: row for row in Inquiry.objects.values()}
    assert (1, "inquiry") in count_related_rows(john)
    merge = merge_contacts(jane, john, by=user)
    assert {row["id"]: row for row in Inquiry.objects.values()} == {
        hers.pk: before[hers.pk],
        his.pk: before[his.pk] | {"contact_id": jane.pk},
    }
    assert [text for _kind, text in entries(contact_page(browser, jane)) if "His" in text] == [
        "His Submitted → In Review Olive Owner",
        "His In Review Test · Is it possible?",
    ]
    undo_merge(merge, by=user)
    assert {row["id"]: row for row in Inquiry.objects.values()} == before
    inquiry_entries = [text for kind, text in entries(contact_page(browser, jane)) if kind == "request-letter"]
    assert inquiry_entries == ["Hers Submitted Test · Is it possible?"]


def test_an_archived_contact_keeps_them(browser, asked, jane, user):
    inquiry = asked(subject="Roof", message="Now")
    jane.archive(by=user)
    inquiry.refresh_from_db()
    assert inquiry.contact == jane
    assert ("request-letter", "Roof Submitted Test · Now") in entries(contact_page(browser, jane))


def test_typed_markup_stays_text(browser, user, jane, asked, inquiry_type):
    user.name = "<b>author"
    user.save()
    inquiry_type.name = "<b>type"
    inquiry_type.save()
    inquiry_type.steps.update(label="<b>step")
    asked(subject="<b>subject", message="<b>message")
    jane.change({"name": "<b>after"}, by=user)
    merge_contacts(jane, ContactFactory(pro=jane.pro, name="<b>other"), by=user)
    page = contact_page(browser, jane)
    texts = re.findall(r"<b>(\w+)", page.one(".thread").text)
    assert "<b>" not in page.html
    assert sorted(texts) == sorted(["type", "step", "subject", "message", "after", "author", "other", "author"])
