"""GET /api/inquiries/{id}/history."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inquiries.history.recording import record_move
from inquiries.models import Inquiry, InquiryHistory

KEYS = ["from_status", "to_status", "changed_by", "note", "created_at"]


def trail(api, inquiry):
    response = api.get(f"/api/inquiries/{inquiry.pk}/history")
    assert (response.status_code, response["Content-Type"]) == (200, "application/json"), response.content
    body = response.json()
    assert list(body) == ["success", "data"] and body["success"] is True
    return body["data"]


def test_the_documented_history(api, pro, inquiry_type):
    # The rows cannot be changed afterwards, so they are written at their times.
    inquiry = Inquiry(pro=pro, inquiry_type=inquiry_type, step=inquiry_type.steps.first(), user_id=456, created_by=789)
    inquiry.save()
    for start, end, changed_by, note, at in [
        (None, "submitted", 789, "Inquiry created", datetime(2026, 4, 16, 10, 30, tzinfo=UTC)),
        ("submitted", "in_review", None, "", datetime(2026, 4, 16, 14, 5, 0, 999_999, tzinfo=UTC)),
        ("in_review", "answered", None, "Response sent via email", datetime(2026, 4, 17, 9, 20, tzinfo=UTC)),
    ]:
        entry = InquiryHistory(from_status=start, to_status=end, changed_by=changed_by, note=note, created_at=at)
        entry.inquiry = inquiry
        entry.save()
    entries = trail(api, inquiry)
    assert entries == [
        {
            "from_status": None,
            "to_status": "submitted",
            "changed_by": 789,
            "note": "Inquiry created",
            "created_at": "2026-04-16T10:30:00+00:00",
        },
        {
            "from_status": "submitted",
            "to_status": "in_review",
            "changed_by": None,
            "note": None,
            "created_at": "2026-04-16T14:05:00+00:00",
        },
        {
            "from_status": "in_review",
            "to_status": "answered",
            "changed_by": None,
            "note": "Response sent via email",
            "created_at": "2026-04-17T09:20:00+00:00",
        },
    ]
    assert [list(entry) for entry in entries] == [KEYS] * 3


@pytest.mark.parametrize("moves", [0, 49])
def test_the_history_asks_twice_at_any_length(api, inquiry, moves):
    api.get("/api/inquiries/list")
    first, second = inquiry.inquiry_type.steps.all()[:2]
    for _ in range(moves):
        record_move(inquiry.pk, first, second, by=None, changed_by=None, note="")
    with CaptureQueriesContext(connection) as queries:
        assert len(trail(api, inquiry)) == moves + 1
    assert len([q for q in queries if "inquiries_" in q["sql"]]) == 2
