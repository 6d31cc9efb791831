"""Sharing the history with a status package: nothing lost or doubled, in order, without blocking anybody."""

import sys
import time
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.jobs.worker import MAX_ATTEMPTS, run_housekeeping
from inquiries.history import package, sharing
from inquiries.history.reading import read_history
from inquiries.history.sharing import catch_up, share_entries
from inquiries.models import UnsharedHistory
from inquiries.pipeline.moves import move_inquiry

from ..factories import InquiryFactory
from ..shared_status import Away
from ..shared_status import package as shared
from . import status_sharing
from .status_sharing import again, assert_shared, foreign, let_go, own, wait_until

status_package = status_sharing.status_package
hasty = status_sharing.hasty

pytestmark = pytest.mark.django_db


# --- Handing over


def test_every_move_is_shared_after_it(inquiry, work_tasks, user):
    move_inquiry(inquiry, to="in_review", by=user, changed_by=789, note="Reading")
    assert (shared.kept(), UnsharedHistory.objects.count()) == ([], 2)
    work_tasks()
    assert_shared(inquiry)
    assert shared.kept()[1] == {
        "uid": own(inquiry)[1].uid,
        "inquiry_id": inquiry.pk,
        "from_status": "submitted",
        "from_label": "Submitted",
        "to_status": "in_review",
        "to_label": "In Review",
        "changed_by": 789,
        "by_user_id": user.pk,
        "by_token_id": None,
        "by_name": "Olive Owner",
        "note": "Reading",
        "created_at": own(inquiry)[1].created_at,
    }
    assert shared.calls() == ["record", "record"]


def test_without_a_package_nothing_waits_and_nothing_is_enqueued(settings, inquiry, work_tasks):
    settings.STATUS_HISTORY_BACKEND = ""
    before = DBTaskResult.objects.count()
    move_inquiry(inquiry, to="in_review", by=None)
    assert (UnsharedHistory.objects.count(), DBTaskResult.objects.count()) == (1, before)
    # What waited when the setting was taken away goes on waiting.
    work_tasks()
    assert (catch_up(), share_entries(inquiry.pk), UnsharedHistory.objects.count()) == (0, 0, 1)
    assert shared.calls() == []


def test_a_move_that_is_rolled_back_leaves_nothing(inquiry, work_tasks):
    work_tasks()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        move_inquiry(inquiry, to="in_review", by=None)
        raise ZeroDivisionError
    work_tasks()
    assert catch_up() == 0
    assert [row["to_status"] for row in shared.kept()] == ["submitted"]
    assert UnsharedHistory.objects.count() == 0


@pytest.mark.parametrize("path", ["tests.shared_status", "tests.shared_status.package", "tests.shared_status.Package"])
def test_it_may_be_a_module_an_object_or_a_class(settings, inquiry, work_tasks, path):
    settings.STATUS_HISTORY_BACKEND = path
    work_tasks()
    assert_shared(inquiry)
    assert package.configured_package() is package.configured_package()


# --- Failing and coming back


def test_a_mail_error_is_saved_and_the_worker_retries(inquiry, work_tasks):
    shared.be("away")
    work_tasks()
    row = UnsharedHistory.objects.get()
    assert (row.error, row.held_until <= timezone.now()) == ("Away: nobody is there", True)
    job = DBTaskResult.objects.failed().get()
    assert (job.task_path, job.args_kwargs) == ("inquiries.history.sharing.share", {"args": [inquiry.pk], "kwargs": {}})
    shared.be_well()
    again()
    work_tasks()
    assert_shared(inquiry)
    assert DBTaskResult.objects.failed().count() == 0


def test_an_earlier_entry_goes_before_a_later_one(inquiry, work_tasks):
    shared.be("away")
    work_tasks()
    shared.be_well()
    # The job of this move runs first; the one of the first entry waits for its next attempt.
    move_inquiry(inquiry, to="in_review", by=None)
    work_tasks()
    assert_shared(inquiry)


def test_housekeeping_shares_entries_of_failed_jobs(inquiry, inquiry_type, work_tasks):
    other = InquiryFactory(inquiry_type=inquiry_type)
    shared.be("away")
    move_inquiry(inquiry, to="in_review", by=None)
    for _ in range(MAX_ATTEMPTS):
        work_tasks()
        again()
    assert {len(job.worker_ids) for job in DBTaskResult.objects.failed()} == {MAX_ATTEMPTS}
    assert (catch_up(), UnsharedHistory.objects.count()) == (0, 3)
    shared.be_well()
    run_housekeeping()
    assert_shared(inquiry, other)


def test_an_entry_that_always_fails_blocks_no_other_inquiry(inquiry, inquiry_type, monkeypatch):
    others = [InquiryFactory(inquiry_type=inquiry_type) for _ in range(3)]
    record = shared.record

    def refuse(**entry):
        if entry["inquiry_id"] == inquiry.pk:
            raise ValueError("not \0 this\none \ud800")
        record(**entry)

    monkeypatch.setattr(shared, "record", refuse)
    move_inquiry(inquiry, to="in_review", by=None)
    assert catch_up() == 3
    assert [row["inquiry_id"] for row in shared.kept()] == [other.pk for other in others]
    waiting = UnsharedHistory.objects.order_by("pk")
    assert [(row.entry.inquiry_id, row.error) for row in waiting] == [
        (inquiry.pk, "ValueError: not this one ?"),
        (inquiry.pk, ""),
    ]


