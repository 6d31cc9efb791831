"""The lists of who waits, was put off and is done: their order, their rows, their pages."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from django.utils.translation import override

from contacts.models import WaitingItem
from contacts.waiting.counting import WaitingCounts, count_later, count_waiting, format_count
from contacts.waiting.endings import end_waiting
from contacts.waiting.later import put_off
from contacts.waiting.listing import (
    group_label,
    list_done,
    list_later,
    list_waiting,
)
from contacts.waiting.persons import items_of
from contacts.waiting.sentence import describe_waiting
from inquiries.models import Offer
from inquiries.offers.lifecycle import answer_offer, send_offer
from inquiries.waiting import add_inquiry

from ...factories import ContactFactory, InquiryFactory
from ..messaging import arrive, connect

pytestmark = pytest.mark.django_db

NOON = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    """It is noon, so that some hours ago is today."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)


def wrote(connection, who, hours, text="Is it free?"):
    """A message that somebody wrote some hours ago; returns the contact."""
    return arrive(connection, text, who, sent_at=NOON - timedelta(hours=hours)).contact


def rows(page):
    return [(person.contact.name, person.count, person.words, person.group) for person in page.rows]


def answered_offer(pro, user, status, amount, name="Jan"):
    contact = ContactFactory(pro=pro, name=name)
    person = {"first_name": name, "last_name": "", "email": contact.email, "language": "en"}
    inquiry = InquiryFactory(pro=pro, contact=contact, subject="New kitchen", person=person)
    add_inquiry(inquiry)
    offer = Offer.objects.create_draft(inquiry, by=user, title="Kitchen", text="", amount=Decimal(amount))
    send_offer(offer, by=user)
    answer_offer(offer, status)


def test_a_row_a_person_longest_first(pro, telegram):
    wrote(telegram, "Ana", 3)
    wrote(telegram, "Bob", 30)
    wrote(telegram, "Ana", 1, "And the garage?")
    page = list_waiting(pro)
    assert rows(page) == [("Bob", 1, "Is it free?", "old"), ("Ana", 2, "And the garage?", "today")]
    assert (page.next_cursor, [person.item.since for person in page.rows]) == (
        "",
        [NOON - timedelta(hours=30), NOON - timedelta(hours=3)],
    )


def test_who_came_back_stands_first_with_all_that_waits(pro, user, telegram):
    wrote(telegram, "Old", 50)
    contact = wrote(telegram, "Ana", 3)
    put_off(contact, NOON + timedelta(days=2), words="Call her", by=user)
    wrote(telegram, "Ana", 60, "Written before, arrived after")
    page = list_waiting(pro)
    assert rows(page) == [("Ana", 2, "Is it free?", "back"), ("Old", 1, "Is it free?", "old")]
    assert page.rows[0].item.later_words == "Call her"


def test_an_inquiry_without_a_contact_is_a_person_of_its_own(pro, telegram):
    wrote(telegram, "Ana", 1)
    for subject in ("Kitchen", "Bathroom"):
        add_inquiry(InquiryFactory(pro=pro, subject=subject, message="How much?", created_at=NOON))
    people = list_waiting(pro).rows
    assert [(person.contact and person.contact.name, person.item.about, person.words) for person in people] == [
        ("Ana", "", "Is it free?"),
        (None, "Kitchen", "How much?"),
        (None, "Bathroom", "How much?"),
    ]


def test_another_pros_people_are_not_listed(pro, other_user, telegram):
    wrote(telegram, "Ana", 1)
    wrote(connect(other_user.pro, "telegram"), "Bob", 1)
    assert [row[0] for row in rows(list_waiting(other_user.pro))] == ["Bob"]
    assert count_waiting(pro) == WaitingCounts(0, 0, 1)


