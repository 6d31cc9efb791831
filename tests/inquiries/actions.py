"""Actions on an inquiry by API: their answers, and the moves that they leave in its history."""

import pytest

from inquiries.models import InquiryHistory

DONE = "Action performed successfully"


@pytest.fixture
def act(api, inquiry):
    """Performs an action on the inquiry."""
    return lambda **body: api.post(f"/api/inquiries/{inquiry.pk}/action", body)


def done(response):
    """Asserts success; returns the inquiry of the answer."""
    assert (response.status_code, response["Content-Type"]) == (200, "application/json"), response.content
    body = response.json()
    assert list(body) == ["success", "message", "data"]
    assert (body["success"], body["message"], list(body["data"])) == (True, DONE, ["inquiry"])
    return body["data"]["inquiry"]


def domain_error(present, wanted):
    return {
        "success": False,
        "message": "Failed to perform action",
        "error": f"Invalid inquiry status transition from {present} to {wanted}",
    }


def trail(inquiry):
    """The moves after the first one, as (from, to, changed by, note)."""
    rows = InquiryHistory.objects.filter(inquiry=inquiry).exclude(from_status=None)
    return list(rows.values_list("from_status", "to_status", "changed_by", "note"))
