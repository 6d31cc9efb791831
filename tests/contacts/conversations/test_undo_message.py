"""An answer leaves after the author's seconds, or is undone: never both, never neither."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.files.storage import store_kept_file
from config.jobs.worker import ResilientWorker, current_worker_id, requeue_jobs
from contacts.conversations.drafts import save_draft
from contacts.conversations.sending import fail_message, resend_message, send_message
from contacts.conversations.writing import TooLateError, undo_message, write_message
from contacts.models import Contact, ContactMessage, Draft, MessageFile, WaitingItem

from ..messaging import send_jobs, state


@pytest.fixture
def ana(received, user):
    """A contact who wrote by e-mail, answered by somebody with ten seconds to undo."""
    user.undo_seconds = 10
    user.save()
    contact = received("email").contact
    # Another job, the mail that tells of Ana's message, is of no interest here.
    DBTaskResult.objects.all().delete()
    return contact


@pytest.fixture
def waiting(ana):
    """Two things of Ana's that wait."""
    for number in (1, 2):
        WaitingItem.objects.add(
            ana.pro, "message", f"m{number}", contact=ana, since=timezone.now(), channel="email", words="?"
        )
    return WaitingItem.objects.filter(contact=ana, key__in=["m1", "m2"]).order_by("key")


def ends(items):
    return list(items.values_list("key", "outcome", "answer", "ended_by"))


def let_seconds_pass():
    """As if the time to undo were over."""
    DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())


def test_an_answer_waits_for_its_seconds(ana, user, mail_server, work_tasks):
    before = timezone.now()
    message = write_message(ana, "Yes", channel="email", by=user)
    job = DBTaskResult.objects.get(task_path=send_message.module_path)
    assert (job.pk, job.run_after) == (message.job_id, message.send_at)
    assert timedelta(seconds=10) <= message.send_at - before < timedelta(seconds=40)
    work_tasks()
    assert (state(message)[0], len(mail_server.messages)) == ("scheduled", 0)
    let_seconds_pass()
    work_tasks()
    assert (state(message)[0], len(mail_server.messages)) == ("sent", 1)


def test_an_answer_leaves_at_a_chosen_time(ana, user):
    at = timezone.now() + timedelta(days=3)
    message = write_message(ana, "Yes", channel="email", by=user, send_at=at)
    assert (message.send_at, DBTaskResult.objects.get(pk=message.job_id).run_after) == (at, at)


@pytest.mark.parametrize("days", [-1, 400])
def test_a_time_in_the_past_or_far_away_is_refused(ana, user, days):
    with pytest.raises(ValidationError) as caught:
        write_message(ana, "Yes", channel="email", by=user, send_at=timezone.now() + timedelta(days=days))
    assert caught.value.message_dict == {"send_at": ["Choose a time within the next year."]}


def test_whatsapp_takes_no_free_text_after_its_window(received, user):
    contact = received("whatsapp").contact
    with pytest.raises(ValidationError) as caught:
        write_message(contact, "Yes", channel="whatsapp", by=user, send_at=timezone.now() + timedelta(hours=25))
    assert list(caught.value.message_dict) == ["channel"]


def test_an_answer_ends_what_waits(ana, user, waiting):
    message = write_message(ana, "Yes", channel="email", by=user)
    assert ends(waiting) == [("m1", "answered", message.pk, user.pk), ("m2", "answered", message.pk, user.pk)]


def test_an_answer_ends_what_was_ticked(ana, user, waiting):
    message = write_message(ana, "Yes", channel="email", by=user, settles=[waiting[1].pk])
    assert ends(waiting) == [("m1", "", None, None), ("m2", "answered", message.pk, user.pk)]


def test_nothing_of_another_contact_is_ended(ana, user, waiting, contact):
    other = contact(name="Ben")
    item = WaitingItem.objects.add(ana.pro, "message", "b", contact=other, since=timezone.now(), channel="email")
    write_message(ana, "Yes", channel="email", by=user, settles=[item.pk])
    assert ends(WaitingItem.objects.filter(pk=item.pk)) == [("b", "", None, None)]


def test_undo_gives_the_words_back(ana, user, waiting, mail_server, work_tasks):
    message = write_message(ana, "Yes,\ncome.", channel="email", by=user, cc="ben@example.org")
    draft = undo_message(message, by=user)
    assert not ContactMessage.objects.filter(pk=message.pk).exists()
    [row] = Draft.objects.values("user", "contact", "kind", "topic", "channel", "text", "cc")
    assert row == {
        "user": user.pk,
        "contact": ana.pk,
        "kind": "message",
        "topic": "",
        "channel": "email",
        "text": "Yes,\ncome.",
        "cc": "ben@example.org",
    }
    assert draft.pk == Draft.objects.get().pk
    assert ends(waiting) == [("m1", "", None, None), ("m2", "", None, None)]
    assert send_jobs() == []
    let_seconds_pass()
    work_tasks()
    assert mail_server.messages == []
    with pytest.raises(ContactMessage.DoesNotExist):
        undo_message(message, by=user)


