"""Words of a history are erased through one door; everything else stays as the seals have it."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from inquiries.history.chain import verify_chains, verify_heads
from inquiries.history.erasing import erase_words
from inquiries.models import DirectoryUser, HistoryErasure, HistoryHead, InquiryHistory
from inquiries.pipeline.moves import close_inquiry, move_inquiry

from .submitting import submit
from .test_history_chain import behind_the_triggers, flaws, make_head

pytestmark = pytest.mark.django_db


@pytest.fixture
def moved(pro, shipped):
    """Two inquiries with words in their histories, the first by the customer themselves."""
    DirectoryUser.objects.create(userhub_id=456, first_name="Jan")
    rows = [submit(pro), submit(pro)]
    for row in rows:
        move_inquiry(row, to="in_review", by=None, changed_by=456, note="Jan belt om vijf uur")
        close_inquiry(row, by=None, note="Klaar")
    return rows


def erase(inquiry):
    with transaction.atomic():
        inquiry.lock()
        erase_words(inquiry, customer_ids=[456])


def history(inquiry):
    return list(InquiryHistory.objects.filter(inquiry=inquiry).values_list("to_status", "note", "changed_by"))


def update(sql, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE inquiries_inquiryhistory SET {sql}", values)  # noqa: S608 - constants of this test


def test_words_and_the_customer_go_and_statuses_stay(moved):
    former = [list(InquiryHistory.objects.filter(inquiry=row).values_list("seal", flat=True)) for row in moved]
    erase(moved[0])
    assert history(moved[0]) == [("submitted", "", None), ("in_review", "", None), ("closed", "", None)]
    assert history(moved[1])[1] == ("in_review", "Jan belt om vijf uur", 456)
    erasure = HistoryErasure.objects.get()
    assert (erasure.inquiry, erasure.former_seal, erasure.rows, erasure.marks, erasure.is_open) == (
        *(moved[0], former[0][-1], 3, []),
        False,
    )
    assert flaws() == []


def test_seals_of_days_before_and_after_still_fit(moved):
    make_head()
    exported = [HistoryHead(**values) for values in HistoryHead.objects.values("day", "last_id", "rows", "seal")]
    erase(moved[0])
    assert len(HistoryErasure.objects.get().marks) == 3
    assert [*verify_chains(), *verify_heads(exported)] == []
    out = StringIO()
    call_command("verify_history", stdout=out)
    assert out.getvalue() == (
        "All seals fit: 6 status changes, 1 seals of days.\n"
        "Words were erased 1 times, and the inquiry sealed anew; its former seal is kept.\n"
    )


def test_a_change_beside_the_erased_rows_still_shows(moved):
    make_head()
    erase(moved[0])
    first = InquiryHistory.objects.filter(inquiry=moved[1]).order_by("pk")[1]
    with behind_the_triggers():
        InquiryHistory.objects.filter(pk=first.pk).update(note="Jan belt niet")
    day = timezone.now().date()
    assert flaws() == [
        f"inquiry {moved[1].pk}: status change 2 or one before it is not as it was written",
        f"seal of {day}: it is of 6 other status changes than the 6 up to it",
    ]


def test_erasing_twice_writes_nothing_more(moved):
    erase(moved[0])
    before = list(InquiryHistory.objects.values())
    erase(moved[0])
    assert list(InquiryHistory.objects.values()) == before
    assert HistoryErasure.objects.count() == 1


@pytest.mark.parametrize(
    "change", ["note = 'Other words'", "to_status = 'closed'", "by_name = ''", "changed_by = 7", "note = '', id = 77"]
)
def test_the_open_door_lets_nothing_else_by(moved, change):
    HistoryErasure.objects.create(inquiry=moved[0], rows=3)
    with pytest.raises(IntegrityError):
        update(f"{change} WHERE inquiry_id = %s", moved[0].pk)


def test_the_door_is_of_one_inquiry_and_closes(moved):
    erasure = HistoryErasure.objects.create(inquiry=moved[0], rows=3)
    with pytest.raises(IntegrityError):
        update("note = '' WHERE inquiry_id = %s", moved[1].pk)
    HistoryErasure.objects.filter(pk=erasure.pk).update(is_open=False)
    for again in ({"is_open": True}, {"former_seal": "0" * 64}, {"marks": [[1, "a", "b"]]}):
        with pytest.raises(IntegrityError), transaction.atomic():
            HistoryErasure.objects.filter(pk=erasure.pk).update(**again)
    with pytest.raises(IntegrityError), transaction.atomic():
        HistoryErasure.objects.filter(pk=erasure.pk).delete()
    with pytest.raises(IntegrityError):
        update("note = '' WHERE inquiry_id = %s", moved[0].pk)
