"""Reading a history from the own table and a shared status package, and loading the package."""

import time
import uuid
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from inquiries.history import package
from inquiries.history.entry import Entry
from inquiries.history.reading import read_history
from inquiries.models import InquiryHistory

from ..shared_status import package as shared
from . import status_sharing
from .status_sharing import foreign, own

status_package = status_sharing.status_package
hasty = status_sharing.hasty


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
