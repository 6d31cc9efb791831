"""The seals of the history: what was changed, taken out or added behind the database's triggers shows."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from inquiries.history import db_constraints
from inquiries.history.chain import keep_head, verify_chains, verify_heads
from inquiries.models import AllowedMove, DirectoryUser, HistoryHead, InquiryHistory
from inquiries.pipeline.moves import close_inquiry, move_inquiry, relocate_inquiries

from .submitting import submit

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]


@contextmanager
def behind_the_triggers():
    db_constraints.release(connection)
    yield
    db_constraints.protect(connection)


@pytest.fixture
def moved(pro, shipped):
    """Two inquiries, each with three rows of history."""
    DirectoryUser.objects.create(userhub_id=456, first_name="Jan")
    rows = [submit(pro), submit(pro)]
    for row in rows:
        move_inquiry(row, to="in_review", by=None, note="Zo gaat het: € 5, ‘ja’ 🙂")
        close_inquiry(row, by=None)
    return rows


def flaws():
    return [str(flaw) for flaw in (*verify_chains(), *verify_heads())]


def make_head():
    """Today's seal, as after an hour."""
    keep_head()
    HistoryHead.objects.filter(seal="").update(created_at=timezone.now() - timedelta(hours=2))
    keep_head()


def test_what_the_application_writes_fits(moved):
    seals = list(InquiryHistory.objects.values_list("seal", flat=True))
    assert len(set(seals)) == 6 and {len(seal) for seal in seals} == {64}
    assert flaws() == []


@pytest.mark.parametrize(
    "change",
    [
        {"note": "Zo gaat het"},
        {"by_name": "Somebody"},
        {"changed_by": 7},
        {"to_status": "closed"},
        {"created_at": datetime(2025, 1, 1, tzinfo=UTC)},
        {"seal": "0" * 64},
        {"seal": ""},
    ],
    ids=str,
)
def test_a_changed_row_shows(moved, change):
    pk = InquiryHistory.objects.filter(inquiry=moved[0]).order_by("pk")[1].pk
    with behind_the_triggers():
        InquiryHistory.objects.filter(pk=pk).update(**change)
    what = (
        "has no seal, but one before it has" if change == {"seal": ""} else "or one before it is not as it was written"
    )
    assert flaws() == [f"inquiry {moved[0].pk}: status change 2 {what}"]


def test_a_missing_and_an_added_row_show(moved):
    pk = InquiryHistory.objects.filter(inquiry=moved[0]).order_by("pk")[1].pk
    InquiryHistory.objects.create(inquiry=moved[1], to_status="closed", to_label="Closed")
    with behind_the_triggers():
        InquiryHistory.objects.filter(pk=pk).delete()
    assert flaws() == [
        f"inquiry {moved[0].pk}: status change 2 or one before it is not as it was written",
        f"inquiry {moved[1].pk}: status change 4 has no seal, but one before it has",
    ]


def test_rows_from_before_there_were_seals(moved, pro):
    with behind_the_triggers():
        InquiryHistory.objects.update(seal="")
    assert flaws() == []
    fresh, older = submit(pro), moved[0]
    step = older.inquiry_type.steps.order_by("sort_order")[0]
    AllowedMove.objects.create(from_step=older.step, to_step=step)
    for inquiry, to in ((fresh, "in_review"), (older, step.key)):
        move_inquiry(inquiry, to=to, by=None)
    assert InquiryHistory.objects.filter(inquiry=older).exclude(seal="").count() == 1 and flaws() == []
    # The next row seals those before it.
    with behind_the_triggers():
        InquiryHistory.objects.filter(inquiry=older, note="Inquiry created").update(note="Another")
    assert flaws() == [f"inquiry {older.pk}: status change 4 or one before it is not as it was written"]


def test_a_changed_pipeline_seals_the_moves_of_all(moved, shipped, pro):

    waiting = [submit(pro), submit(pro)]
    steps = list(waiting[0].inquiry_type.steps.order_by("sort_order"))
    relocate_inquiries([(steps[0], steps[1])], by=None, note="")
    assert [InquiryHistory.objects.filter(inquiry=row).count() for row in waiting] == [2, 2]
    assert flaws() == []


def test_a_history_that_is_sealed_anew_shows_against_an_export(moved, tmp_path, caplog):
    with caplog.at_level("INFO", logger="vestibule.inquiries.history"):
        make_head()
    head = HistoryHead.objects.get()
    assert (head.rows, len(head.seal)) == (6, 64) and head.seal in caplog.text
    # One a day, however often housekeeping calls it.
    make_head()
    assert HistoryHead.objects.get().seal == head.seal
    exported, output = StringIO(), StringIO()
    call_command("verify_history", "--export", stdout=exported)
    line = {"day": str(head.day), "last_id": head.last_id, "rows": 6, "seal": head.seal}
    assert [json.loads(text) for text in exported.getvalue().splitlines()] == [line]
    file = tmp_path / "seals.jsonl"
    file.write_text(exported.getvalue())
    call_command("verify_history", "--against", str(file), stdout=output)
    assert output.getvalue() == "All seals fit: 6 status changes, 2 seals of days.\n"

    # An inquiry's whole history goes, and the seals in the database with it.
    with behind_the_triggers():
        InquiryHistory.objects.filter(inquiry=moved[0]).delete()
        HistoryHead.objects.all().delete()
    assert flaws() == []
    errors = StringIO()
    with pytest.raises(CommandError, match="The history is not as it was written: 1 of its seals do not fit"):
        call_command("verify_history", "--against", str(file), stderr=errors)
    assert errors.getvalue() == f"seal of {head.day}: it is of 6 other status changes than the 3 up to it\n"


def test_seals_of_days_follow_each_other(moved, pro):
    make_head()
    HistoryHead.objects.update(day=timezone.now().date() - timedelta(days=1))
    make_head()
    # Nothing happened since.
    assert HistoryHead.objects.count() == 1
    submit(pro)
    make_head()
    assert list(HistoryHead.objects.values_list("rows", flat=True)) == [6, 7] and flaws() == []
    with behind_the_triggers():
        InquiryHistory.objects.filter(pk=InquiryHistory.objects.order_by("pk").last().pk).delete()
    assert flaws() == [
        f"seal of {timezone.now().date()}: it is of 7 other status changes than the 6 up to it",
    ]


@pytest.mark.parametrize(
    "text", ["{", '{"day": "2026-01-01"}', "[]", '{"day": 1, "last_id": 1, "rows": 1, "seal": ""}']
)
def test_what_is_no_export_is_refused(db, tmp_path, text):
    file = tmp_path / "seals"
    file.write_text(text)
    with pytest.raises(CommandError, match="line 1"):
        call_command("verify_history", "--against", str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_history", "--against", str(tmp_path / "none"))
