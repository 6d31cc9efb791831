"""Later: put off with words, woken once, cut short by a message and sent back to its date."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from contacts.models import ContactMessage, WaitingItem
from contacts.waiting.endings import end_waiting
from contacts.waiting.later import come_back, date_to_send_back_to, put_off, send_back_to_date, wake_items
from contacts.waiting.reminders import cancel_reminder, pending_reminder, remind_if_silent

from ..messaging import arrive

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def in_days(days):
    return timezone.now() + timedelta(days=days)


def items(pro):
    rows = WaitingItem.objects.for_pro(pro).order_by("pk")
    return [(item.later_until, item.later_words, item.is_returned, item.outcome) for item in rows]


def make_due():
    """Let what was put off be due, as if its time had passed."""
    WaitingItem.objects.filter(later_until__isnull=False).update(later_until=timezone.now())


def test_a_person_is_put_off_and_comes_back_with_the_words(pro, user, telegram):
    contact, until = arrive(telegram).contact, in_days(3)
    (item,) = put_off(contact, until, words=" Call \n them ", by=user)
    assert (item.later_until, item.later_words, item.later_by, item.is_listed) == (until, "Call them", user, False)
    wake_items()
    assert items(pro) == [(until, "Call them", False, "")]
    make_due()
    wake_items()
    assert items(pro) == [(None, "Call them", True, "")]


def test_putting_off_is_undone(pro, user, telegram):
    contact = arrive(telegram).contact
    put_off(contact, in_days(3), words="Call", by=user)
    assert come_back(contact) == 1
    assert items(pro) == [(None, "", False, "")]
    assert come_back(contact) == 0


def test_a_time_that_is_past_or_too_far_and_long_words_are_refused(pro, user, telegram):
    contact = arrive(telegram).contact
    for until, words, refused in (
        (timezone.now(), "", {"until": ["Choose a time in the future."]}),
        (in_days(4000), "", {"until": ["Choose a time in the next ten years."]}),
        (in_days(1), "x" * 201, {"words": ["Use at most 200 characters."]}),
    ):
        with pytest.raises(ValidationError) as refusal:
            put_off(contact, until, words=words, by=user)
        assert refusal.value.message_dict == refused
    assert items(pro) == [(None, "", False, "")]


def test_who_writes_meanwhile_comes_back_at_once_and_is_sent_back_to_the_date(pro, user, telegram):
    contact, until = arrive(telegram).contact, in_days(3)
    put_off(contact, until, words="Call", by=user)
    arrive(telegram, "One more thing")
    assert items(pro) == [(None, "Call", True, ""), (None, "", False, "")]
    assert date_to_send_back_to(contact) == until
    assert len(send_back_to_date(contact, by=user)) == 2
    assert [(row[0], row[1]) for row in items(pro)] == [(until, "Call")] * 2
    assert date_to_send_back_to(contact) is None


def test_nobody_is_sent_back_to_a_date_that_is_over(pro, user, telegram):
    contact = arrive(telegram).contact
    put_off(contact, in_days(3), by=user)
    arrive(telegram, "One more thing")
    WaitingItem.objects.filter(later_was__isnull=False).update(later_was=timezone.now() - DAY)
    with pytest.raises(ValidationError):
        send_back_to_date(contact, by=user)


def test_an_answer_ends_what_was_put_off(pro, user, telegram, waiting):
    contact = arrive(telegram).contact
    put_off(contact, in_days(3), by=user)
    end_waiting(contact, "answered", by=user)
    make_due()
    wake_items()
    assert waiting() == [("message", "Inès", "answered")]
    assert not WaitingItem.objects.listed().exists()


@pytest.fixture
def answer(pro, user, telegram):
    """An answer to Inès, whose message it ended."""
    contact = arrive(telegram).contact
    message = ContactMessage.objects.create(
        pro=pro, contact=contact, channel="telegram", text="Yes", state="sent", author=user
    )
    end_waiting(contact, "answered", by=user, answer=message)
    return message


def test_who_does_not_answer_comes_back(pro, user, answer, waiting):
    at = in_days(3)
    reminder = remind_if_silent(answer, at, words="Ask again", by=user)
    assert remind_if_silent(answer, in_days(5), by=user) == reminder
    assert (reminder.kind, reminder.contact, reminder.later_until) == ("reminder", answer.contact, at)
    assert pending_reminder(answer.contact) == reminder
    # Another answer does not end it.
    assert end_waiting(answer.contact, "answered", by=user) == []
    make_due()
    wake_items()
    assert waiting() == [("message", "Inès", "answered"), ("reminder", "Inès", "")]
    item = WaitingItem.objects.listed().get()
    assert (item.is_returned, item.later_words) == (True, "Ask again")
    assert end_waiting(answer.contact, "no_answer", by=user) == [item]


def test_who_answers_ends_the_reminder(user, answer, telegram, waiting):
    remind_if_silent(answer, in_days(3), by=user)
    arrive(telegram, "Thank you")
    assert waiting() == [("message", "Inès", "answered"), ("reminder", "Inès", "wrote_again"), ("message", "Inès", "")]


def test_the_reminder_of_an_undone_answer_is_gone(user, answer, waiting):
    remind_if_silent(answer, in_days(3), by=user)
    cancel_reminder(answer)
    assert waiting() == [("message", "Inès", "answered")]


@pytest.mark.django_db(transaction=True)
def test_two_workers_wake_each_once(pro, user, telegram, at_once):
    contacts = [arrive(telegram, who=f"Visitor {number}").contact for number in range(20)]
    for contact in contacts:
        put_off(contact, in_days(3), words="Call", by=user)
    make_due()
    at_once(4, lambda _n: wake_items())
    assert items(pro) == [(None, "Call", True, "")] * 20
