"""An erasure on its way meets another try, a message, an undo, the end of its worker."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.jobs.worker import MAX_ATTEMPTS
from contacts.models import ChannelDelivery, Contact, ContactMessage, Erasure
from contacts.privacy import erasing
from contacts.privacy.erased_list import note_erasure, read_list
from contacts.privacy.erasing import NotPlannedError, erase, erase_person, plan_erasure, resume_erasures, undo_erasure
from contacts.privacy.person import find_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def erasure(anna) -> Erasure:
    erasure = plan_erasure(anna, reason="asked", by=None)
    Erasure.objects.filter(pk=erasure.pk).update(due_at=timezone.now() - timedelta(hours=2))
    erasure.refresh_from_db()
    return erasure


@pytest.fixture
def before_lock(monkeypatch):
    """Has something happen between the first look at a person and the lock, once."""

    def plan(event):
        def note(*args):
            monkeypatch.setattr(erasing, "note_erasure", note_erasure)
            name = note_erasure(*args)
            event()
            return name

        monkeypatch.setattr(erasing, "note_erasure", note)

    return plan


def test_of_two_tries_at_once_one_is_given_up_and_the_list_keeps_the_other(erasure, before_lock):
    before_lock(lambda: erase(Erasure.objects.get(pk=erasure.pk)))
    with pytest.raises(NotPlannedError):
        erase(erasure)
    assert Erasure.objects.get().counts["contacts"] == 1
    assert [entry.person for entry in read_list()] == [erasure.person]


def test_an_undo_at_the_last_moment_keeps_the_person(erasure, anna, before_lock):
    before_lock(lambda: undo_erasure(Erasure.objects.get(pk=erasure.pk), by=None))
    erase_person.func(str(erasure.pk))
    assert list(Contact.objects.for_pro(anna.pro)) == [anna]
    assert ContactMessage.objects.get().text == "Tot morgen, Anna"
    assert list(read_list()) == []


def test_what_a_killed_try_noted_is_taken_back_when_it_was_undone(erasure, anna):
    note_erasure(erasure, find_person(anna).ids)
    undo_erasure(erasure, by=None)
    erase_person.func(str(erasure.pk))
    assert list(read_list()) == []


def test_what_a_killed_try_noted_is_listed_once(erasure, anna):
    note_erasure(erasure, find_person(anna).ids)
    erase_person.func(str(erasure.pk))
    assert [entry.id for entry in read_list()] == [erasure.pk]


def test_a_message_that_comes_meanwhile_goes_with_its_original(erasure, anna, before_lock):
    def receive():
        call = {"pro": anna.pro, "provider": "mailgun", "content_type": "", "body": b"Nog iets", "thread": "message:1"}
        delivery = ChannelDelivery.objects.create(**call, nonce="1", digest="", read_at=timezone.now())
        message = {"pro": anna.pro, "contact": anna, "channel": "email", "address": "anna@example.org"}
        ContactMessage.objects.create(**message, text="Nog iets", state="received", delivery=delivery)

    before_lock(receive)
    erase(erasure)
    assert not ContactMessage.objects.exists()
    assert not ChannelDelivery.objects.exists()


def test_a_contact_that_staff_deleted_ends_the_erasure(erasure, anna):
    anna.contact_requests.all().delete()
    Contact.objects.filter(pk=anna.pk).delete()
    erase_person.func(str(erasure.pk))
    erasure.refresh_from_db()
    assert (erasure.state, erasure.counts) == ("done", {})


def test_one_whose_job_was_given_up_or_is_gone_gets_another(erasure):
    DBTaskResult.objects.update(run_after=timezone.now() - timedelta(hours=2))
    resume_erasures()
    assert DBTaskResult.objects.count() == 1
    DBTaskResult.objects.update(status="FAILED", finished_at=timezone.now(), worker_ids=["w"] * MAX_ATTEMPTS)
    for _time in range(2):
        resume_erasures()
        jobs = DBTaskResult.objects.order_by("enqueued_at").values_list("status", "args_kwargs")
        assert [(status, job["args"]) for status, job in jobs] == [
            ("FAILED", [str(erasure.pk)]),
            ("READY", [str(erasure.pk)]),
        ]


def test_one_that_is_due_just_now_is_left_to_its_job(erasure):
    DBTaskResult.objects.all().delete()
    Erasure.objects.update(due_at=timezone.now() - timedelta(minutes=30))
    resume_erasures()
    assert not DBTaskResult.objects.exists()
