"""Automatic replies: by channel, hours and language, once a day a person, and never to machines."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.accounts.models import BouncedAddress
from contacts.channels.email import describe_answer
from contacts.channels.message import InboundMessage
from contacts.conversations.receiving import receive_message
from contacts.conversations.sending import _claim_message, send_message
from contacts.models import AutomaticReply, ContactMessage, FirstResponse, OfficeHours, WaitingItem

from ..messaging import arrive

pytestmark = pytest.mark.django_db

# A Monday in Paris; 9:00 to 18:00 on workdays.
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = [[[540, 1080]]] * 5 + [[], []]
TEXTS = [
    (False, "fr", "Merci. {office} rouvre {opens}."),
    (False, "en", "Thank you. {office} opens again on {opens}."),
    (True, "en", "Thank you, somebody of {office} answers soon."),
]


@pytest.fixture
def clock(monkeypatch):
    """Sets the time, in hours of that Monday in Paris."""
    return lambda hours: monkeypatch.setattr(timezone, "now", lambda: MONDAY + timedelta(hours=hours - 1))


@pytest.fixture(autouse=True)
def texts(pro, clock):
    clock(10)
    OfficeHours.objects.create(pro=pro, week=WEEK)
    for channel in ("whatsapp", "telegram", "email"):
        for is_open, language, text in TEXTS:
            AutomaticReply.objects.create(pro=pro, channel=channel, is_open=is_open, language=language, text=text)


def replies(contact=None):
    rows = ContactMessage.objects.filter(is_automatic=True).exclude(state="received")
    rows = rows.filter(contact=contact) if contact else rows
    return list(rows.order_by("created_at").values_list("channel", "address", "text", "state"))


def test_who_writes_is_answered_in_office_hours_and_goes_on_waiting(whatsapp, pro):
    message = arrive(whatsapp)
    text = f"Thank you, somebody of {pro.name} answers soon."
    assert replies() == [("whatsapp", message.address, text, "sending")]
    reply = ContactMessage.objects.get(is_automatic=True)
    assert (reply.contact, reply.connection, reply.author, reply.topic) == (message.contact, whatsapp, None, "")
    (job,) = DBTaskResult.objects.filter(task_path=send_message.module_path)
    assert (job.queue_name, job.args_kwargs["args"]) == ("whatsapp", [str(reply.pk)])
    assert _claim_message(str(reply.pk)) == reply
    item = WaitingItem.objects.get()
    assert (item.is_listed, item.answer, FirstResponse.objects.count()) == (True, None, 0)
    message.contact.refresh_from_db()
    assert message.contact.unread_count == 1
    assert not message.contact.messages.answers().exists()


def test_outside_hours_the_text_says_when_the_office_opens_in_their_language(telegram, pro, clock):
    clock(19)
    first = arrive(telegram, who="Ana")
    assert [text for _c, _a, text, _s in replies(first.contact)] == [
        f"Thank you. {pro.name} opens again on Tuesday 3 March, 09:00."
    ]
    pro.language = "fr"
    pro.save()
    telegram.pro.refresh_from_db()
    second = arrive(telegram, who="Zoe")
    expected = {"fr": f"Merci. {pro.name} rouvre mardi 3 mars, 09:00."}
    assert [text for _c, _a, text, _s in replies(second.contact)] == [expected[second.contact.language or "fr"]]


def test_once_a_day_a_person(whatsapp, telegram, clock):
    for hours in (10, 11, 19):
        clock(hours)
        arrive(whatsapp, who="Ana")
    arrive(whatsapp, who="Zoe")
    assert [address for _c, address, _t, _s in replies()] == [
        arrive(whatsapp, who=who).address for who in ("Ana", "Zoe")
    ]
    clock(34.5)
    arrive(whatsapp, who="Ana")
    assert len(replies()) == 3


def test_an_email_is_marked_as_an_automatic_reply(letterbox):
    message = arrive(letterbox, subject="The house", external_id="<a@example.org>", references=("<a@example.org>",))
    reply = ContactMessage.objects.get(is_automatic=True)
    assert (reply.subject, reply.references, reply.address) == ("Re: The house", ["<a@example.org>"], message.address)
    _context, options = describe_answer(reply)
    headers = options["headers"]
    assert (headers["Auto-Submitted"], headers["X-Auto-Response-Suppress"]) == ("auto-replied", "All")
    assert headers["In-Reply-To"] == "<a@example.org>"


@pytest.mark.parametrize(
    "fields",
    [
        {"is_automatic": True},
        {"is_silent": True},
        {"is_automatic": True, "is_silent": True},
        {"address": "no-reply@example.org", "email": "no-reply@example.org"},
        {"is_past": True},
    ],
)
def test_machines_and_the_past_are_not_answered(letterbox, fields):
    arrive(letterbox, **fields)
    assert replies() == []


def test_neither_are_addresses_that_bounced_reactions_and_those_without_a_text(letterbox, telegram, pro):
    first = arrive(letterbox, who="Ana")
    ContactMessage.objects.filter(is_automatic=True).delete()
    BouncedAddress.objects.create(pro=pro, address=first.address, mail="answer", reason="complaint")
    # A mail that its domain does not vouch for does not lift it.
    assert not arrive(letterbox, who="Ana", is_proven=False).is_unconfirmed
    AutomaticReply.objects.filter(channel="telegram").delete()
    arrive(telegram)
    assert replies() == []


def test_a_call_that_comes_twice_is_answered_once(whatsapp):
    message = arrive(whatsapp, external_id="same")
    again = InboundMessage(
        external_id="same",
        identities=(("whatsapp", message.address),),
        address=message.address,
        name="Inès",
        text="Is it free?",
    )
    assert receive_message(whatsapp, again) is None
    assert len(replies()) == 1


def test_an_office_without_hours_is_never_outside_them(whatsapp, pro, clock):
    OfficeHours.objects.all().delete()
    clock(23)
    arrive(whatsapp)
    assert [text for _c, _a, text, _s in replies()] == [f"Thank you, somebody of {pro.name} answers soon."]
