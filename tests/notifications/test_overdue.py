"""People who wait longer than the target are told of as each person chose, as of anything else."""

from datetime import time, timedelta

import pytest
from django.core import mail
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.accounts.models import User
from config.notifications.models import Notification
from config.notifications.seeing import note_seen
from contacts.assigning.assignments import assign
from contacts.conversations.reading import mark_person_read
from contacts.models import OfficeHours, WaitingItem
from contacts.waiting.endings import end_waiting
from contacts.waiting.overdue import mail_overdue, tell_of_overdue
from inquiries.waiting import add_inquiry

from ..contacts.messaging import arrive
from ..factories import InquiryFactory, UserFactory
from .conftest import states

pytestmark = pytest.mark.django_db

ONE, TWO = "Ana waits longer than your target", "2 people wait longer than your target"


@pytest.fixture(autouse=True)
def target(pro, colleague):
    """An office that is open always and means to answer within an hour, and a colleague who reads English."""
    OfficeHours.objects.create(pro=pro, target_minutes=60)
    User.objects.filter(pk=colleague.pk).update(language="en")
    colleague.language = "en"


@pytest.fixture
def late(user, colleague, telegram, sent):
    """Lets people wait for the colleague for more than an hour, and returns their contacts."""

    def wait(*names):
        contacts = [arrive(telegram, who=name).contact for name in names]
        sent()
        for contact in contacts:
            assign(contact, colleague, by=user, expected=None)
        Notification.objects.all().delete()
        WaitingItem.objects.update(since=timezone.now() - timedelta(minutes=90))
        tell_of_overdue()
        return contacts

    return wait


def own_states():
    return [(kind, state) for who, kind, state in states() if who == "Inès Moreau"]


def test_without_settings_one_mail_leaves_at_once_and_nothing_is_stored(late, colleague, sent):
    late("Ana", "Bob")
    assert (sent(), states()) == ([(colleague.email, TWO)], [])


def test_who_switched_it_off_is_told_nothing(late, colleague, prefer, sent):
    prefer(colleague, overdue=False)
    late("Ana")
    assert (sent(), states()) == ([], [])


def test_a_digest_names_each_of_them_that_is_not_answered_by_then(
    late, user, colleague, prefer, sent, pass_time, work_tasks
):
    prefer(colleague, mail="digest", digest_at=time(8))
    _ana, _bob, eve = late("Ana", "Bob", "Eve")
    assert (sent(), own_states()) == ([], [("overdue", "waiting")] * 3)
    end_waiting(eve, "another_way", by=user, is_immediate=True)
    pass_time()
    work_tasks()
    [message] = mail.outbox
    lines = [line for line in message.body.splitlines() if "target" in line]
    assert (message.to, lines) == ([colleague.email], [ONE, ONE.replace("Ana", "Bob")])
    assert [state for _kind, state in own_states()] == ["mailed", "mailed", "over"]


@pytest.mark.parametrize("told", [[], [ONE]], ids=["somebody else's", "of whom they stand in for"])
def test_a_digest_leaves_out_who_is_given_to_somebody_else_by_then(
    late, pro, user, colleague, prefer, sent, pass_time, told
):
    prefer(colleague, mail="digest", digest_at=time(8))
    [ana] = late("Ana")
    assert (sent(), own_states()) == ([], [("overdue", "waiting")])
    other = UserFactory(pro=pro, role=User.Role.MEMBER)
    if told:
        far = timezone.now().date() + timedelta(days=30)
        User.objects.filter(pk=other.pk).update(away_from=timezone.now().date(), away_until=far, stand_in=colleague)
    assign(ana, other, by=user, expected=colleague.pk)
    pass_time()
    assert [subject for to, subject in sent() if to == colleague.email and "target" in subject] == told
    assert [state for kind, state in own_states() if kind == "overdue"] == ["mailed" if told else "over"]


def test_a_mail_at_once_leaves_out_who_is_given_to_somebody_else_before_it_leaves(late, pro, user, colleague, sent):
    ana, _bob = late("Ana", "Bob")
    assign(ana, UserFactory(pro=pro, role=User.Role.MEMBER), by=user, expected=colleague.pk)
    assert [each for each in sent() if "target" in each[1]] == [(colleague.email, ONE.replace("Ana", "Bob"))]


def test_an_owner_is_told_of_whom_they_gave_away_meanwhile(late, pro, user, colleague, prefer, sent, pass_time):
    prefer(user, mail="digest", digest_at=time(8))
    [ana] = late("Ana")
    WaitingItem.objects.update(since=timezone.now() - timedelta(minutes=150))
    tell_of_overdue()
    sent()
    assign(ana, UserFactory(pro=pro, role=User.Role.MEMBER), by=user, expected=colleague.pk)
    pass_time()
    assert (user.email, ONE) in sent()


def test_in_quiet_hours_nothing_leaves(late, colleague, prefer, sent, pass_time):
    hour = timezone.now().astimezone(prefer(colleague).zone).hour
    prefer(colleague, quiet_from=time((hour - 1) % 24), quiet_until=time((hour + 2) % 24))
    late("Ana")
    assert sent() == []
    pass_time()
    assert sent() == [(colleague.email, ONE)]


@pytest.mark.parametrize("is_seen", [True, False])
def test_one_push_goes_first_and_a_mail_follows_unless_it_was_seen(
    late, colleague, device, service, prefer, sent, pass_time, is_seen
):
    # What arrives is not what is asked here.
    prefer(colleague, messages="none")
    late("Ana", "Bob")
    assert sent() == []
    rows = list(Notification.objects.filter(user=colleague).order_by("created_at", "pk"))
    [(_name, text, _headers)] = service.pushes
    assert (text["type"], text["count"], text["id"]) == ("overdue", 2, str(rows[-1].pk))
    if is_seen:
        note_seen(rows[-1])
    pass_time()
    assert len(sent()) == (not is_seen)
    assert (len(service.pushes), own_states()) == (1, [("overdue", "seen" if is_seen else "mailed")] * 2)


def test_who_opens_the_person_gets_no_mail(late, colleague, prefer, sent, pass_time):
    prefer(colleague, mail="digest", digest_at=time(8))
    [ana] = late("Ana")
    sent()
    mark_person_read(ana, timezone.now(), by=colleague)
    pass_time()
    assert (sent(), own_states()) == ([], [("overdue", "seen")])


def test_a_job_that_runs_again_tells_nobody_twice(late, colleague, prefer, sent, pass_time):
    prefer(colleague, mail="digest", digest_at=time(8))
    late("Ana")
    sent()
    DBTaskResult.objects.filter(task_path=mail_overdue.module_path).update(status="READY")
    sent()
    assert own_states() == [("overdue", "waiting")]


def test_somebody_without_a_contact_is_named_too(pro, user, prefer, sent, pass_time):
    prefer(user, mail="digest", digest_at=time(8))
    add_inquiry(InquiryFactory(pro=pro, contact=None, subject="Kitchen"))
    sent()
    item = WaitingItem.objects.get()
    WaitingItem.objects.update(since=timezone.now() - timedelta(minutes=90))
    tell_of_overdue()
    sent()
    pass_time()
    assert sent() == [(user.email, f"{item.about} waits longer than your target")]
