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

pytestmark = pytest.mark.django_db
OLDER = {"HX-Request": "true", "HX-Target": "older"}


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


def text(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def page(client, row, query="", **more):
    response = client.get(f"/contacts/{row.pk}{query}", **more)
    assert response.status_code == 200
    return response.content.decode()


def entries(html):
    """The entries of the timeline, without times, as [(classes, text)…]."""
    seen = re.sub(r'<time.*?</time>|<span aria-hidden="true">.*?</span>', "", html)
    found = re.findall(r'<li class="entry ([\w -]+)"[^>]*>(.*?)</li>', seen, re.S)
    return [(classes, text(body).rstrip(" ·")) for classes, body in found]


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
    html = page(browser, jane)
    assert sorted(entries(html)) == sorted(
        [
            ("happened", "Offer accepted Roof €1,850.00"),
            ("happened", "Offer sent Roof €1,850.00 Olive Owner"),
            ("happened", "A leaking roof In Review → Closed"),
            ("happened", "A leaking roof Submitted → In Review Olive Owner · Rang her &lt;b&gt;up&lt;/b&gt;."),
            ("letter", "A leaking roof Closed Test · It drips. In the hall."),
        ]
    )
    assert entries(html)[-1][0] == "letter"
    assert set(re.findall(r'href="(/inquiries/[^"]*)"', html)) == {f"/inquiries/{inquiry.pk}"}


def test_an_offer_in_draft_is_not_on_the_timeline(browser, asked, jane, start):
    inquiry = asked(created_at=start - timedelta(days=1))
    offer(inquiry, title="Draft")
    offer(inquiry, title="Sent", status="viewed", sent_at=start, currency="CHF", amount=Decimal("0.5"))
    declined = {"status": "declined", "sent_at": start + timedelta(minutes=1)}
    offer(inquiry, title="Declined", **declined, answered_at=start + timedelta(minutes=2))
    offer(inquiry, title="Expired", status="expired", sent_at=start + timedelta(minutes=3))
    assert [said for _classes, said in entries(page(browser, jane))][:-1] == [
        "Offer sent Expired €1,850.00",
        "Offer declined Declined €1,850.00",
        "Offer sent Declined €1,850.00",
        "Offer sent Sent CHF\xa00.50".replace("\xa0", " "),
    ]


def test_a_cancelled_one_says_so(browser, asked, jane):
    inquiry = asked(subject="Roof", message="Now")
    close_inquiry(inquiry, outcome="cancelled", by=None)
    assert entries(page(browser, jane))[-1] == ("letter", "Roof Cancelled Test · Now")


@pytest.mark.parametrize(("icon", "picture"), [("house", "<svg "), ("no-such-icon", "T")])
def test_a_type_without_an_emoji_has_a_sign_all_the_same(browser, asked, jane, inquiry_type, icon, picture):
    inquiry_type.icon, inquiry_type.icon_type = icon, "lucide"
    inquiry_type.save()
    asked(subject="Roof", message="Now")
    html = page(browser, jane)
    assert entries(html) == [("letter", "Roof Submitted Test · Now")]
    assert re.search(r'class="type-icon" title="Test">.*?<span aria-hidden="true">(.*?)</span>', html, re.S)[
        1
    ].startswith(picture)


def test_nothing_of_another_contact_or_of_nobody(browser, asked, jane, user):
    for other in (ContactFactory(pro=jane.pro), None):
        inquiry = asked(contact=other)
        move_inquiry(inquiry, to="in_review", by=user)
        offer(inquiry, status="sent", sent_at=timezone.now())
    assert entries(page(browser, jane)) == []


def test_another_pro_sees_nothing(other_browser, asked, jane):
    asked()
    assert other_browser.get(f"/contacts/{jane.pk}").status_code == 404


def test_it_comes_in_pages_and_nothing_is_lost(browser, asked, jane, user, start):
    for n in range(15):
        inquiry = asked(subject=f"Inquiry {n:02}", created_at=start + timedelta(minutes=n // 5))
        move_inquiry(inquiry, to="in_review", by=user, note=f"Note {n:02}")
        offer(inquiry, title=f"Offer {n:02}", status="accepted", sent_at=start, answered_at=start)
    seen, query, headers = [], "", {}
    while query is not None:
        html = page(browser, jane, query, headers=headers)
        seen.append(entries(html))
        more = re.search(r'<a class="button" href="(\?until=[^"]+)"', html)
        query, headers = (more[1].replace("&amp;", "&"), OLDER) if more else (None, {})
    assert [len(part) for part in seen] == [SIZE, SIZE]
    told = [said for part in seen for _classes, said in part]
    for n in range(15):
        assert sum(f"Note {n:02}" in said for said in told) == 1
        assert sum(f"Offer {n:02}" in said for said in told) == 2
        assert sum(said.startswith(f"Inquiry {n:02}") for said in told) == 2


def test_the_same_queries_for_one_of_each_and_for_many(browser, asked, jane, user):
    counts = []
    for number in (1, 9):
        for _ in range(number):
            inquiry = asked()
            move_inquiry(inquiry, to="in_review", by=user)
            offer(inquiry, status="accepted", sent_at=timezone.now(), answered_at=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            page(browser, jane)
        counts.append(len(queries))
        own = [query["sql"] for query in queries if 'FROM "inquiries_' in query["sql"]]
        assert len(own) == 4
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
    assert [said for _classes, said in entries(page(browser, jane)) if "His" in said] == [
        "His Submitted → In Review Olive Owner",
        "His In Review Test · Is it possible?",
    ]
    undo_merge(merge, by=user)
    assert {row["id"]: row for row in Inquiry.objects.values()} == before
    assert all("His" not in said for _classes, said in entries(page(browser, jane)))


def test_an_archived_contact_keeps_them(browser, asked, jane, user):
    inquiry = asked(subject="Roof", message="Now")
    jane.archive(by=user)
    inquiry.refresh_from_db()
    assert inquiry.contact == jane
    assert ("letter", "Roof Submitted Test · Now") in entries(page(browser, jane))
