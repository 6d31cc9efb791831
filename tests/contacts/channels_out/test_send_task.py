"""What goes out: a job with retry, a state that shows, one message however often it is sent."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult

from config.jobs.worker import MAX_ATTEMPTS, current_worker_id, requeue_jobs
from contacts.conversations.sending import fail_abandoned_messages, resend_message, send_message, write_message
from contacts.models import ChannelConnection, Contact, ContactMessage
from tests.jobs import test_worker

from .conftest import jobs, state
from .peer import fault

start_worker = test_worker.start_worker


@pytest.fixture
def ana(received):
    """Who wrote by WhatsApp."""
    return received("whatsapp").contact


@pytest.fixture
def answer(ana, user):
    """An answer that is on its way."""
    return write_message(ana, "Yes", channel="whatsapp", by=user)


def row(message):
    return ContactMessage.objects.values().get(pk=message.pk)


# --- One message


def test_writing_keeps_the_message_and_its_job_together(peer, ana, user, work_tasks):
    before = timezone.now()
    message = write_message(ana, " Yes\r\nfine ", channel="whatsapp", by=user)
    kept = row(message)
    assert kept == {
        "id": message.pk,
        "pro_id": ana.pro_id,
        "contact_id": ana.pk,
        "connection_id": ChannelConnection.objects.get().pk,
        "channel": "whatsapp",
        "external_id": "",
        "address": "31612345678",
        "subject": "",
        "text": "Yes\nfine",
        "quoted": "",
        "media": [],
        "references": [],
        "refused": [],
        "former": [],
        "is_automatic": False,
        "state": "sending",
        "error": "",
        "author_id": user.pk,
        "created_at": kept["created_at"],
        "edited_at": None,
        "read_at": None,
        "notified_at": None,
        "sent_at": None,
        "search_text": "\nyes fine",
    }
    assert jobs() == ["READY"]
    work_tasks()
    sent = row(message)
    assert sent == {**kept, "state": "sent", "external_id": "wamid.1", "sent_at": sent["sent_at"]}
    assert before <= kept["created_at"] <= sent["sent_at"]


def test_answering_is_reading(ana, user):
    ana.refresh_from_db()
    assert ana.unread_count == 1
    message = write_message(ana, "Yes", channel="whatsapp", by=user)
    found = Contact.objects.get()
    assert (found.unread_count, found.last_message_at) == (0, message.created_at)


def test_one_form_that_is_sent_twice_is_one_message(peer, ana, user, work_tasks):
    id = uuid.uuid4()
    first, second = (write_message(ana, "Yes", channel="whatsapp", by=user, id=id) for _ in "12")
    work_tasks()
    third = write_message(ana, "Yes", channel="whatsapp", by=user, id=id)
    work_tasks()
    assert first == second == third
    assert (jobs(), len(peer.seen)) == (["SUCCESSFUL"], 1)


def test_one_form_with_other_words_is_another_message(peer, ana, user, work_tasks):
    id = uuid.uuid4()
    for words in ("Yes", "No"):
        write_message(ana, words, channel="whatsapp", by=user, id=id)
    work_tasks()
    assert [body["text"]["body"] for body in peer.bodies("messages")] == ["Yes", "No"]


@pytest.mark.django_db(transaction=True)
def test_one_form_that_is_sent_six_times_at_once_is_one_message(peer, ana, user, work_tasks, at_once):
    id = uuid.uuid4()
    made = at_once(
        6, lambda _n: write_message(Contact.objects.get(pk=ana.pk), "Yes", channel="whatsapp", by=user, id=id).pk
    )
    work_tasks()
    assert (len(set(made)), jobs(), len(peer.seen)) == (1, ["SUCCESSFUL"], 1)


def test_two_jobs_of_one_message_send_it_once(peer, answer, work_tasks):
    send_message.enqueue(str(answer.pk))
    work_tasks()
    DBTaskResult.objects.update(status="READY")
    work_tasks()
    assert (jobs(), len(peer.seen), state(answer)) == (["SUCCESSFUL"] * 2, 1, ("sent", "", "wamid.1"))


def test_a_message_that_is_gone_is_sent_to_nobody(peer, answer, work_tasks):
    answer.delete()
    work_tasks()
    assert (jobs(), peer.seen) == (["SUCCESSFUL"], [])


def test_an_id_that_the_provider_gives_twice_sends_nothing_twice(peer, answer, ana, user, work_tasks):
    second = write_message(ana, "And bring the key", channel="whatsapp", by=user)
    peer.say(200, {"messages": [{"id": "wamid.same"}]})
    work_tasks()
    assert sorted([state(answer), state(second)]) == [("sent", "", ""), ("sent", "", "wamid.same")]
    assert len(peer.seen) == 2


# --- What fails


def test_a_failure_that_passes_is_kept_and_tried_again_by_the_sweep(peer, answer, work_tasks):
    peer.say(503, b"")
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


def test_after_the_last_attempt_it_has_failed_and_is_sent_again_when_asked(peer, answer, work_tasks, try_again):
    peer.say(503, b"")
    for _ in range(MAX_ATTEMPTS):
        assert row(answer)["state"] == "sending"
        work_tasks()
        try_again()
    assert (state(answer), jobs()) == (("failed", "The provider answered 503.", ""), ["FAILED"])

    peer.recover()
    assert (resend_message(answer), state(answer)) == (True, ("sending", "", ""))
    assert resend_message(answer) is False
    work_tasks()
    assert (state(answer), jobs()) == (("sent", "", "wamid.1"), ["FAILED", "SUCCESSFUL"])
    assert resend_message(answer) is False
    assert (jobs(), len(peer.seen)) == (["FAILED", "SUCCESSFUL"], MAX_ATTEMPTS + 1)


def test_what_has_finally_failed_is_not_tried_again_by_itself(peer, answer, work_tasks, try_again):
    peer.say(400, fault(131047, "Re-engagement message"))
    work_tasks()
    try_again()
    work_tasks()
    assert (state(answer)[0], len(peer.seen)) == ("failed", 1)

    peer.recover()
    assert resend_message(answer) is True
    work_tasks()
    assert state(answer) == ("sent", "", "wamid.1")


def test_what_fails_by_itself_says_so_too(peer, answer, work_tasks, try_again, monkeypatch):
    monkeypatch.setattr("contacts.channels.whatsapp.call", None)
    work_tasks()
    assert state(answer) == ("sending", "TypeError", "")
    for _ in range(MAX_ATTEMPTS):
        work_tasks()
        try_again()
    assert (state(answer), jobs()) == (("failed", "TypeError", ""), ["FAILED"])


def test_a_reason_is_in_the_pros_language(peer, answer, pro, work_tasks):
    pro.language = "fr"
    pro.save()
    peer.say(503, b"")
    work_tasks()
    assert state(answer)[1] == "Le fournisseur a répondu 503."


def test_a_long_reason_is_cut(peer, answer, work_tasks):
    peer.say(400, fault(100, "x" * 9000))
    work_tasks()
    found, reason, _id = state(answer)
    assert (found, reason) == ("failed", "x" * 250 + " (100)")


# --- A channel that is not connected


@pytest.mark.parametrize("end", ["disconnect", "delete", "switch off"])
def test_by_a_channel_that_is_not_connected_any_more_nothing_goes_out(peer, answer, work_tasks, end):
    connection = ChannelConnection.objects.get()
    if end == "disconnect":
        connection.disconnect()
    elif end == "delete":
        connection.delete()
    else:
        ChannelConnection.objects.update(is_active=False)
    work_tasks()
    assert (state(answer), jobs()) == (
        ("failed", "This channel is no longer connected.", ""),
        ["SUCCESSFUL"],
    )
    assert peer.seen == []


def test_when_it_is_connected_again_the_message_can_be_sent(peer, answer, connect, work_tasks):
    ChannelConnection.objects.get().disconnect()
    work_tasks()
    connect("whatsapp", is_active=True)
    assert resend_message(answer) is True
    work_tasks()
    assert state(answer) == ("sent", "", "wamid.1")


def test_to_an_archived_contact_nothing_is_sent_again(answer, ana, user, peer, work_tasks):
    peer.say(400, fault(100, "no"))
    work_tasks()
    ana.archive(by=user)
    with pytest.raises(Contact.DoesNotExist):
        resend_message(answer)
    assert state(answer)[0] == "failed"


# --- Workers that are killed


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_while_it_sends_is_followed_by_another(peer, answer, start_worker, monkeypatch):
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
    assert (jobs(), state(answer)) == (["RUNNING"], ("sending", "", ""))

    peer.recover()
    start_worker()
    test_worker.wait_until(lambda: jobs() == ["SUCCESSFUL"])
    # The provider may have taken it the first time: this is the one moment in which it goes out twice.
    assert [body["text"]["body"] for body in peer.bodies("messages")] == ["Yes", "Yes"]
    assert state(answer)[:2] == ("sent", "")


@pytest.mark.django_db(transaction=True)
def test_a_job_of_a_worker_that_was_killed_before_it_sent_sends_once(peer, answer, work_tasks):
    left = {"status": "RUNNING", "worker_ids": [current_worker_id()], "started_at": timezone.now()}
    DBTaskResult.objects.filter(task_path="contacts.conversations.sending.send_message").update(**left)
    assert requeue_jobs(current_worker_id()) == 1
    work_tasks()
    assert (jobs(), state(answer), len(peer.seen)) == (["SUCCESSFUL"], ("sent", "", "wamid.1"), 1)


# --- What is forgotten


@pytest.mark.parametrize(
    ("job", "hours", "is_forgotten"),
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
def test_what_no_job_sends_any_more_has_failed(answer, pro, job, hours, is_forgotten):
    now = timezone.now()
    pro.language = "nl"
    pro.save()
    ContactMessage.objects.filter(pk=answer.pk).update(created_at=now - timedelta(hours=hours))
    rows = DBTaskResult.objects.filter(task_path="contacts.conversations.sending.send_message")
    if job is None:
        rows.delete()
    else:
        ended = now - timedelta(hours=job["finished_at"]) if "finished_at" in job else None
        rows.update(**{**job, "finished_at": ended})
    fail_abandoned_messages()
    with translation.override("nl"):
        words = translation.gettext("This message is no longer being sent.")
    assert state(answer) == (("failed", words, "") if is_forgotten else ("sending", "", ""))
    assert resend_message(answer) is is_forgotten
    fail_abandoned_messages()
    assert state(answer) == ("sending", "", "")


@pytest.mark.parametrize("stands", ["received", "sent", "delivered", "read", "failed"])
def test_what_is_not_on_its_way_is_not_forgotten(answer, stands):
    old = timezone.now() - timedelta(days=9)
    ContactMessage.objects.update(created_at=old, state=stands, error="why")
    DBTaskResult.objects.all().delete()
    fail_abandoned_messages()
    assert state(answer) == (stands, "why", "")


def test_what_has_gone_out_meanwhile_has_not_failed(answer):
    ContactMessage.objects.filter(pk=answer.pk).update(state="sent")
    answer.note_failure("too late", is_last=True)
    assert state(answer) == ("sent", "", "")
