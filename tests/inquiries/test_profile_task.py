"""An inquiry waiting for its profile: completed, failed for good, retried."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult

from config.jobs.worker import MAX_ATTEMPTS, current_worker_id, requeue_jobs
from contacts.models import Contact, ContactEvent
from inquiries.customers.profiles import fail_forgotten_profiles, retry_profile, save_profile
from inquiries.customers.userhub import fetch_profile
from inquiries.models import DirectoryUser, Inquiry, InquiryHistory
from inquiries.pipeline.moves import move_inquiry
from tests.factories import ContactFactory, InquiryTypeFactory
from tests.jobs import test_worker

from . import hub as hubs
from .hub import BUSINESS, JAN, PERSON
from .submitting import submit

hub = hubs.hub
start_worker = test_worker.start_worker


@pytest.fixture
def waiting(pro, inquiry_type, hub):
    """An inquiry that came in while UserHub failed."""
    hub.say({}, 503)
    return submit(pro, subject="Keuken", message="Graag een offerte.")


def row(inquiry):
    return Inquiry.objects.values().get(pk=inquiry.pk)


def jobs(name):
    return DBTaskResult.objects.filter(task_path__endswith=f".{name}")


def try_again():
    """Requeue failed jobs as the worker does, without the wait."""
    requeue_jobs(current_worker_id())
    DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())


def test_it_is_tried_again_until_userhub_answers(waiting, hub, work_tasks, mailoutbox):
    before = row(waiting)
    work_tasks()
    (job,) = jobs("complete_profile")
    assert (job.status, job.exception_class_path) == ("FAILED", "inquiries.customers.userhub.UserHubUnavailableError")
    assert row(waiting) == {**before, "notified_at": row(waiting)["notified_at"]}
    assert requeue_jobs(current_worker_id()) == 1
    job.refresh_from_db()
    assert (job.status, job.run_after - job.finished_at) == ("READY", timedelta(seconds=10))

    hub.say(JAN)
    try_again()
    work_tasks()
    after, contact = row(waiting), Contact.objects.get()
    assert after == {
        **before,
        "person": PERSON,
        "business": BUSINESS,
        "search_text": "jan de vries de vries bv jan.devries@example.com keuken graag een offerte. 31687654321",
        "contact_id": contact.pk,
        "profile_at": after["profile_at"],
        "acknowledged_at": after["acknowledged_at"],
        "notified_at": after["notified_at"],
        "updated_at": after["updated_at"],
    }
    assert None not in (after["profile_at"], after["acknowledged_at"], after["notified_at"])
    assert (contact.name, contact.source) == ("Jan de Vries", "inquiry")
    # It is no move, and nobody's answer.
    assert InquiryHistory.objects.count() == 1
    assert sorted(m.to[0] for m in mailoutbox) == ["jan.devries@example.com", "port@example.com"]


def test_a_job_that_runs_again_does_nothing(waiting, hub, work_tasks, mailoutbox):
    hub.say(JAN)
    work_tasks()
    before = row(waiting)
    hub.say({**JAN, "first_name": "Other"})
    DBTaskResult.objects.update(status="READY")
    work_tasks()
    assert (row(waiting), len(mailoutbox), Contact.objects.count(), ContactEvent.objects.count()) == (before, 2, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_complete_it_once(pro, hub, at_once):
    InquiryTypeFactory()
    hub.say({}, 503)
    inquiry = submit(pro, subject="Keuken", message="Ja.")
    hub.say(JAN)
    profile = fetch_profile(456)
    done = at_once(6, lambda _n: save_profile(Inquiry.objects.get(pk=inquiry.pk), profile))
    assert sorted(done) == [False] * 5 + [True]
    assert (Contact.objects.count(), jobs("mail_acknowledgment").count()) == (1, 1)


def test_a_contact_that_the_pro_linked_meanwhile_stays(waiting, pro, hub, work_tasks):
    own = ContactFactory(pro=pro)
    Inquiry.objects.update(contact=own)
    hub.say(JAN)
    work_tasks()
    assert (row(waiting)["contact_id"], row(waiting)["person"]) == (own.pk, PERSON)
    assert list(Contact.objects.all()) == [own]


@pytest.mark.parametrize(
    ("language", "problem"),
    [
        ("en", "UserHub knows no user of this id."),
        ("fr", "UserHub ne connaît aucun utilisateur avec cet identifiant."),
    ],
)
def test_a_user_whom_userhub_does_not_know_ends_it(waiting, hub, work_tasks, mailoutbox, language, problem):
    hub.say({}, 404)
    work_tasks()
    known = row(waiting)
    assert (known["profile_problem"], known["profile_at"]) == ("UserHub knows no user of this id.", None)
    waiting.refresh_from_db()
    with translation.override(language):
        assert waiting.translated_profile_problem == problem
    assert jobs("complete_profile").get().status == "SUCCESSFUL"
    assert (requeue_jobs(current_worker_id()), [m.to for m in mailoutbox]) == (0, [["port@example.com"]])


def test_a_final_failure_is_shown_on_the_inquiry_and_can_be_retried(waiting, hub, work_tasks):
    for _ in range(MAX_ATTEMPTS):
        assert row(waiting)["profile_problem"] == ""
        work_tasks()
        try_again()
    job = jobs("complete_profile").get()
    assert (job.status, len(job.worker_ids)) == ("FAILED", MAX_ATTEMPTS)
    assert row(waiting)["profile_problem"] == "UserHub has not answered for many hours."

    hub.say(JAN)
    assert retry_profile(waiting) is True
    assert row(waiting)["profile_problem"] == ""
    work_tasks()
    assert (row(waiting)["person"], row(waiting)["profile_problem"]) == (PERSON, "")
    assert retry_profile(waiting) is False
    assert jobs("complete_profile").count() == 2


def test_a_lasting_fault_of_ours_is_shown_too(waiting, hub, work_tasks, monkeypatch):
    hub.say(JAN)
    monkeypatch.setattr("inquiries.customers.profiles.copy_profile", None)
    for _ in range(MAX_ATTEMPTS):
        assert row(waiting)["profile_problem"] == ""
        work_tasks()
        try_again()
    job = jobs("complete_profile").get()
    assert (job.status, job.exception_class_path) == ("FAILED", "builtins.TypeError")
    assert (row(waiting)["profile_problem"], row(waiting)["profile_at"]) == (
        "The profile could not be taken over.",
        None,
    )


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
def test_an_inquiry_waiting_without_a_job_gets_a_problem(waiting, job, hours, is_forgotten):
    now = timezone.now()
    Inquiry.objects.update(created_at=now - timedelta(hours=hours))
    if job is None:
        jobs("complete_profile").delete()
    else:
        ended = now - timedelta(hours=job["finished_at"]) if "finished_at" in job else None
        jobs("complete_profile").update(**{**job, "finished_at": ended})
    fail_forgotten_profiles()
    problem = "UserHub is not asked for the profile any more." if is_forgotten else ""
    assert row(waiting)["profile_problem"] == problem
    assert retry_profile(waiting) is True
    fail_forgotten_profiles()
    assert row(waiting)["profile_problem"] == ""


def test_a_user_who_is_known_by_now(waiting, hub, work_tasks):
    hub.say({}, 404)
    work_tasks()
    hub.say(JAN)
    retry_profile(waiting)
    work_tasks()
    assert (row(waiting)["person"], row(waiting)["profile_problem"]) == (PERSON, "")


def test_from_the_directory_too(waiting, settings, work_tasks):
    """UserHub may be taken out of the configuration while something waits for it."""
    settings.USERHUB_URL = ""
    DirectoryUser.objects.create(userhub_id=456, first_name="Jan", email="jan@example.org")
    work_tasks()
    assert row(waiting)["person"]["email"] == "jan@example.org"


def test_an_inquiry_that_moved_on_meanwhile_keeps_its_step(waiting, user, hub, work_tasks):
    move_inquiry(waiting, to="in_review", by=user)
    hub.say(JAN)
    work_tasks()
    inquiry = Inquiry.objects.get()
    assert (inquiry.pipeline_status, inquiry.status, inquiry.person) == ("in_review", "in_progress", PERSON)


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_while_it_asks_is_followed_by_another(pro, hub, start_worker, monkeypatch):
    InquiryTypeFactory()
    hub.say({}, 503)
    inquiry = submit(pro, subject="Keuken", message="Ja.")
    hub.asked.clear()
    hub.wait.clear()
    for name in ("USERHUB_URL", "USERHUB_TOKEN"):
        monkeypatch.setenv(name, getattr(hub.settings, name))
    monkeypatch.setenv("USERHUB_TIMEOUT", "30")
    first = start_worker()
    assert hub.asked.wait(30)
    first.kill()
    first.wait()
    assert (jobs("complete_profile").get().status, row(inquiry)["profile_at"]) == ("RUNNING", None)

    hub.say(JAN)
    hub.wait.set()
    start_worker()
    test_worker.wait_until(lambda: DBTaskResult.objects.successful().count() == 3)
    after = row(inquiry)
    assert (after["person"], after["contact_id"]) == (PERSON, Contact.objects.get().pk)
    assert None not in (after["profile_at"], after["acknowledged_at"], after["notified_at"])
    assert len(jobs("complete_profile").get().worker_ids) == 2


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_behind_the_task_while_userhub_is_slow(pro, hub, settings, work_tasks):
    InquiryTypeFactory()
    hub.say({}, 503)
    inquiry = submit(pro, subject="Keuken", message="Ja.")
    hub.say(JAN)
    hub.asked.clear()
    hub.wait.clear()
    settings.USERHUB_TIMEOUT = 20
    moved = []

    def move():
        from django.db import connection

        try:
            assert hub.asked.wait(10)
            move_inquiry(Inquiry.objects.get(pk=inquiry.pk), to="in_review", by=None)
            moved.append(hub.wait.is_set())
        finally:
            hub.wait.set()
            connection.close()

    thread = threading.Thread(target=move)
    thread.start()
    work_tasks()
    thread.join(20)
    inquiry.refresh_from_db()
    assert (moved, inquiry.pipeline_status, inquiry.person) == ([False], "in_review", PERSON)
