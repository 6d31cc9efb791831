"""Moves on pages that take effect when the seconds to undo are over: shown as made, undone, refused."""

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from inquiries.models import Inquiry, PendingMove
from inquiries.pipeline.moves import close_inquiry
from inquiries.pipeline.pending import plan_move

from ..factories import InquiryFactory
from ..pages import Page
from .engine import state, trail

pytestmark = pytest.mark.django_db
BOARD = "/inquiries/board/test"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def path(inquiry):
    return f"/inquiries/{inquiry.pk}"


@pytest.fixture
def over(work_tasks):
    def let():
        DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
        work_tasks()

    return let


def columns(page):
    """The subjects by key of the step, and the counts."""
    return {
        column["data-step"]: (column.one(".count").text, column.texts("li.ticket h3"))
        for column in page.all("section.column")
    }


def from_page(url):
    return {**HTMX, "HX-Target": "toasts", "HX-Current-URL": f"http://testserver{url}"}


def test_the_page_shows_the_new_step_with_an_undo(browser, inquiry, path, user, over):
    typed = {"to": "in_review", "seen": "submitted", "note": "Called."}
    page = Page(browser.post(f"{path}/move", typed, follow=True))
    assert page.one("#progress-title").text == "In Review"
    assert page.texts(".toast[data-seconds] p") == [f"“{inquiry.subject}” moved to “In Review”."]
    pending = PendingMove.objects.get()
    assert page.form(".toast form").action == page.form(".is-pending form").action
    assert page.form(".toast form").action == f"{path}/moves/{pending.pk}/undo"
    assert page.texts(".is-pending p")[0] == f"→ In Review · {user} · takes effect in a moment"
    assert (state(inquiry), len(trail(inquiry))) == (("submitted", "open"), 1)
    over()
    page = Page(browser.get(path))
    assert not page.has(".is-pending") and page.one(".move-note").text == "Called."
    assert state(inquiry) == ("in_review", "in_progress")


def test_undone_without_javascript_one_is_back_on_the_page(browser, inquiry, path):
    browser.post(f"{path}/close", {"outcome": "completed", "seen": "submitted"})
    page = Page(browser.get(path))
    assert page.one("#progress-title").text == "Closed"
    response = browser.post(page.form(".is-pending form").action, headers={"Referer": f"http://testserver{path}?a=1"})
    assert response["Location"] == f"{path}?a=1"
    page = Page(browser.get(path))
    assert page.one("#progress-title").text == "Submitted"
    assert page.texts(".toast[data-seconds] p")[-1] == f"“{inquiry.subject}” stays where it was."
    assert PendingMove.objects.get().state == "undone"
    elsewhere = browser.post(f"{path}/moves/{PendingMove.objects.get().pk}/undo", headers={"Referer": "https://evil/x"})
    assert elsewhere["Location"] == path
    assert Page(browser.get(path)).texts(".toast-error[data-seconds] p") == ["That move cannot be undone any more."]


def test_htmx_gets_the_parts_of_the_inquiry_that_changed(browser, inquiry, path, user):
    pending = plan_move(inquiry, to="in_review", by=user)
    page = Page(browser.post(f"{path}/moves/{pending.pk}/undo", headers=from_page(path)))
    assert page.values("[hx-swap-oob=true]", "id") == ["progress", "inquiry-state", "history", "messages"]
    assert page.one("#progress-title").text == "Submitted"
    other = Page(browser.post(f"{path}/moves/{pending.pk}/undo", headers=from_page("/contacts")))
    assert not other.has("#progress") and other.has(".toast-error[data-seconds]")


