"""First responses: from the first unanswered human word to the first human answer, in office hours and by the clock."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from contact_requests.marking import mark_contact_request
from contact_requests.receiving import receive, set_aside
from contacts.conversations.sending import _claim_message, fail_message, resend_message
from contacts.conversations.writing import undo_message, write_message
from contacts.models import ContactMessage, FirstResponse, OfficeHours, WaitingItem
from contacts.waiting.endings import apply_endings, end_waiting, undo_ending
from contacts.waiting.first_responses import rebuild_responses
from contacts.waiting.later import put_off
from contacts.waiting.persons import items_of
from inquiries.models import Offer
from inquiries.offers.lifecycle import answer_offer, send_offer
from inquiries.pipeline.moves import close_inquiry, move_inquiry
from inquiries.waiting import add_inquiry

from ...factories import ContactFactory, InquiryFactory, PropertyFactory, UserFactory
from ..messaging import arrive

pytestmark = pytest.mark.django_db
# A Monday in Paris, 9:00 to 12:00 and 14:00 to 18:00 on workdays.
WEEK = [[[540, 720], [840, 1080]]] * 5 + [[], []]
NAMES = (
    *("kind", "channel", "property_id", "inquiry_type_id", "source", "outcome", "answered_by"),
    *("office_seconds", "real_seconds", "target_seconds"),
)


def at(text):
    """A moment of the first week of March 2026 in Paris, as "Mon 10:30"."""
    day, _, time = text.partition(" ")
    hours, minutes = map(int, time.split(":"))
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun").index(day)
    return datetime(2026, 3, 2, hours - 1, minutes, tzinfo=UTC) + timedelta(days=days)


@pytest.fixture(autouse=True)
def hours(pro):
    return OfficeHours.objects.create(pro=pro, week=WEEK, target_minutes=60, channel_targets={"telegram": 15})


@pytest.fixture
def clock(monkeypatch):
    """Sets the time."""
    return lambda text: monkeypatch.setattr(timezone, "now", lambda: at(text))


@pytest.fixture
def prop(pro):
    return PropertyFactory(pro=pro)


def ask(prop, text="Mon 09:30", **fields):
    usual = {"name": "Zoë", "email": "zoe@example.org", "phone": "", "message": "Is it free?", "language": "fr"}
    return receive(prop, **usual | fields, received_at=at(text))


def write(telegram, text, who="Inès"):
    return arrive(telegram, who=who, sent_at=at(text))


def answer(contact, user, channel="telegram"):
    """Write an answer that leaves at once, and take it for sending."""
    user.undo_seconds = 0
    message = write_message(contact, "Yes", channel=channel, by=user)
    send(message)
    return message


def send(message):
    """Take it for sending, and let it have gone out."""
    assert _claim_message(str(message.pk))
    message.refresh_from_db()
    message.update_state("sent")


def responses(pro):
    return [tuple(row.values()) for row in FirstResponse.objects.for_pro(pro).order_by("pk").values(*NAMES)]


def times(pro):
    """[(kind, minutes of office hours, minutes)]."""
    rows = FirstResponse.objects.for_pro(pro).order_by("asked_at", "pk")
    return [(row.kind, row.office_seconds // 60, row.real_seconds // 60) for row in rows]


def test_a_contact_request_counts_from_its_arrival_in_office_hours_and_by_the_clock(pro, user, prop, clock):
    contact_request = ask(prop, "Mon 11:30")
    clock("Tue 09:15")
    answer(contact_request.contact, user, "email")
    # 30 min before lunch, 4 h after it, 15 min on Tuesday; a night in between.
    office, real = (30 + 240 + 15) * 60, (21 * 60 + 45) * 60
    assert responses(pro) == [
        ("request", "form", prop.pk, None, "contact_form", "answered", user.pk, office, real, 3600)
    ]
    row = FirstResponse.objects.get()
    assert (row.asked_at, row.answered_at, row.item.key) == (at("Mon 11:30"), at("Tue 09:15"), str(contact_request.pk))


def test_messages_of_a_channel_count_once_from_the_first(pro, user, telegram, clock):
    write(telegram, "Mon 10:00")
    write(telegram, "Mon 10:30")
    message = write(telegram, "Mon 10:50")
    clock("Mon 11:00")
    answer(message.contact, user)
    assert responses(pro) == [("message", "telegram", None, None, "", "answered", user.pk, 3600, 3600, 900)]
    # What they write after that answer is another wait.
    clock("Mon 15:00")
    write(telegram, "Mon 15:00")
    clock("Mon 15:10")
    answer(message.contact, user)
    assert times(pro) == [("message", 60, 60), ("message", 10, 10)]


def test_a_request_and_a_message_are_two_things_of_one_answer(pro, user, telegram, prop, clock):
    message = write(telegram, "Mon 10:30")
    contact_request = ask(prop, "Mon 10:00")
    contact_request.contact = message.contact
    contact_request.save()
    WaitingItem.objects.filter(kind="request").update(contact=message.contact)
    clock("Mon 11:00")
    answer(message.contact, user)
    assert times(pro) == [("request", 60, 60), ("message", 30, 30)]


def test_a_message_about_a_request_knows_the_property(pro, user, telegram, prop, clock):
    message = write(telegram, "Mon 10:00")
    contact_request = ask(prop, "Mon 10:00")
    ContactMessage.objects.filter(pk=message.pk).update(topic=f"request:{contact_request.pk}")
    clock("Mon 10:01")
    answer(message.contact, user)
    assert responses(pro) == [("message", "telegram", prop.pk, None, "", "answered", user.pk, 60, 60, 900)]


def test_nothing_is_stored_until_an_answer_leaves_nor_if_it_is_undone(pro, user, telegram, clock):
    message = write(telegram, "Mon 10:00")
    clock("Mon 10:05")
    undone = write_message(message.contact, "Yes", channel="telegram", by=user)
    assert responses(pro) == []
    undo_message(undone, by=user)
    user.undo_seconds = 0
    scheduled = write_message(message.contact, "Yes", channel="telegram", by=user, send_at=at("Tue 09:00"))
    clock("Tue 09:01")
    send(scheduled)
    # From 10 to 12 and from 14 to 18.
    assert times(pro) == [("message", 360, 23 * 60)]


def test_an_answer_that_fails_is_none_until_it_is_sent_anew(pro, user, telegram, clock):
    message = write(telegram, "Mon 10:00")
    clock("Mon 10:05")
    user.undo_seconds = 0
    sent = write_message(message.contact, "Yes", channel="telegram", by=user)
    send(sent)
    assert times(pro) == [("message", 5, 5)]
    fail_message(sent, "Gone")
    assert (times(pro), rebuild_responses(pro)) == ([], 0)
    clock("Mon 11:00")
    assert resend_message(sent)
    send(sent)
    assert (times(pro), rebuild_responses(pro)) == ([("message", 60, 60)], 1)
    assert times(pro) == [("message", 60, 60)]


def test_answered_another_way_counts_from_its_decision_when_it_can_be_undone_no_more(pro, user, prop, clock):
    contact_request = ask(prop)
    clock("Mon 10:00")
    end_waiting(contact_request.contact, "another_way", by=user)
    assert responses(pro) == []
    item = WaitingItem.objects.get()
    clock("Mon 10:01")
    for _again in range(2):
        apply_endings.func([item.pk], str(item.ended_at))
    assert responses(pro) == [
        ("request", "form", prop.pk, None, "contact_form", "another_way", user.pk, 1800, 1800, 3600)
    ]
    undo_ending(items_of(contact_request.contact))
    assert responses(pro) == []


def test_a_program_that_marks_a_request_as_replied_answers_it(pro, prop, clock):
    contact_request = ask(prop)
    clock("Mon 09:45")
    mark_contact_request(contact_request, "replied", by=None)
    assert responses(pro) == [("request", "form", prop.pk, None, "contact_form", "another_way", None, 900, 900, 3600)]


def test_an_offer_answers_its_inquiry_and_its_own_answer_waits_in_turn(pro, user, clock):
    person = {"first_name": "Jan", "email": "jan@example.org", "language": "en"}
    contact = ContactFactory(pro=pro)
    inquiry = InquiryFactory(pro=pro, contact=contact, person=person, source="web", created_at=at("Mon 09:00"))
    add_inquiry(inquiry)
    clock("Mon 10:00")
    offer = Offer.objects.create_draft(inquiry, by=user, title="Kitchen", text="", amount=Decimal(4350))
    send_offer(offer, by=user)
    type_id = inquiry.inquiry_type_id
    first = ("inquiry", "", None, type_id, "web", "answered", user.pk, 3600, 3600, 3600)
    assert responses(pro) == [first]
    clock("Mon 11:00")
    answer_offer(offer, "accepted")
    clock("Mon 11:30")
    end_waiting(contact, "another_way", by=user, is_immediate=True)
    assert responses(pro) == [first, ("offer", "", None, type_id, "web", "another_way", user.pk, 1800, 1800, 3600)]


def test_what_never_counts(pro, user, prop, telegram, clock):
    """No answer needed, spam, archived contacts, dragged cards, and being put off."""
    clock("Mon 12:00")
    end_waiting(ask(prop).contact, "no_answer", by=user)
    set_aside(ask(prop, email="spam@example.org"), by=user)
    archived = ask(prop, email="gone@example.org").contact
    archived.archive(by=user)
    put_off(write(telegram, "Mon 11:00").contact, at("Fri 09:00"), by=user)
    inquiry = InquiryFactory(pro=pro, created_at=at("Mon 09:00"))
    add_inquiry(inquiry)
    move_inquiry(inquiry, to="in_review", by=user)
    close_inquiry(inquiry, by=user)
    assert responses(pro) == []
    assert sorted(WaitingItem.objects.values_list("outcome", flat=True)) == [
        "",
        "archived",
        "closed",
        "no_answer",
        "spam",
    ]
    assert rebuild_responses(pro) == 0


def test_words_of_another_century_count_for_ten_years(pro, user, prop, clock):
    contact_request = ask(prop)
    for since in (datetime(1, 1, 1, tzinfo=UTC), datetime(1926, 3, 2, tzinfo=UTC)):
        WaitingItem.objects.update(since=since)
        clock("Mon 10:00")
        end_waiting(contact_request.contact, "another_way", by=user, is_immediate=True)
        row = FirstResponse.objects.get()
        assert (row.asked_at, row.real_seconds) == (since, 3660 * 86400)
        undo_ending(items_of(contact_request.contact))


def test_an_office_without_hours_counts_by_the_clock(pro, user, prop, hours, clock):
    hours.delete()
    contact_request = ask(prop, "Sat 10:00")
    clock("Sun 11:00")
    answer(contact_request.contact, user, "email")
    row = FirstResponse.objects.get()
    assert (row.office_seconds, row.real_seconds, row.target_seconds) == (25 * 3600, 25 * 3600, 0)


def test_rebuilding_makes_the_same_rows_and_knows_the_hours_of_today(pro, user, prop, telegram, hours, clock):
    write(telegram, "Mon 10:00")
    message = write(telegram, "Mon 10:30")
    contact_request = ask(prop, "Mon 08:00")
    clock("Mon 11:00")
    answer(contact_request.contact, user, "email")
    end_waiting(message.contact, "another_way", by=user, is_immediate=True)
    before = responses(pro)
    assert times(pro) == [("request", 120, 180), ("message", 60, 60)]
    call_command("rebuild_first_responses", pro=pro.pk)
    assert sorted(responses(pro), key=str) == sorted(before, key=str)
    FirstResponse.objects.all().delete()
    OfficeHours.objects.filter(pk=hours.pk).update(week=[[[600, 660]], *WEEK[1:]])
    call_command("rebuild_first_responses")
    assert times(pro) == [("request", 60, 180), ("message", 60, 60)]


def test_rebuilding_leaves_other_offices_and_those_whose_person_is_gone(pro, user, prop, clock, capsys):
    other = UserFactory()
    contact_request = ask(PropertyFactory(pro=other.pro))
    clock("Mon 10:00")
    answer(contact_request.contact, other, "email")
    WaitingItem.objects.all().delete()
    call_command("rebuild_first_responses", pro=pro.pk)
    assert capsys.readouterr().out == f"{pro.pk} {pro}: 0\n"
    assert rebuild_responses(other.pro) == 1
    assert FirstResponse.objects.get().item is None
    with pytest.raises(CommandError, match="There is no Pro 0"):
        call_command("rebuild_first_responses", pro=0)
