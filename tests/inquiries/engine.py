"""The engine's results and refusals."""

import pytest

from config.accounts.models import ApiToken
from inquiries.history.reading import read_history
from inquiries.models import AllowedMove, Inquiry
from inquiries.pipeline.moves import InvalidTransitionError


def allow(inquiry_type, start, end):
    AllowedMove.objects.create(from_step=inquiry_type.steps.get(key=start), to_step=inquiry_type.steps.get(key=end))


def state(inquiry):
    """(pipeline status, coarse status) as stored."""
    return Inquiry.objects.values_list("step__key", "status").get(pk=inquiry.pk)


def trail(inquiry):
    return [(entry.from_status, entry.to_status) for entry in read_history(inquiry.pk)]


def refused(work):
    """Asserts a refusal; returns (current, requested, allowed)."""
    with pytest.raises(InvalidTransitionError) as caught:
        work()
    error = caught.value
    assert str(error) == f"Invalid inquiry status transition from {error.current} to {error.requested}"
    return error.current, error.requested, error.allowed


def token(pro, **fields):
    return ApiToken.objects.issue(pro, "Portal", ["inquiries:write"], **fields)[0]
