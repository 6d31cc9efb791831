"""Who is told of what: without settings as before there were any, with them as each person chose."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from config.accounts.leaving import end_access
from config.accounts.models import BouncedAddress, User
from config.notifications.models import Notification, Preferences
from contact_requests.mails import notify
from contact_requests.receiving import receive
from contacts.assigning.assignments import take
from contacts.assigning.mails import tell_of_assignment
from contacts.assigning.mentions import write_note
from contacts.models import WaitingItem
from contacts.waiting.later import put_off, wake_items

from ..contacts.messaging import arrive
from ..factories import PropertyFactory
from .conftest import states

pytestmark = pytest.mark.django_db


def ask(pro, name="Ana", **more):
    house = PropertyFactory(pro=pro, title="The House")
    given = {"email": f"{name.lower()}@example.org", "phone": "", "message": "Free?", "language": "en", **more}
    return receive(house, name=name, **given)


def told(mails):
    """The mails to people of the office, in any order."""
    return sorted(mail for mail in mails if not mail[0].endswith("@example.org"))


def test_without_settings_one_mail_leaves_and_nothing_is_stored(pro, user, colleague, sent):
    contact_request = ask(pro)
    assert told(sent()) == [(pro.email, "Ana asks about The House")]
    contact_request.refresh_from_db()
    assert (contact_request.notified_at is not None, states()) == (True, [])


@pytest.mark.parametrize(
    ("whose", "of_nobody", "of_somebody", "of_theirs"),
    [
        ("none", False, False, False),
        ("mine", False, False, True),
        ("nobodys", True, False, True),
        ("everyones", True, True, True),
    ],
)
def test_whose_people_a_colleague_is_told_of(
    pro, user, colleague, telegram, prefer, sent, whose, of_nobody, of_somebody, of_theirs
):
    contact = arrive(telegram, who="Ana").contact
    sent()
    prefer(colleague, messages=whose)
    for holder, expected in ((None, of_nobody), (user, of_somebody), (colleague, of_theirs)):
        contact.messages.update(read_at=timezone.now())
        type(contact).objects.filter(pk=contact.pk).update(assigned_to=holder)
        arrive(telegram, who="Ana")
        mails = told(sent())
        assert ((colleague.email, "Ana a écrit par Telegram") in mails) is expected
        others = [to for to, _subject in mails if to != colleague.email]
        assert others == {None: [pro.email], user: [user.email], colleague: []}[holder]


def test_several_people_are_told_once_however_often_the_job_runs(pro, user, colleague, prefer, sent):
    prefer(colleague, requests="everyones")
    contact_request = ask(pro)
    assert [to for to, _subject in told(sent())] == [colleague.email, pro.email]
    type(contact_request).objects.update(notified_at=None)
    notify.enqueue(str(contact_request.pk))
    assert sent() == []
    assert states() == [("", "request", "mailed"), ("Inès Moreau", "request", "mailed")]


def test_who_signs_in_by_the_address_of_the_office_decides_about_it(pro, user, colleague, prefer, sent):
    User.objects.filter(pk=user.pk).update(email=pro.email)
    user.refresh_from_db()
    row = prefer(user)
    assert (row.requests, row.messages, row.inquiries) == ("nobodys",) * 3
    ask(pro)
    assert told(sent()) == [(pro.email, "Ana asks about The House")]
    prefer(user, requests="none")
    ask(pro, "Bob")
    assert told(sent()) == []


def test_who_is_alone_decides_about_the_office_whatever_its_address(pro, user, prefer, sent):
    prefer(user, requests="mine")
    ask(pro)
    assert told(sent()) == [(pro.email, "Ana asks about The House")]
    prefer(user, mail="none")
    ask(pro, "Bob")
    assert told(sent()) == []


def test_who_is_away_is_told_of_nobody_elses_people(pro, user, colleague, prefer, sent):
    prefer(colleague, requests="everyones")
    User.objects.filter(pk=colleague.pk).update(away_until=timezone.localdate() + timedelta(days=2))
    ask(pro)
    assert [to for to, _subject in told(sent())] == [pro.email]


def test_mentions_and_people_given_are_told_unless_switched_off(pro, user, colleague, telegram, prefer, sent):
    contact = arrive(telegram, who="Ana").contact
    sent()
    write_note(contact, "@Inès, please call.", by=user)
    take(contact, by=colleague)
    tell_of_assignment(contact, colleague, by=user)
    assert [to for to, _subject in sent()] == [colleague.email] * 2
    prefer(colleague, mentions=False, assignments=False)
    write_note(contact, "@Inès, again.", by=user)
    tell_of_assignment(contact, colleague, by=user)
    assert (sent(), states()) == ([], [])


def test_a_reminder_is_told_to_who_set_it_if_they_ask(pro, user, colleague, telegram, prefer, sent):
    contact = arrive(telegram, who="Ana").contact
    sent()

    def wake():
        put_off(contact, timezone.now() + timedelta(hours=1), words="Call back", by=user)
        WaitingItem.objects.update(later_until=timezone.now() - timedelta(seconds=1))
        wake_items()
        return sent()

    assert wake() == []
    prefer(user, reminders=True)
    assert wake() == [(user.email, "Reminder: Ana")]


def test_what_waits_for_a_digest_comes_in_one_mail(pro, user, colleague, telegram, prefer, sent, pass_time):
    prefer(colleague, requests="everyones", messages="everyones", mail="digest", digest_at=time(8))
    ask(pro)
    arrive(telegram, who="Bob")
    assert [to for to, _subject in told(sent())] == [pro.email] * 2
    assert [state for who, _kind, state in states() if who] == ["waiting"] * 2
    pass_time()
    assert [to for to, _subject in sent()] == [colleague.email]
    assert [state for who, _kind, state in states() if who] == ["mailed"] * 2
    pass_time()
    assert sent() == []


def test_what_was_read_or_answered_before_is_in_no_digest(pro, user, colleague, telegram, prefer, sent, pass_time):
    prefer(colleague, requests="everyones", messages="everyones", mail="digest", digest_at=time(8))
    contact_request, message = ask(pro), arrive(telegram, who="Bob")
    sent()
    type(contact_request).objects.update(status="read")
    pass_time()
    # One thing alone has its own mail.
    assert sent() == [(colleague.email, "Bob a écrit par Telegram")]
    assert {kind: state for who, kind, state in states() if who} == {"request": "over", "message": "mailed"}
    message.refresh_from_db()
    assert message.read_at is None


def test_quiet_hours_put_a_mail_off_to_their_end(pro, user, colleague, prefer, sent, pass_time):
    now = timezone.now()
    hour = now.astimezone(prefer(colleague).zone).hour
    prefer(colleague, requests="everyones", quiet_from=time((hour - 1) % 24), quiet_until=time((hour + 2) % 24))
    ask(pro)
    assert [to for to, _subject in told(sent())] == [pro.email]
    [row] = Notification.objects.filter(user=colleague)
    assert (row.is_together, timedelta(hours=1) < row.due_at - now <= timedelta(hours=2)) == (True, True)
    pass_time()
    assert [to for to, _subject in told(sent())] == [colleague.email]


def test_other_settings_move_what_waits(pro, user, colleague, prefer, sent):
    prefer(colleague, requests="everyones", mail="digest", digest_at=time(8))
    ask(pro)
    sent()
    prefer(colleague, mail="at_once")
    assert [to for to, _subject in sent()] == [colleague.email]
    prefer(colleague, mail="digest")
    ask(pro, "Bob")
    sent()
    prefer(colleague, mail="none")
    assert (sent(), [state for who, _kind, state in states() if who]) == ([], ["mailed", "over"])


def test_what_does_not_get_to_the_assignee_goes_to_the_office(pro, user, colleague, telegram, prefer, sent, pass_time):
    contact = arrive(telegram, who="Ana").contact
    contact.messages.update(read_at=timezone.now())
    take(contact, by=colleague)
    prefer(colleague, mail="digest", digest_at=time(8))
    BouncedAddress.objects.note(pro, colleague.email, reason="gone", mail="notification")
    sent()
    arrive(telegram, who="Ana")
    assert sent() == []
    pass_time()
    assert [to for to, _subject in sent()] == [pro.email]
    assert states() == [("Inès Moreau", "message", "refused"), ("", "message", "mailed")]


def test_who_leaves_is_forgotten(pro, user, colleague, prefer, sent):
    prefer(colleague, requests="everyones", mail="digest", digest_at=time(8))
    ask(pro)
    sent()
    end_access([colleague], by=user)
    assert (Preferences.objects.count(), [who for who, *_ in states()]) == (0, [""])
