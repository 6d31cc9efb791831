"""The job that sends a message: retries, failures, workers that are killed."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.jobs.worker import MAX_ATTEMPTS, current_worker_id, requeue_jobs
from contacts.conversations.sending import ARCHIVED, fail_abandoned_messages, resend_message, send_message
from contacts.conversations.writing import write_message
from contacts.models import ChannelConnection, Contact, ContactMessage
from tests.jobs import test_worker

from ..channels.peer import fault
from ..messaging import send_jobs, state

start_worker = test_worker.start_worker


@pytest.fixture
def ana(received):
    """A contact who wrote by WhatsApp."""
    return received("whatsapp").contact


@pytest.fixture
def answer(ana, user):
    """An answer whose job waits."""
    return write_message(ana, "Yes", channel="whatsapp", by=user)


def row(message):
    return ContactMessage.objects.values().get(pk=message.pk)


def test_two_jobs_of_a_message_send_it_once(peer, answer, work_tasks):
    send_message.enqueue(str(answer.pk))
    work_tasks()
    DBTaskResult.objects.update(status="READY")
    work_tasks()
    assert (send_jobs(), len(peer.seen), state(answer)) == (["SUCCESSFUL"] * 2, 1, ("sent", "", "wamid.1"))


def test_deleted_message_is_not_sent(peer, answer, work_tasks):
    answer.delete()
    work_tasks()
    assert (send_jobs(), peer.seen) == (["SUCCESSFUL"], [])


@pytest.mark.parametrize("undo_seconds", [0, 10])
def test_message_to_a_contact_who_is_archived_first_fails_and_leaves_once_they_are_restored(
    peer, ana, user, work_tasks, undo_seconds
):
    user.undo_seconds = undo_seconds
    answer = write_message(ana, "Yes", channel="whatsapp", by=user)
    ana.archive(by=user)
    DBTaskResult.objects.update(run_after=timezone.now())
    work_tasks()
    assert peer.seen == []
    assert state(answer) == ("failed", ARCHIVED, "")
    answer.refresh_from_db()
    with pytest.raises(Contact.DoesNotExist):
        resend_message(answer)
    ana.restore(by=user)
    assert [item.outcome for item in ana.waiting_items.all()] == [""]
    assert resend_message(answer)
    work_tasks()
    assert (len(peer.seen), state(answer)) == (1, ("sent", "", "wamid.1"))
    assert [item.outcome for item in ana.waiting_items.all()] == ["answered"]


def test_repeated_id_of_the_provider_sends_nothing_twice(peer, answer, ana, user, work_tasks):
    second = write_message(ana, "And bring the key", channel="whatsapp", by=user)
    peer.answer_with(200, {"messages": [{"id": "wamid.same"}]})
    work_tasks()
    assert sorted([state(answer), state(second)]) == [("sent", "", ""), ("sent", "", "wamid.same")]
    assert len(peer.seen) == 2


def test_temporary_failure_is_stored_and_retried(peer, answer, work_tasks):
    peer.answer_with(503, b"")
    work_tasks()
    assert state(answer) == ("sending", "The provider answered 503.", "")
    job = DBTaskResult.objects.get(task_path="contacts.conversations.sending.send_message")
    assert (job.status, job.exception_class_path) == ("FAILED", "contacts.channels.message.SendFailedError")
    assert requeue_jobs(current_worker_id()) == 1
    job.refresh_from_db()
    assert (job.status, job.run_after - job.finished_at) == ("READY", timedelta(seconds=10))

    peer.recover()
    DBTaskResult.objects.update(run_after=timezone.now())
    work_tasks()
    assert state(answer) == ("sent", "", "wamid.1")


def test_message_fails_after_the_last_attempt_until_it_is_resent(peer, answer, work_tasks, retry_failed_jobs):
    peer.answer_with(503, b"")
    for attempt in range(MAX_ATTEMPTS):
        assert row(answer)["state"] == ("sending" if attempt else "scheduled")
        work_tasks()
        retry_failed_jobs()
    assert (state(answer), send_jobs()) == (("failed", "The provider answered 503.", ""), ["FAILED"])

    peer.recover()
    assert (resend_message(answer), state(answer)) == (True, ("sending", "", ""))
    assert resend_message(answer) is False
    work_tasks()
    assert (state(answer), send_jobs()) == (("sent", "", "wamid.1"), ["FAILED", "SUCCESSFUL"])
    assert resend_message(answer) is False
    assert (send_jobs(), len(peer.seen)) == (["FAILED", "SUCCESSFUL"], MAX_ATTEMPTS + 1)


def test_final_failure_is_not_retried(peer, answer, work_tasks, retry_failed_jobs):
    peer.answer_with(400, fault(131047, "Re-engagement message"))
    work_tasks()
    retry_failed_jobs()
    work_tasks()
    assert (state(answer)[0], len(peer.seen)) == ("failed", 1)

    peer.recover()
    assert resend_message(answer) is True
    work_tasks()
    assert state(answer) == ("sent", "", "wamid.1")


def test_unexpected_exception_is_stored_by_name_and_retried(peer, answer, work_tasks, retry_failed_jobs, monkeypatch):
    monkeypatch.setattr("contacts.channels.whatsapp.call", None)
    work_tasks()
    assert state(answer) == ("sending", "TypeError", "")
    for _ in range(MAX_ATTEMPTS):
        work_tasks()
        retry_failed_jobs()
    assert (state(answer), send_jobs()) == (("failed", "TypeError", ""), ["FAILED"])


def test_error_is_stored_in_one_language(peer, answer, pro, work_tasks):
    pro.language = "fr"
    pro.save()
    peer.answer_with(503, b"")
    work_tasks()
    assert state(answer)[1] == "The provider answered 503."


def test_long_error_is_truncated(peer, answer, work_tasks):
    peer.answer_with(400, fault(100, "x" * 9000))
    work_tasks()
    assert state(answer) == ("failed", "x" * 250 + " (100)", "")


@pytest.mark.parametrize("end", ["disconnect", "delete", "switch off"])
def test_message_of_an_ended_connection_fails(peer, answer, work_tasks, end):
    connection = ChannelConnection.objects.get()
    if end == "disconnect":
        connection.disconnect()
    elif end == "delete":
        connection.delete()
    else:
        ChannelConnection.objects.update(is_active=False)
    work_tasks()
    assert (state(answer), send_jobs()) == (
        ("failed", "This channel is no longer connected.", ""),
        ["SUCCESSFUL"],
    )
    assert peer.seen == []


def test_message_can_be_resent_after_reconnecting(peer, answer, connect_channel, work_tasks):
    ChannelConnection.objects.get().disconnect()
    work_tasks()
    connect_channel("whatsapp", is_active=True)
    assert resend_message(answer) is True
    work_tasks()
    assert state(answer) == ("sent", "", "wamid.1")


def test_nothing_is_resent_to_an_archived_contact(answer, ana, user, peer, work_tasks):
    peer.answer_with(400, fault(100, "no"))
    work_tasks()
    ana.archive(by=user)
    with pytest.raises(Contact.DoesNotExist):
        resend_message(answer)
    assert state(answer)[0] == "failed"


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_killed_worker_is_followed_by_another(peer, answer, start_worker, monkeypatch):
    for name in ("WHATSAPP_API_URL", "TELEGRAM_API_URL"):
        monkeypatch.setenv(name, getattr(peer.settings, name))
    monkeypatch.setenv("CHANNEL_TIMEOUT", "30")
    # Another job, the mail that tells of Ana's message, is of no interest here.
    DBTaskResult.objects.exclude(task_path="contacts.conversations.sending.send_message").delete()
    peer.may_answer.clear()
    first = start_worker()
    assert peer.asked.wait(30)
    first.kill()
    first.wait()
    assert (send_jobs(), state(answer)) == (["RUNNING"], ("sending", "", ""))

    peer.recover()
    start_worker()
    test_worker.wait_until(lambda: send_jobs() == ["SUCCESSFUL"])
    # The provider may have taken it the first time: this is the one moment in which it goes out twice.
    assert [body["text"]["body"] for body in peer.bodies("messages")] == ["Yes", "Yes"]
    assert state(answer)[:2] == ("sent", "")


@pytest.mark.django_db(transaction=True)
def test_job_of_a_worker_killed_before_sending_sends_once(peer, answer, work_tasks):
    left = {"status": "RUNNING", "worker_ids": [current_worker_id()], "started_at": timezone.now()}
    DBTaskResult.objects.filter(task_path="contacts.conversations.sending.send_message").update(**left)
    assert requeue_jobs(current_worker_id()) == 1
    work_tasks()
    assert (send_jobs(), state(answer), len(peer.seen)) == (["SUCCESSFUL"], ("sent", "", "wamid.1"), 1)


@pytest.mark.parametrize(
    ("job", "hours", "is_abandoned"),
    [
        (None, 25, True),
        (None, 23, False),
        ({"status": "READY"}, 25, False),
        ({"status": "RUNNING"}, 25, False),
        ({"status": "FAILED", "worker_ids": ["x"], "finished_at": 1}, 25, False),
        ({"status": "FAILED", "worker_ids": ["x"], "finished_at": 8 * 24}, 25, True),
        ({"status": "FAILED", "worker_ids": ["x"] * MAX_ATTEMPTS, "finished_at": 1}, 25, True),
        ({"status": "SUCCESSFUL", "finished_at": 1}, 25, True),
    ],
)
def test_message_without_a_live_job_is_failed(answer, pro, job, hours, is_abandoned):
    now = timezone.now()
    pro.language = "nl"
    pro.save()
    due = now - timedelta(hours=hours)
    ContactMessage.objects.filter(pk=answer.pk).update(created_at=due, send_at=due)
    rows = DBTaskResult.objects.filter(task_path="contacts.conversations.sending.send_message")
    if job is None:
        rows.delete()
    else:
        ended = now - timedelta(hours=job["finished_at"]) if "finished_at" in job else None
        rows.update(**{**job, "finished_at": ended})
    fail_abandoned_messages()
    # Worded for the reader when it is shown.
    error = "This message is no longer being sent."
    assert state(answer) == (("failed", error, "") if is_abandoned else ("scheduled", "", ""))
    assert resend_message(answer) is is_abandoned
    fail_abandoned_messages()
    assert state(answer) == ("sending" if is_abandoned else "scheduled", "", "")


def test_a_message_for_later_is_not_abandoned_before_its_time(ana, user):
    later = write_message(ana, "See you", channel="whatsapp", by=user, send_at=timezone.now() + timedelta(hours=20))
    ContactMessage.objects.filter(pk=later.pk).update(created_at=timezone.now() - timedelta(days=9))
    DBTaskResult.objects.all().delete()
    fail_abandoned_messages()
    assert state(later) == ("scheduled", "", "")


@pytest.mark.parametrize("other", ["received", "sent", "delivered", "read", "failed"])
def test_messages_in_other_states_are_not_failed(answer, other):
    old = timezone.now() - timedelta(days=9)
    ContactMessage.objects.update(created_at=old, state=other, error="why")
    DBTaskResult.objects.all().delete()
    fail_abandoned_messages()
    assert state(answer) == (other, "why", "")


def test_failure_does_not_change_a_sent_message(answer):
    ContactMessage.objects.filter(pk=answer.pk).update(state="sent")
    answer.note_failure("too late")
    assert state(answer) == ("sent", "", "")
