"""/inbox/all lists everybody with something in their thread, by their last word, wherever entries move."""

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from contact_requests import receiving
from contacts.book.merging import merge_contacts, undo_merge
from contacts.models import Contact
from contacts.waiting.backfill import fill_last_words
from inquiries.linking import link_contact
from inquiries.models import Offer
from inquiries.offers.lifecycle import answer_offer
from inquiries.waiting import add_inquiry
from tests.factories import ContactFactory, InquiryFactory, PropertyFactory
from tests.pages import Page

from ..conversations.pages import LIST, ago, names, rows
from ..messaging import arrive, connect

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def ask(pro):
    """Receives a contact request as a visitor sends it."""
    house = PropertyFactory(pro=pro, title="The House")

    def run(name, hours, **fields):
        usual = {"email": f"{name.lower()}@example.org", "phone": "", "message": "May I see it?", "language": "en"}
        return receiving.receive(house, name=name, received_at=ago(hours=hours), **{**usual, **fields})

    return run


@pytest.fixture
def inquire(pro, shipped):
    """Receives an inquiry of a contact."""

    def run(contact, hours=0, **fields):
        inquiry = InquiryFactory(
            pro=pro, inquiry_type=shipped["question"], contact=contact, created_at=ago(hours=hours), **fields
        )
        add_inquiry(inquiry)
        return inquiry

    return run


def test_requests_inquiries_and_answers_to_offers_are_listed_among_messages(browser, pro, ask, inquire, whatsapp):
    ContactFactory(pro=pro, name="Silent")
    ask("Ana", 5)
    arrive(whatsapp, "Hello", who="Bob", sent_at=ago(hours=4))
    inquire(ContactFactory(pro=pro, name="Cleo"), 3, subject="A new kitchen", message="How much?")
    dan = ContactFactory(pro=pro, name="Dan")
    inquiry = inquire(dan, 9, subject="A bath")
    offer = Offer.objects.create(
        inquiry=inquiry, title="Bath", amount=1850, currency="EUR", key="k", status="sent", sent_at=ago(hours=3)
    )
    answer_offer(offer, Offer.Status.ACCEPTED)
    assert rows(Page(browser.get(LIST))) == [
        "Dan Answer to an offer A bath Accepted your offer of €1,850.00",
        "Cleo Inquiry A new kitchen How much?",
        "Bob Hello",
        "Ana Request The House May I see it?",
    ]


def test_the_later_of_message_and_request_is_the_last_word(browser, ask, letterbox):
    arrive(letterbox, "By mail", who="Ana", sent_at=ago(hours=3), email="ana@example.org")
    ana = ask("Ana", 2, email="ana@example.org").contact
    assert rows(Page(browser.get(LIST))) == ["Ana Request The House May I see it?"]
    arrive(letterbox, "By mail again", who="Ana", email="ana@example.org")
    assert rows(Page(browser.get(LIST))) == ["Ana By mail again"]
    ana.refresh_from_db()
    assert ana.last_word_at == ana.last_message_at


def test_what_arrives_late_does_not_bring_the_last_word_back(ask):
    ana = ask("Ana", 1).contact
    ask("Ana", 30)
    before = ana.last_word_at
    ana.refresh_from_db()
    assert ana.last_word_at == before


def test_spam_lists_nobody_until_it_is_released(browser, user, ask):
    spam = ask("Ana", 1, quarantine="honeypot")
    assert names(Page(browser.get(LIST))) == []
    receiving.release(spam, by=user)
    assert names(Page(browser.get(LIST))) == ["Ana"]


def test_a_merge_takes_the_last_word_along_and_its_undo_gives_it_back(browser, user, ask, inquire, pro):
    ana, cleo = ask("Ana", 5).contact, ContactFactory(pro=pro, name="Cleo")
    first = inquire(cleo, 2)
    merge = merge_contacts(ana, cleo, by=user)
    ana.refresh_from_db()
    assert (names(Page(browser.get(LIST))), ana.last_word_at) == (["Ana"], first.created_at)
    undo_merge(merge, by=user)
    assert names(Page(browser.get(LIST))) == ["Cleo", "Ana"]


def test_an_inquiry_that_is_linked_to_another_contact_takes_its_word_along(browser, inquire, pro):
    wrong, right = ContactFactory(pro=pro, name="Wrong"), ContactFactory(pro=pro, name="Right")
    inquiry = inquire(wrong, 2)
    assert names(Page(browser.get(LIST))) == ["Wrong"]
    link_contact(inquiry, right)
    assert names(Page(browser.get(LIST))) == ["Right"]
    link_contact(inquiry, None)
    assert names(Page(browser.get(LIST))) == []


def test_what_a_former_release_stored_is_brought_in_once(browser, ask, inquire, pro, whatsapp):
    ask("Ana", 5), inquire(ContactFactory(pro=pro, name="Cleo"), 3), arrive(whatsapp, who="Bob", sent_at=ago(hours=4))
    listed = rows(Page(browser.get(LIST)))
    expected = dict(Contact.objects.values_list("name", "last_word_at"))
    Contact.objects.update(last_word_at=None)
    for _again in range(2):
        fill_last_words(apps.get_model, Contact.objects.all(), "last_message_at", "pk")
        for model in ("contact_requests.ContactRequest", "inquiries.Inquiry"):
            fill_last_words(apps.get_model, apps.get_model(model).objects.all(), "created_at")
        assert dict(Contact.objects.values_list("name", "last_word_at")) == expected
        assert rows(Page(browser.get(LIST))) == listed


@pytest.mark.released_migration
def test_the_migrations_fill_in_the_last_words(migrate):
    get = migrate("contacts", "0033_privacy").get_model
    migrate("contact_requests", "0015_consent")
    migrate("inquiries", "0014_erasure")
    pro = get("accounts", "Pro").objects.create(name="P", email="p@example.org", country="NL")
    usual = {"pro": pro, "email": "a@example.org"}
    talked = get("contacts", "Contact").objects.create(name="Talked", last_message_at=START, **usual)
    silent = get("contacts", "Contact").objects.create(name="Silent", **usual)
    after = migrate("contacts", "0035_fill_last_words").get_model("contacts", "Contact").objects
    words = dict(after.values_list("pk", "last_word_at"))
    assert words == {talked.pk: START, silent.pk: None}


def test_a_request_of_the_future_stands_first(browser, ask, whatsapp):
    arrive(whatsapp, who="Bob")
    ask("Ana", -1)
    assert names(Page(browser.get(LIST))) == ["Ana", "Bob"]
    assert Contact.objects.get(name="Ana").last_word_at > timezone.now() + timedelta(minutes=50)


def test_another_office_sees_nothing_of_it(other_browser, other_user, ask):
    ask("Ana", 1)
    arrive(connect(other_user.pro, "whatsapp"), who="Theirs")
    assert names(Page(other_browser.get(LIST))) == ["Theirs"]