def test_inquiries_not_tried_for_the_longest_come_first(inquiry, inquiry_type, monkeypatch):
    others = [InquiryFactory(inquiry_type=inquiry_type) for _ in range(2)]
    shared.be("away")
    with pytest.raises(Away):
        share_entries(inquiry.pk)
    assert sharing._waiting_inquiries() == [others[0].pk, others[1].pk, inquiry.pk]
    monkeypatch.setattr(sharing, "CATCH_UP_FOR", 0)
    assert catch_up() == 0 and shared.calls() == ["record"]


def test_staff_can_have_it_tried_again(inquiry, work_tasks):
    shared.be("away")
    work_tasks()
    shared.be_well()
    sharing.share.enqueue(inquiry.pk)
    work_tasks()
    assert_shared(inquiry)


def test_a_long_error_is_shortened_and_the_row_says_the_last_one(inquiry, monkeypatch):
    def refuse(**entry):
        raise RuntimeError("x" * 1000)

    monkeypatch.setattr(shared, "record", refuse)
    with pytest.raises(RuntimeError):
        share_entries(inquiry.pk)
    assert UnsharedHistory.objects.get().error == ("RuntimeError: " + "x" * 300)[:300]


def test_a_package_that_ends_the_process_does_not(inquiry, monkeypatch):
    def leave(**entry):
        sys.exit(3)

    monkeypatch.setattr(shared, "record", leave)
    with pytest.raises(RuntimeError, match=r"SystemExit\(3\)"):
        share_entries(inquiry.pk)


# --- In doubt


def test_an_entry_stored_before_the_connection_broke_is_not_sent_again(inquiry, work_tasks):
    shared.be("half")
    work_tasks()
    assert (len(shared.kept()), UnsharedHistory.objects.get().error) == (1, "Away: the line broke")
    shared.be_well()
    assert catch_up() == 1
    assert_shared(inquiry)
    assert shared.calls() == ["record", "entries"]


def test_other_invalid_data_of_the_package_is_ignored_then(inquiry):
    shared.be("half")
    with pytest.raises(Away):
        share_entries(inquiry.pk)
    shared.be_well()
    shared.record(**foreign(inquiry, to_status=5))
    assert share_entries(inquiry.pk) == 1
    assert [row["to_status"] for row in shared.kept()] == ["submitted", 5]


def test_nothing_is_sent_while_the_package_cannot_be_read(inquiry):
    shared.be("half")
    with pytest.raises(Away):
        share_entries(inquiry.pk)
    shared.be("away")
    for _ in range(2):
        with pytest.raises(Away, match="nobody is there"):
            share_entries(inquiry.pk)
    assert len(shared.kept()) == 1
    shared.be_well()
    assert share_entries(inquiry.pk) == 1
    assert_shared(inquiry)


# --- Slowness


def test_a_move_does_not_wait_for_the_package(inquiry):
    shared.be("slow", "60")
    at = time.monotonic()
    move_inquiry(inquiry, to="in_review", by=None)
    assert time.monotonic() - at < 5 and shared.calls() == []


def test_a_call_that_takes_too_long_is_given_up_and_asked_about_later(inquiry, hasty, settings):
    shared.be("slow", "0.5")
    with pytest.raises(package.PackageTimeoutError, match=r"no answer within 0\.1 s"):
        share_entries(inquiry.pk)
    row = UnsharedHistory.objects.get()
    assert row.error == "PackageTimeoutError: no answer within 0.1 s"
    # Nobody gives it again while it may still arrive.
    assert row.held_until > timezone.now() + timedelta(seconds=50)
    assert (share_entries(inquiry.pk), catch_up()) == (0, 0)
    wait_until(lambda: len(shared.kept()) == 1)
    shared.be_well()
    settings.STATUS_HISTORY_TIMEOUT, package.caller.paused_until = 3, 0
    let_go()
    assert catch_up() == 1
    assert_shared(inquiry)


def test_a_package_that_was_slow_is_left_alone_for_a_while(inquiry, inquiry_type, hasty):
    other = InquiryFactory(inquiry_type=inquiry_type)
    shared.be("slow", "0.5")
    assert catch_up() == 0
    assert [row.error for row in UnsharedHistory.objects.order_by("pk")] == [
        "PackageTimeoutError: no answer within 0.1 s",
        "",
    ]
    at = time.monotonic()
    assert read_history(other.pk) == own(other)
    assert time.monotonic() - at < 0.1 and shared.calls() == ["record"]


def test_calls_that_hang_do_not_pile_up(inquiry, hasty, monkeypatch):
    monkeypatch.setattr(package, "PAUSE", 0)
    shared.be("slow", "2")
    for _ in range(package.MAX_CALLS + 3):
        assert read_history(inquiry.pk) == own(inquiry)
    assert len(shared.calls()) == package.MAX_CALLS
    wait_until(lambda: package.caller.slots._value == package.MAX_CALLS)
    shared.be_well()
    assert share_entries(inquiry.pk) == 1