def test_the_board_shows_the_card_in_its_new_column(browser, pro, inquiry, inquiry_type):
    Inquiry.objects.update(budget="100")
    other = InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject="Other", budget="20")
    page = Page(browser.post(f"{BOARD}/move", {"id": inquiry.pk, "to": "in_review", "seen": "submitted"}, headers=HTMX))
    assert columns(page) == {"submitted": ("1", ["Other"]), "in_review": ("1", [inquiry.subject])}
    assert page.form(".toast form").action == page.form(".ticket-undo").action
    page = Page(browser.get(BOARD))
    assert columns(page)["in_review"] == ("1", [inquiry.subject])
    assert page.texts(".column-sums .number") == ["Sum of the budgets €20.00", "Sum of the budgets €100.00"]
    assert state(inquiry)[0] == "submitted"
    undone = Page(browser.post(page.form(".ticket-undo").action, headers=from_page(f"{BOARD}?q=subject")))
    assert columns(undone) == {"submitted": ("1", [inquiry.subject]), "in_review": ("0", [])}
    assert columns(Page(browser.get(BOARD)))["submitted"] == ("2", ["Other", inquiry.subject])
    assert state(other)[0] == "submitted"


def test_a_filter_hides_a_pending_card_as_it_hides_others(browser, inquiry, user):
    plan_move(inquiry, to="in_review", by=user)
    page = Page(browser.get(f"{BOARD}?priority=urgent"))
    assert list(columns(page).values()) == [("0", [])] * 4


def test_a_column_alone_shows_what_has_come_to_it(browser, inquiry, user):
    plan_move(inquiry, to="in_review", by=user)
    assert columns(Page(browser.get(f"{BOARD}?step=in_review"))) == {"in_review": ("1", [inquiry.subject])}
    assert columns(Page(browser.get(f"{BOARD}?step=submitted"))) == {"submitted": ("0", [])}


def test_a_second_move_goes_on_from_what_the_board_shows(browser, inquiry):
    for seen, to in (("submitted", "in_review"), ("in_review", "answered")):
        response = browser.post(f"{BOARD}/move", {"id": inquiry.pk, "to": to, "seen": seen}, headers=HTMX)
        assert response.status_code == 200
    assert state(inquiry)[0] == "in_review"
    assert columns(Page(browser.get(BOARD)))["answered"] == ("1", [inquiry.subject])


def test_a_program_is_immediate_and_its_page_tells_what_was_refused(browser, api, inquiry, path, user):
    plan_move(inquiry, to="in_review", by=user, note="Mine <b>")
    answer = api.post(f"/api/inquiries/{inquiry.pk}/action", {"action": "close"}).json()
    assert answer["data"]["inquiry"]["pipeline_status"] == "closed"
    page = Page(browser.get(path))
    assert page.one("#progress-title").text == "Closed" and not page.has(".is-pending")
    alert = page.one("#progress [role=alert]").text
    assert alert == (
        f"The last move of {user} was not made: something else moved the inquiry meanwhile. Note: Mine <b>"
    )
    browser.post(page.form("#progress form.message").action)
    assert not Page(browser.get(path)).has("#progress [role=alert]")


def test_another_pros_move_is_404(other_browser, browser, inquiry, path, user):
    pending = plan_move(inquiry, to="in_review", by=user)
    for verb in ("undo", "dismiss"):
        assert other_browser.post(f"{path}/moves/{pending.pk}/{verb}").status_code == 404
        assert browser.post(f"/inquiries/{inquiry.pk + 1}/moves/{pending.pk}/{verb}").status_code == 404
        assert browser.get(f"{path}/moves/{pending.pk}/{verb}").status_code == 405
    assert PendingMove.objects.get().state == "waiting"


def test_closing_a_page_that_is_out_of_date_is_refused(browser, inquiry, path, user):
    close_inquiry(inquiry, by=user)
    page = Page(browser.post(f"{path}/close", {"outcome": "cancelled", "seen": "submitted", "note": "Mine"}), 409)
    assert page.form("#progress details.close form").fields["note"] == "Mine"


def test_a_move_is_no_answer(browser, inquiry, path, user, over):
    plan_move(inquiry, to="in_review", by=user)
    over()
    inquiry.refresh_from_db()
    assert inquiry.responded_at
    assert "Answered not yet" in Page(browser.get(path)).one("#inquiry-details").text