def test_what_was_typed_since_stays_below(ana, user):
    message = write_message(ana, "Yes", channel="email", by=user)
    save_draft(ana, user, "And the key?")
    assert undo_message(message, by=user).text == "Yes\n\nAnd the key?"


def test_files_go_along_both_ways(ana, user, mail_server, work_tasks):
    with store_kept_file(b"%PDF-1.4 plan", "plan.pdf") as file:
        save_draft(ana, user, "See", files=[file])
    message = write_message(ana, "See", channel="email", by=user)
    assert (list(message.files.values_list("filename", flat=True)), Draft.objects.count()) == (["plan.pdf"], 0)
    draft = undo_message(message, by=user)
    [file] = draft.files.all()
    assert (file.filename, file.open().read(), MessageFile.objects.count()) == ("plan.pdf", b"%PDF-1.4 plan", 0)
    write_message(ana, "See", channel="email", by=user)
    let_seconds_pass()
    work_tasks()
    [mail] = mail_server.messages
    [part] = mail.iter_attachments()
    assert (part.get_filename(), part.get_content()) == ("plan.pdf", b"%PDF-1.4 plan")


def test_the_contact_may_be_archived_meanwhile(ana, user):
    message = write_message(ana, "Yes", channel="email", by=user)
    Contact.objects.get(pk=ana.pk).archive(by=user)
    assert undo_message(message, by=user).text == "Yes"


@pytest.mark.parametrize("other", ["sending", "sent", "failed", "delivered"])
def test_what_has_left_cannot_be_undone(ana, user, other):
    message = write_message(ana, "Yes", channel="email", by=user)
    ContactMessage.objects.filter(pk=message.pk).update(state=other)
    with pytest.raises(TooLateError):
        undo_message(message, by=user)
    assert (state(message)[0], Draft.objects.count()) == (other, 0)


def test_a_final_failure_lets_them_wait_again(ana, user, waiting):
    message = write_message(ana, "Yes", channel="email", by=user, settles=[waiting[0].pk])
    fail_message(message, "No such person")
    assert ends(waiting) == [("m1", "", message.pk, None), ("m2", "", None, None)]
    assert resend_message(message) is True
    assert ends(waiting) == [("m1", "answered", message.pk, user.pk), ("m2", "", None, None)]


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_claim_and_sending_is_followed_by_another(ana, user, mail_server, work_tasks):
    message = write_message(ana, "Yes", channel="email", by=user)
    ContactMessage.objects.filter(pk=message.pk).update(state="sending")
    left = {"status": "RUNNING", "worker_ids": [current_worker_id()], "started_at": timezone.now()}
    DBTaskResult.objects.filter(pk=message.job_id).update(**left)
    assert requeue_jobs(current_worker_id()) == 1
    work_tasks()
    assert (state(message)[0], len(mail_server.messages)) == ("sent", 1)


ROUNDS = {"postgresql": 200, "sqlite": 40}


def run_worker():
    """Work the queue once, as the command does."""
    ResilientWorker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=current_worker_id(),
        excluded_queue_names=[],
    ).run_batch()


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_sent_or_undone_never_both_never_neither(ana, user, mail_server, at_once):
    """In every other round the undoing begins when the worker has taken the job."""
    user.undo_seconds = 0
    outcomes = []
    for number in range(ROUNDS[connection.vendor]):
        message = write_message(ana, f"Yes {number}", channel="email", by=user)
        before = len(mail_server.messages)

        def work(thread, message=message, waits=number % 2 == 1):
            if thread == 0:
                return run_worker()
            jobs = DBTaskResult.objects.filter(pk=message.job_id, status="READY")
            while waits and jobs.exists():
                pass
            try:
                undo_message(ContactMessage.objects.get(pk=message.pk), by=user)
            except TooLateError:
                return "too late"
            return "undone"

        outcome = at_once(2, work)[1]
        stored = list(ContactMessage.objects.filter(pk=message.pk).values_list("state", flat=True))
        drafts = list(Draft.objects.values_list("text", flat=True))
        sent = [mail.get_body(["plain"]).get_content().splitlines()[0] for mail in mail_server.messages[before:]]
        if outcome == "undone":
            assert (stored, sent, drafts) == ([], [], [f"Yes {number}"])
        else:
            assert (stored, sent, drafts) == (["sent"], [f"Yes {number}"], [])
        assert not DBTaskResult.objects.filter(status__in=["READY", "RUNNING", "FAILED"]).exists()
        Draft.objects.all().delete()
        outcomes.append(outcome)
    print({outcome: outcomes.count(outcome) for outcome in set(outcomes)})  # noqa: T201 - shown by -rP
