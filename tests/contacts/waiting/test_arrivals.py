"""Arrivals wait, once, and follow what becomes of them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contact_requests.leads import answer_lead
from contact_requests.receiving import receive, release, set_aside
from contacts.channels.message import InboundMessage, Lead, Media
from contacts.conversations.receiving import receive_message
from contacts.conversations.senders import separate_sender
from contacts.models import Contact, WaitingItem

from ...factories import PropertyFactory
from ..messaging import arrive

pytestmark = pytest.mark.django_db


def visit(pro, **fields):
    usual = {"name": "Zoë", "email": "zoe@example.org", "phone": "", "message": "Is it\nfree?", "language": "fr"}
    return receive(PropertyFactory(pro=pro, title="Sea view"), **{**usual, **fields})


def test_a_message_waits_with_its_first_words(pro, letterbox):
    message = arrive(letterbox, "Is it\nstill  free?", "Inès", subject="The house")
    item = WaitingItem.objects.get()
    assert (item.pro, item.kind, item.key, item.contact) == (pro, "message", str(message.pk), message.contact)
    assert (item.since, item.channel, item.about) == (message.created_at, "email", "The house")
    assert (item.words, item.is_listed, item.is_returned, item.outcome) == ("Is it still free?", True, False, "")


def test_a_message_of_pictures_alone_waits_with_their_names(telegram):
    arrive(telegram, "", media=(Media("image", "a"), Media("document", "b", "Plan.pdf")))
    assert WaitingItem.objects.get().words == "Picture, Plan.pdf"


def test_nobody_waits_because_of_a_machine_a_past_message_or_a_reaction(letterbox, telegram, waiting):
    arrive(letterbox, is_automatic=True, is_silent=True)
    arrive(letterbox, is_past=True)
    first = arrive(telegram, "Hello")
    arrive(telegram, "👍", answers_to=first.external_id, media=(Media("reaction", ""),))
    assert waiting() == [("message", "Inès", "")]


def test_a_persons_words_by_way_of_a_portal_wait(letterbox, waiting):
    arrive(letterbox, is_automatic=True)
    assert waiting() == [("message", "Inès", "")]


def test_a_message_delivered_twice_waits_once(telegram, waiting):
    arrive(telegram, external_id="one")
    fields = {"identities": (("telegram", "9"),), "address": "9", "name": "Inès"}
    receive_message(telegram, InboundMessage(external_id="one", text="Is it free?", **fields))
    assert waiting() == [("message", "Inès", "")]


def test_an_edit_changes_the_words_until_somebody_answered(telegram):
    message = arrive(telegram, "Tomorow?", external_id="one")
    edit = InboundMessage(
        external_id="one",
        identities=(("telegram", "9"),),
        address="9",
        name="Inès",
        text="Tomorrow?",
        edited_at=timezone.now() + timedelta(seconds=5),
    )
    receive_message(telegram, edit)
    item = WaitingItem.objects.get()
    assert (item.key, item.words) == (str(message.pk), "Tomorrow?")


def test_a_contact_request_waits(pro):
    contact_request = visit(pro)
    item = WaitingItem.objects.get()
    assert (item.pro, item.kind, item.key) == (pro, "request", str(contact_request.pk))
    assert (item.contact, item.since) == (contact_request.contact, contact_request.created_at)
    assert (item.channel, item.about, item.words) == ("form", "Sea view", "Is it free?")


def test_a_contact_request_of_a_program_names_no_channel(pro):
    visit(pro, source="our-site")
    assert WaitingItem.objects.get().channel == ""


def test_quarantined_requests_wait_from_their_release(pro, user, waiting):
    contact_request = visit(pro, quarantine="honeypot")
    assert waiting() == []
    release(contact_request, by=user)
    assert waiting() == [("request", "Zoë", "")]


def test_a_request_set_aside_waits_again_when_it_is_released(pro, user, waiting):
    contact_request = visit(pro)
    assert set_aside(contact_request, by=user) is True
    assert set_aside(contact_request, by=user) is False
    contact_request.refresh_from_db()
    assert (contact_request.quarantine_reason, waiting()) == ("marked", [("request", "Zoë", "spam")])
    assert release(contact_request, by=user) is True
    assert waiting() == [("request", "Zoë", "")]
    events = list(contact_request.events.values_list("from_status", "to_status", "user"))
    assert events == [("new", "quarantine", user.pk), ("quarantine", "new", user.pk)]


def test_a_released_request_of_an_archived_contact_gets_a_present_one(pro, user, waiting):
    contact_request = visit(pro)
    set_aside(contact_request, by=user)
    former = Contact.objects.get()
    former.archive(by=user)
    release(contact_request, by=user)
    assert waiting() == [("request", "Zoë", "")]
    assert WaitingItem.objects.get().contact != former


LEAD = Lead(name="Paul Petit", email="paul@example.org", message="May I see it?", source="portal.example")


def test_a_message_that_becomes_a_request_waits_as_the_request_alone(pro, letterbox, waiting):
    prop = PropertyFactory(pro=pro, title="Sea view", reference="REF1")
    named = Lead(**{**vars(LEAD), "references": ("REF1",)})
    arrive(letterbox, lead=named, email="paul@example.org", identities=(("email", "paul@example.org"),), who="Paul")
    assert waiting() == [("request", "Paul", "")]
    item = WaitingItem.objects.get()
    assert (item.channel, item.about, item.words) == ("email", prop.title, "May I see it?")


def test_a_message_that_becomes_a_request_later_waits_as_the_request_from_then(pro, letterbox, waiting):
    prop = PropertyFactory(pro=pro)
    address = {"email": "paul@example.org", "identities": (("email", "paul@example.org"),)}
    message = arrive(letterbox, lead=LEAD, who="Paul", **address)
    assert waiting() == [("message", "Paul", "")]
    contact_request = answer_lead(message, prop)
    assert waiting() == [("request", "Paul", "")]
    item = WaitingItem.objects.get()
    assert (item.key, item.about, item.words) == (str(contact_request.pk), prop.title, "May I see it?")


def test_a_forged_senders_messages_wait_for_their_own_contact(pro, user, letterbox, waiting):
    visit(pro)
    address = {"email": "zoe@example.org", "identities": (("email", "zoe@example.org"),), "is_proven": False}
    message = arrive(letterbox, "I am Zoë", who="Not Zoë", **address)
    assert waiting() == [("request", "Zoë", ""), ("message", "Zoë", "")]
    separate_sender(message, by=user)
    assert waiting() == [("request", "Zoë", ""), ("message", "Not Zoë", "")]


def test_who_writes_before_a_reminder_comes_back_at_once(pro, user, telegram):
    first = arrive(telegram, "Hello")
    WaitingItem.objects.update(later_until=timezone.now() + timedelta(days=3), later_words="Call")
    arrive(telegram, "Any news?")
    items = WaitingItem.objects.for_pro(pro).longest_first()
    assert [(item.key == str(first.pk), item.is_returned, item.later_words) for item in items] == [
        (True, True, "Call"),
        (False, False, ""),
    ]
    assert list(WaitingItem.objects.for_pro(pro).first_of_each_person()) == [items[0]]
