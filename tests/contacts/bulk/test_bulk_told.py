"""Whoever is given many people at once is told once of them, by their notification settings."""

from datetime import time

import pytest

from config.accounts.models import User
from config.notifications.models import Notification, Preferences
from contacts.bulk import contact_actions, working
from contacts.bulk.working import go_on, start_run, stop_run, work_run
from contacts.models import BulkRun, Contact
from contacts.news import FIRST
from tests.factories import ContactFactory, UserFactory

from .runs import done, planned, undone

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines(user):
    return UserFactory(pro=user.pro, name="Inès Moreau", email="ines@office.example", language="en")


@pytest.fixture
def people(pro):
    return [ContactFactory(pro=pro, name=f"Person {n:02}") for n in range(12)]


def test_one_mail_names_the_first_of_them(user, ines, people, work_tasks, mailoutbox):
    Contact.objects.filter(pk=people[3].pk).update(assigned_to=ines)
    done(user, f"assign:{ines.pk}", work_tasks)
    [message] = mailoutbox
    assert (message.to, message.subject) == ([ines.email], "11 people are yours")
    lines = message.body.splitlines()
    assert lines[0] == "Olive Owner has given you these people:"
    named = [person for person in people if person.name in lines]
    assert named == [person for person in people if person != people[3]][:FIRST]
    assert f"http://testserver/inbox/{people[0].pk}" in lines
    assert "and 1 more" in lines


def test_one_person_alone_has_the_usual_mail(user, ines, people, work_tasks, mailoutbox):
    done(user, f"assign:{ines.pk}", work_tasks, rows=Contact.objects.filter(pk=people[0].pk))
    assert [(message.to, message.subject) for message in mailoutbox] == [([ines.email], "Person 00 is yours")]


@pytest.mark.parametrize("whom", ["nobody", "oneself", "field"])
def test_nobody_is_told_of_what_concerns_no_other(user, people, work_tasks, mailoutbox, whom):
    Contact.objects.update(assigned_to=None if whom == "oneself" else user)
    done(user, {"nobody": "assign:nobody", "oneself": f"assign:{user.pk}", "field": "status:renter"}[whom], work_tasks)
    assert mailoutbox == []


def test_it_follows_the_settings(user, ines, people, work_tasks, mailoutbox):
    row = Preferences.objects.create(user=ines, pro=user.pro, mail="digest", digest_at=time(8))
    done(user, f"assign:{ines.pk}", work_tasks)
    assert list(Notification.objects.values_list("user", "kind", "state")) == [(ines.pk, "assignments", "waiting")]
    row.assignments = False
    row.save()
    done(user, "assign:nobody", work_tasks)
    done(user, f"assign:{ines.pk}", work_tasks)
    assert (mailoutbox, Notification.objects.count()) == ([], 1)


def test_what_is_undone_before_the_mail_leaves_is_no_news(user, ines, people, work_tasks, mailoutbox):
    run = planned(user)
    assert start_run(run, f"assign:{ines.pk}", by=user)
    work_run.func(str(run.pk))
    undone(BulkRun.objects.get(), user, work_tasks)
    assert mailoutbox == []


def test_a_run_that_is_stopped_tells_of_those_so_far_and_then_of_the_others(
    user, ines, people, work_tasks, mailoutbox, monkeypatch
):
    monkeypatch.setattr(contact_actions.Assign, "batch", 5)
    run = planned(user)
    assert start_run(run, f"assign:{ines.pk}", by=user)
    working._work_batch(str(run.pk), is_last=False)
    assert stop_run(BulkRun.objects.get())
    work_tasks()
    assert [message.subject for message in mailoutbox] == ["5 people are yours"]
    assert go_on(BulkRun.objects.get(), by=user)
    work_tasks()
    assert [message.subject for message in mailoutbox] == ["5 people are yours", "7 people are yours"]
    assert set(Contact.objects.values_list("assigned_to", flat=True)) == {ines.pk}


def test_who_left_the_office_meanwhile_is_told_nothing(user, ines, people, work_tasks, mailoutbox):
    run = planned(user)
    assert start_run(run, f"assign:{ines.pk}", by=user)
    work_run.func(str(run.pk))
    User.objects.filter(pk=ines.pk).update(is_active=False)
    work_tasks()
    assert mailoutbox == []