@pytest.mark.parametrize(("most", "counts"), [(1000, (1, 2, 2)), (4, (1, 2, 1)), (2, (1, 1, 0)), (1, (1, 0, 0))])
@pytest.mark.parametrize("items", [1, 2, 7, 100])
def test_who_has_many_items_is_counted_once_and_the_first_ones_first(pro, telegram, monkeypatch, items, most, counts):
    monkeypatch.setattr("contacts.waiting.counting.ITEMS", items)
    monkeypatch.setattr("contacts.waiting.counting.MAX_COUNT", most)
    for name, hours in [("Ana", 60), ("Ana", 50), ("Ana", 1), ("Bob", 40), ("Bob", 2), ("Cleo", 3), ("Cleo", 1)]:
        wrote(telegram, name, hours)
    wrote(telegram, "Dan", 1)
    WaitingItem.objects.filter(contact__name="Dan").update(is_returned=True)
    # Nobody is known by it: a person of its own.
    stranger = wrote(telegram, "Eve", 1)
    WaitingItem.objects.filter(contact=stranger).update(contact=None)
    assert count_waiting(pro) == WaitingCounts(*counts)


def test_pages_follow_each_other_without_gap_or_repetition(pro, telegram):
    for number in range(11):
        wrote(telegram, f"Visitor {number % 8}", 40 - number // 2)
    WaitingItem.objects.filter(contact__name__in=("Visitor 3", "Visitor 5")).update(is_returned=True)
    names, cursor = [], ""
    while True:
        page = list_waiting(pro, cursor, size=3)
        names += [row[0] for row in rows(page)]
        if not (cursor := page.next_cursor):
            break
    assert names == [f"Visitor {number}" for number in (3, 5, 0, 1, 2, 4, 6, 7)]


def test_the_list_is_searched_by_person_and_by_words(pro, telegram):
    wrote(telegram, "Ana Garage", 3)
    wrote(telegram, "Bob", 2, "And the garage?")
    wrote(telegram, "Cleo", 1)
    assert [row[0] for row in rows(list_waiting(pro, search="garage"))] == ["Ana Garage", "Bob"]


def test_who_was_put_off_is_listed_by_the_time_of_return(pro, user, telegram):
    for name, days in (("Ana", 3), ("Bob", 1)):
        put_off(wrote(telegram, name, 3), NOON + timedelta(days=days), words=f"Call {name}", by=user)
    page = list_later(pro, size=1)
    (bob,) = page.rows
    assert (bob.contact.name, bob.item.later_words, bob.item.later_until) == (
        "Bob",
        "Call Bob",
        NOON + timedelta(days=1),
    )
    assert [person.contact.name for person in list_later(pro, page.next_cursor).rows] == ["Ana"]
    assert (count_later(pro), count_waiting(pro).all) == (2, 0)


def test_what_is_done_is_listed_newest_end_first(pro, user, telegram, monkeypatch):
    ana, bob = (wrote(telegram, name, 3) for name in ("Ana", "Bob"))
    end_waiting(items_of(bob), "no_answer", by=user)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON + timedelta(minutes=1))
    end_waiting(items_of(ana), "another_way", by=user)
    page = list_done(pro, size=1)
    assert [(item.contact.name, item.outcome, item.ended_by) for item in page.rows] == [("Ana", "another_way", user)]
    assert [item.contact.name for item in list_done(pro, page.next_cursor).rows] == ["Bob"]


def test_an_answered_offer_shows_its_answer_in_the_readers_language(pro, user):
    answered_offer(pro, user, "accepted", "4350")
    (person,) = list_waiting(pro).rows
    assert (person.item.kind, person.words) == ("offer", "Accepted your offer of €4,350.00")
    with override("nl"):
        assert "€\xa04.350,00" in list_waiting(pro).rows[0].words


def test_counts_are_capped():
    assert [format_count(count) for count in (0, 999, 1000)] == ["0", "999", "999+"]
    assert [group_label(key) for key in ("back", "old", "today")] == [
        "Back again",
        "Since yesterday or longer",
        "Today",
    ]


def test_one_sentence_says_what_is_most_pressing(pro, user, telegram):
    assert describe_waiting(pro, count_waiting(pro)) == ""
    wrote(telegram, "Ana", 1)
    assert describe_waiting(pro, count_waiting(pro)) == "One person waits since today."
    for name in ("Bob", "Cleo", "Dan"):
        wrote(telegram, name, 30)
    answered_offer(pro, user, "accepted", "4350")
    answered_offer(pro, user, "declined", "10", "Piet")
    assert (
        describe_waiting(pro, count_waiting(pro))
        == "Three people have waited since yesterday or longer; one accepted your offer of €4,350.00."
    )
    answered_offer(pro, user, "accepted", "99", "Kees")
    assert describe_waiting(pro, count_waiting(pro)).endswith("; two accepted your offers.")
