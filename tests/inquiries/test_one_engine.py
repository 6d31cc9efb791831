"""Pages, API and admin refuse a move by the one engine, with the same text."""

import pytest
from django.contrib.messages import get_messages

from inquiries.models import Inquiry, InquiryHistory
from inquiries.pipeline.moves import InvalidTransitionError, move_inquiry

from ..pages import Page

HTMX = {"HX-Request": "true", "HX-Target": "progress"}
# Path -> how it asks for a move to the step "closed".
PATHS = {
    "json": lambda inquiry, c: c["api"].post(
        f"/api/inquiries/{inquiry.pk}/action", {"action": "update_status", "status": "closed"}
    ),
    "page": lambda inquiry, c: c["browser"].post(f"/inquiries/{inquiry.pk}/move", {"to": "closed"}),
    "page by htmx": lambda inquiry, c: c["browser"].post(
        f"/inquiries/{inquiry.pk}/move", {"to": "closed"}, headers=HTMX
    ),
    "board": lambda inquiry, c: c["browser"].post("/inquiries/board/test/move", {"id": inquiry.pk, "to": "closed"}),
    "board by htmx": lambda inquiry, c: c["browser"].post(
        "/inquiries/board/test/move", {"id": inquiry.pk, "to": "closed"}, headers=HTMX
    ),
    "admin": lambda inquiry, c: c["staff_browser"].post(
        f"/admin/inquiries/inquiry/{inquiry.pk}/move/", {"to": "closed"}
    ),
}
STATUS = {"json": 500, "page": 409, "page by htmx": 409, "board": 302, "board by htmx": 409, "admin": 302}


@pytest.fixture
def callers(api, browser, staff_browser):
    return {"api": api, "browser": browser, "staff_browser": staff_browser}


@pytest.fixture
def refusals(monkeypatch):
    """The errors that the engine makes, as (message, allowed)."""
    errors, init = [], InvalidTransitionError.__init__

    def spy(error, *args):
        init(error, *args)
        errors.append((str(error), error.allowed))

    monkeypatch.setattr(InvalidTransitionError, "__init__", spy)
    return errors


@pytest.mark.parametrize("path", PATHS)
def test_an_illegal_move_is_refused_alike_and_leaves_no_history(callers, refusals, inquiry, path):
    before = Inquiry.objects.values().get(), InquiryHistory.objects.values().get()
    assert PATHS[path](inquiry, callers).status_code == STATUS[path]
    assert refusals == [("Invalid inquiry status transition from submitted to closed", ["in_review"])]
    assert (Inquiry.objects.values().get(), InquiryHistory.objects.values().get()) == before


def test_the_engine_itself_refuses_it_with_the_same_text(refusals, inquiry):
    with pytest.raises(InvalidTransitionError):
        move_inquiry(inquiry, to="closed", by=None)
    assert refusals == [("Invalid inquiry status transition from submitted to closed", ["in_review"])]
    assert InquiryHistory.objects.count() == 1


def test_every_page_shows_the_same_refusal(callers, inquiry):
    refusal = f"“{inquiry.subject}” was not moved. It is now on “Submitted”. From there it can move to: “In Review”."
    for path in ("page", "page by htmx", "board by htmx"):
        assert Page(PATHS[path](inquiry, callers), 409).one("p.message-error").text == refusal
    for path in ("board", "admin"):
        answer = PATHS[path](inquiry, callers)
        assert [str(message) for message in get_messages(answer.wsgi_request)][-1:] == [refusal]
