"""The staff admin of pending moves, to be read."""

import pytest
from django.utils import timezone

from inquiries.models import PendingMove

from ..admin_site import assert_list_is_flat, listed, page, staff_client
from ..factories import InquiryFactory, ProFactory

pytestmark = pytest.mark.django_db


def make_move(number=None, **fields):
    inquiry = InquiryFactory(**fields)
    return PendingMove.objects.create(
        inquiry=inquiry, from_step="submitted", to_step="in_review", note="Called", due_at=timezone.now()
    )


def test_staff_read_them_and_change_nothing(staff_browser):
    move = make_move()
    assert listed(staff_browser, PendingMove) == [move]
    assert "Called" in staff_browser.get(page(move, "change")).text
    for path in (page(PendingMove, "add"), page(move, "delete")):
        assert staff_browser.get(path).status_code == 403
    # No field of it is one of the form.
    staff_browser.post(page(move, "change"), {"note": "Mine"})
    assert PendingMove.objects.get().note == "Called"


def test_the_list_does_not_ask_per_row(staff_browser):
    assert_list_is_flat(staff_browser, make_move, PendingMove)


def test_staff_of_one_pro_read_their_own():
    own, _foreign = make_move(), make_move(pro=ProFactory())
    client = staff_client("view_pendingmove", pro=own.inquiry.pro)
    assert listed(client, PendingMove) == [own]
