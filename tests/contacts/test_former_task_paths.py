"""Jobs queued under the former path of their task still run."""

import json

import pytest
from django.core import mail
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contacts.conversations.receiving import store_delivery
from contacts.conversations.sending import ABANDONED_AFTER, fail_abandoned_messages
from contacts.conversations.writing import write_message
from contacts.importing.jobs import start_check, start_run
from contacts.models import Contact, ContactMessage

from .channels.payloads import telegram as telegram_message
from .channels.payloads import update
from .imports import checked, uploaded
from .messaging import arrive

ANNA = "name,email\nAnna,anna@example.org\n"


@pytest.fixture
def user(user):
    """The owner, whose answers leave at once."""
    user.undo_seconds = 0
    user.save()
    return user


def queue_under(path):
    """Give the only queued job its task's former path."""
    assert DBTaskResult.objects.filter(status="READY").update(task_path=path) == 1


def test_an_import_is_checked(user, work_tasks):
    contact_import = uploaded(user, ANNA)
    start_check(contact_import, contact_import.columns)
    queue_under("contacts.tasks.check_import")
    work_tasks()
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.counts) == ("checked", {"create": 1})


def test_an_import_is_run(user, work_tasks):
    contact_import = checked(user, ANNA, work_tasks)
    start_run(contact_import, by=user)
    queue_under("contacts.tasks.run_import")
    work_tasks()
    contact_import.refresh_from_db()
    assert (contact_import.state, Contact.objects.get().email) == ("done", "anna@example.org")


def test_a_delivery_is_read(telegram, work_tasks):
    store_delivery(telegram, json.dumps(update(telegram_message(text="Bonjour"))).encode(), "application/json")
    queue_under("contacts.tasks.read_delivery")
    work_tasks()
    assert list(ContactMessage.objects.values_list("text", "contact__name")) == [("Bonjour", "Théo Morvan")]


def test_a_pro_is_notified_of_a_message(letterbox, work_tasks):
    arrive(letterbox, "Is it free?", who="Inès")
    queue_under("contacts.tasks.notify_message")
    work_tasks()
    assert [(m.to, m.subject) for m in mail.outbox] == [(["port@example.com"], "Inès wrote by E-mail")]


@pytest.fixture
def answer(telegram, user):
    """An answer whose job is queued under the former path."""
    contact = arrive(telegram).contact
    DBTaskResult.objects.all().delete()
    answer = write_message(contact, "Yes", channel="telegram", by=user)
    queue_under("contacts.tasks.send_message")
    return answer


def test_a_message_is_sent(peer, answer, work_tasks):
    work_tasks()
    answer.refresh_from_db()
    assert (answer.state, answer.error, len(peer.seen)) == ("sent", "", 1)


def test_a_message_in_a_queued_job_is_not_abandoned(answer):
    ContactMessage.objects.filter(pk=answer.pk).update(send_at=timezone.now() - 2 * ABANDONED_AFTER)
    fail_abandoned_messages()
    answer.refresh_from_db()
    assert answer.state == "scheduled"
    DBTaskResult.objects.all().delete()
    fail_abandoned_messages()
    answer.refresh_from_db()
    assert (answer.state, answer.error) == ("failed", "This message is no longer being sent.")
