"""Sharing the history with a status package: nothing lost or doubled, in order, without blocking anybody."""

import os
import subprocess
import sys
import time
import uuid
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.jobs.worker import MAX_ATTEMPTS, current_worker_id, requeue_jobs, run_housekeeping
from inquiries.history import package, sharing
from inquiries.history.entry import Entry
from inquiries.history.reading import read_history
from inquiries.history.sharing import catch_up, share_entries
from inquiries.models import InquiryHistory, UnsharedHistory
from inquiries.pipeline.moves import move_inquiry

from ..factories import InquiryFactory
from ..shared_status import Away
from ..shared_status import package as shared

pytestmark = pytest.mark.django_db
PATH = "tests.shared_status.package"
STEPS = ["in_review", "answered", "closed"]


@pytest.fixture(autouse=True)
def status_package(settings, tmp_path, monkeypatch):
    """Configures a package."""
    settings.STATUS_HISTORY_BACKEND = PATH
    monkeypatch.setenv("SHARED_STATUS", str(tmp_path))
    monkeypatch.setattr(package, "caller", package._Caller())


@pytest.fixture
def hasty(settings):
    """Sets a timeout that slow calls exceed."""
    settings.STATUS_HISTORY_TIMEOUT = 0.1


def own(inquiry):
    return [Entry(**row) for row in InquiryHistory.objects.filter(inquiry=inquiry).values(*sharing.FIELDS)]


def assert_shared(*inquiries):
    """The package has each entry once, in order by inquiry, and nothing waits."""
    for inquiry in inquiries:
        kept = [row for row in shared.kept() if row["inquiry_id"] == inquiry.pk]
        assert kept == [asdict(entry) for entry in own(inquiry)] and kept
    assert len(shared.kept()) == sum(len(own(inquiry)) for inquiry in inquiries)
    assert list(UnsharedHistory.objects.all()) == []


def let_go():
    """Expire all claims."""
    UnsharedHistory.objects.filter(held_until__gt=timezone.now()).update(held_until=timezone.now())


def again():
    """Requeue failed jobs without the wait."""
    DBTaskResult.objects.failed().update(finished_at=timezone.now() - timedelta(hours=2))
    requeue_jobs(current_worker_id())


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
    take = shared.record

    def refuse(**entry):
        if entry["inquiry_id"] == inquiry.pk:
            raise ValueError("not \0 this\none \ud800")
        take(**entry)

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


# --- Reading


def foreign(inquiry, **fields):
    """An entry of another program."""
    at = own(inquiry)[-1].created_at + timedelta(seconds=1)
    return {"uid": uuid.uuid4(), "inquiry_id": inquiry.pk, "to_status": "elsewhere", "created_at": at, **fields}


def say(monkeypatch, answer):
    monkeypatch.setattr(shared, "entries", lambda inquiry_id: answer)


def test_own_and_shared_entries_are_one_history(inquiry, work_tasks):
    work_tasks()
    first = foreign(inquiry, from_status="submitted", from_label="Submitted", to_label="Elsewhere", note="By phone")
    shared.record(**{"changed_by": 5, "by_user_id": None, "by_token_id": None, "by_name": "Desk", **first})
    InquiryHistory.objects.create(
        inquiry=inquiry,
        to_status="in_review",
        to_label="In Review",
        created_at=first["created_at"] + timedelta(seconds=9),
    )
    got = read_history(inquiry.pk)
    assert [(entry.to_status, entry.by_name) for entry in got] == [
        ("submitted", ""),
        ("elsewhere", "Desk"),
        ("in_review", ""),
    ]
    assert got[1] == Entry(**first, changed_by=5, by_user_id=None, by_token_id=None, by_name="Desk")
    assert [got[0], got[2]] == own(inquiry)


def test_little_is_enough_and_more_is_ignored(inquiry, monkeypatch):
    class Row:
        uid, inquiry_id, to_status, note = str(uuid.uuid4()), inquiry.pk, "b", None
        created_at = "2030-01-01T12:00:00Z"

    dressed = foreign(inquiry, to_status="a", weather="fine", created_at=datetime(2029, 1, 1, tzinfo=UTC))
    say(monkeypatch, iter([Row(), dressed, dressed]))
    first, a, b = read_history(inquiry.pk)
    assert [first] == own(inquiry)
    assert (a.uid, a.to_status, a.from_status, a.note, a.changed_by) == (dressed["uid"], "a", None, "", None)
    assert (str(b.uid), b.to_status, b.note, b.created_at) == (Row.uid, "b", "", datetime(2030, 1, 1, 12, tzinfo=UTC))


def test_the_packages_copy_of_an_own_entry_is_ignored(inquiry, monkeypatch):
    say(monkeypatch, [{**asdict(own(inquiry)[0]), "to_status": "rewritten"}])
    assert read_history(inquiry.pk) == own(inquiry)


def test_own_entries_stay_in_their_order_whatever_a_clock_says(inquiry, monkeypatch):
    at = own(inquiry)[0].created_at
    for key, seconds in (("in_review", -9), ("answered", 3)):
        InquiryHistory.objects.create(
            inquiry=inquiry, to_status=key, to_label="X", created_at=at + timedelta(seconds=seconds)
        )
    say(monkeypatch, [foreign(inquiry, created_at=at + timedelta(seconds=1))])
    assert [entry.to_status for entry in read_history(inquiry.pk)] == [
        "submitted",
        "in_review",
        "elsewhere",
        "answered",
    ]


