"""The history of a deleted office goes by one door, and the seals of days fit what is left."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from inquiries.history.chain import verify_chains, verify_heads
from inquiries.history.deleting import delete_history
from inquiries.history.erasing import erase_words
from inquiries.models import (
    DirectoryUser,
    HistoryDeletion,
    HistoryDeparture,
    HistoryErasure,
    HistoryHead,
    InquiryHistory,
)
from inquiries.pipeline.moves import close_inquiry

from .submitting import submit
from .test_history_chain import behind_the_triggers, flaws, make_head

pytestmark = pytest.mark.django_db


@pytest.fixture
def other_pro(other_user):
    return other_user.pro


@pytest.fixture
def two_offices(pro, other_pro, shipped):
    """Three inquiries in turns: of the office that stays, of the one that goes, and again of the first."""
    DirectoryUser.objects.create(userhub_id=456, first_name="Jan")
    rows = [submit(owner) for owner in (pro, other_pro, pro)]
    for row in rows:
        close_inquiry(row, by=None, note="Klaar")
    return rows


def test_the_seals_of_days_fit_what_is_left(two_offices, other_pro):
    with transaction.atomic():
        two_offices[1].lock()
        erase_words(two_offices[1], customer_ids=[])
    make_head()
    close_inquiry(submit(other_pro), by=None, note="After the seal of the day")
    exported = [HistoryHead(**values) for values in HistoryHead.objects.values("day", "last_id", "rows", "seal")]
    delete_history(other_pro)
    assert set(InquiryHistory.objects.values_list("inquiry__pro", flat=True)) == {two_offices[0].pro_id}
    assert not HistoryErasure.objects.exists() and not HistoryDeparture.objects.exists()
    assert len(HistoryDeletion.objects.get().marks) == 2
    assert [*verify_chains(), *verify_heads(exported)] == []
    out = StringIO()
    call_command("verify_history", stdout=out)
    assert out.getvalue() == (
        "All seals fit: 4 status changes, 1 seals of days.\n"
        "2 status changes went with closed offices; their seals are kept.\n"
    )
    delete_history(other_pro)
    assert HistoryDeletion.objects.count() == 1


def test_a_change_of_what_is_left_still_shows(two_offices, other_pro):
    make_head()
    delete_history(other_pro)
    with behind_the_triggers():
        InquiryHistory.objects.filter(inquiry=two_offices[0]).delete()
    assert flaws() != []


def test_nothing_goes_without_the_door_and_the_marks_stay(two_offices, pro, other_pro):
    make_head()
    delete_history(other_pro)
    HistoryDeparture.objects.create(inquiry_id=two_offices[0].pk)
    for refused in (
        lambda: InquiryHistory.objects.filter(inquiry=two_offices[2]).delete(),
        lambda: InquiryHistory.objects.filter(inquiry=two_offices[0]).update(note=""),
        lambda: HistoryDeletion.objects.all().delete(),
        lambda: HistoryDeletion.objects.update(marks=[]),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            refused()