NONSENSE = {
    "nothing": None,
    "a number": 5,
    "text": "entries",
    "texts": ["a", "b"],
    "no uid": [{"inquiry_id": 0, "to_status": "a", "created_at": timezone.now()}],
    "no status": {"to_status": None},
    "a number for a status": {"to_status": 5},
    "a time without a zone": {"created_at": datetime(2026, 1, 1)},  # noqa: DTZ001
    "no time": {"created_at": "yesterday"},
    "no uid at all": {"uid": "17"},
    "an id too great": {"changed_by": 2**63},
    "a much greater one": {"by_user_id": 2**80},
    "half a character": {"note": "\ud800"},
    "another inquiry": {"inquiry_id": -1},
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
def test_invalid_data_is_logged_and_the_own_rows_are_returned(inquiry, monkeypatch, caplog, answer):
    say(monkeypatch, [foreign(inquiry, **answer)] if isinstance(answer, dict) else answer)
    assert read_history(inquiry.pk) == own(inquiry)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert f"no history of inquiry {inquiry.pk}" in caplog.messages[0]


def test_a_failing_package_is_logged_and_the_own_rows_are_returned(inquiry, caplog):
    shared.be("away")
    assert read_history(inquiry.pk) == own(inquiry)
    assert caplog.messages == [f"the status package gave no history of inquiry {inquiry.pk}: Away: nobody is there"]


def test_a_reader_waits_so_long_and_no_longer(inquiry, hasty, caplog):
    shared.be("slow", "0.5")
    at = time.monotonic()
    assert read_history(inquiry.pk) == own(inquiry)
    assert time.monotonic() - at < 0.4
    assert "no answer within 0.1 s" in caplog.messages[0]


# --- Several at once


def wait_until(happened):
    for _ in range(600):
        if happened():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen")


@pytest.mark.django_db(transaction=True)
def test_concurrent_jobs_share_each_entry_once(inquiry, at_once):
    for key in STEPS:
        move_inquiry(inquiry, to=key, by=None)
    shared.be("slow", "0.02")
    went = at_once(6, lambda _n: share_entries(inquiry.pk))
    catch_up()
    assert_shared(inquiry)
    assert sum(went) <= 4 and shared.calls() == ["record"] * 4


@pytest.mark.django_db(transaction=True)
def test_an_attempt_that_somebody_else_made_meanwhile_is_seen(inquiry, monkeypatch):
    """Two workers read the same row; after one tried and failed, the other must not claim it as untried."""
    stale = sharing._oldest_waiting(inquiry.pk)
    shared.be("half")
    with pytest.raises(Away):
        share_entries(inquiry.pk)
    assert not sharing._claim(stale)


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_package_is_talked_to(inquiry, monkeypatch):
    seen = []
    monkeypatch.setattr(package, "record_entry", lambda *args: seen.append(connection.in_atomic_block))
    share_entries(inquiry.pk)
    assert seen == [False]


@pytest.fixture
def start_worker():
    """Starts `manage.py worker` on the test database; what still runs at the end is killed."""
    started = []
    name = connection.settings_dict["NAME"]
    on_sqlite = connection.vendor == "sqlite"
    url = f"sqlite:///{name}" if on_sqlite else urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()

    def start():
        command = [sys.executable, "manage.py", "worker", "--interval", "0.05"]
        environment = {**os.environ, "DATABASE_URL": url, "STATUS_HISTORY_BACKEND": PATH}
        started.append(subprocess.Popen(command, cwd=django_settings.BASE_DIR, env=environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.django_db(transaction=True)
def test_two_workers_keep_the_order_and_double_nothing(inquiry_type, pro, start_worker):
    inquiries = [InquiryFactory(pro=pro, inquiry_type=inquiry_type) for _ in range(5)]
    start_worker()
    start_worker()
    for key in STEPS:
        for inquiry in inquiries:
            move_inquiry(inquiry, to=key, by=None)
    wait_until(lambda: not UnsharedHistory.objects.exists())
    assert_shared(*inquiries)
    assert set(shared.calls()) == {"record"}


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_after_the_package_took_one_doubles_nothing(inquiry, start_worker):
    move_inquiry(inquiry, to="in_review", by=None)
    shared.be("dying")
    first = start_worker()
    assert first.wait(60) == -9
    assert (len(shared.kept()), UnsharedHistory.objects.count()) == (1, 2)
    let_go()
    start_worker()
    wait_until(lambda: not UnsharedHistory.objects.exists())
    assert_shared(inquiry)
    assert shared.calls() == ["record", "entries", "record"]


# --- The setting


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("no_such_package", "it cannot be loaded (No module named 'no_such_package')"),
        ("tests.shared_status.missing", "it cannot be loaded (module 'tests.shared_status' has no 'missing')"),
        ("tests.shared_status.Halfway", "what it names has no entries(…)"),
        ("tests.shared_status.broken", "what it names has no record(…) and no entries(…)"),
    ],
)
def test_an_invalid_package_is_refused(path, why):
    with pytest.raises(package.InvalidPackageError) as caught:
        package.load_package(path)
    assert str(caught.value) == why


def test_a_class_that_wants_arguments_cannot_be_used():
    with pytest.raises(
        package.InvalidPackageError, match=r"it cannot be loaded \(.*missing 1 required positional argument"
    ):
        package.load_package("tests.shared_status.Choosy")
