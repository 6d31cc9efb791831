"""The progress section of /inquiries/<id>: steps, moves, closing, refusals."""

import pytest

from inquiries.models import Inquiry, InquiryHistory
from inquiries.pipeline.moves import close_inquiry, move_inquiry

from ..pages import Page

HTMX = {"HX-Request": "true", "HX-Target": "progress"}


def alert(page):
    """The text of the refusal."""
    return page.one("#progress [role=alert]").text


def offered(page):
    """Every move with a button, as (whether it is the main one, key, text)."""
    buttons = page.one("#progress").all("button[name=to]")
    return [("button-main" in button.classes, button.value, button.text) for button in buttons]


def stops(page):
    """Every step as (label, state)."""
    steps = page.one("#progress ol.steps").all("li")
    return [(step.one(".step-label").text, step.one(".hidden").text) for step in steps]


def notes(page):
    """The notes in the fields of the progress section."""
    return [field.value for field in page.one("#progress").all("textarea[name=note]")]


def rows():
    return [
        (row.from_status, row.to_status, row.by_name, row.changed_by, row.note)
        for row in InquiryHistory.objects.order_by("id")
    ][1:]


@pytest.fixture(autouse=True)
def at_once_and_for_good(user):
    """The owner has no seconds to undo: see test_pending_moves_page."""
    user.undo_seconds = 0
    user.save()


@pytest.fixture
def path(inquiry):
    return f"/inquiries/{inquiry.pk}"


@pytest.fixture
def extra_moves(inquiry_type):
    """Extra moves: submitted -> answered, in_review -> submitted, closed -> in_review."""
    step = {step.key: step for step in inquiry_type.steps.all()}
    for start, end in (("submitted", "answered"), ("in_review", "submitted"), ("closed", "in_review")):
        step[start].moves_out.create(to_step=step[end])


def test_the_next_step_comes_first_and_extra_moves_are_named(browser, inquiry, path, user, extra_moves):
    page = Page(browser.get(path))
    assert offered(page) == [(True, "in_review", "Move to In Review"), (False, "answered", "Skip to Answered")]
    assert page.one("#progress header p").text == "Step 1 of 4"
    move_inquiry(inquiry, to="in_review", by=user)
    page = Page(browser.get(path))
    assert offered(page) == [(True, "answered", "Move to Answered"), (False, "submitted", "Back to Submitted")]


def test_the_steps_say_what_is_done_skipped_now_and_to_come(browser, inquiry, path, user, extra_moves):
    move_inquiry(inquiry, to="answered", by=user)
    assert stops(Page(browser.get(path))) == [
        ("Submitted", "done"),
        ("In Review", "skipped"),
        ("Answered", "now"),
        ("Closed", "to come"),
    ]


def test_from_the_end_only_an_extra_move_leads_on(browser, inquiry, path, user, extra_moves):
    close_inquiry(inquiry, by=user)
    page = Page(browser.get(path))
    assert offered(page) == [(False, "in_review", "Back to In Review")]
    assert not page.one("#progress").has("details.close")


def test_a_terminal_step_without_allowed_moves_offers_none(browser, inquiry, path, user):
    close_inquiry(inquiry, by=user)
    page = Page(browser.get(path))
    assert offered(page) == [] and not page.one("#progress").has("form")


def test_a_move_with_a_note(browser, inquiry, path, user):
    user.userhub_id = 789
    user.save()
    response = browser.post(f"{path}/move", {"to": "in_review", "seen": "submitted", "note": " Called.\r\nTwice. "})
    assert response["Location"] == path
    assert rows() == [("submitted", "in_review", str(user), 789, "Called.\nTwice.")]
    page = Page(browser.get(path))
    note = page.one("#history .move-note p")
    assert (note.text, len(note.all("br"))) == ("Called. Twice.", 1)
    assert stops(page)[1] == ("In Review", "now")
    assert Inquiry.objects.get().status == "in_progress"


def test_htmx_gets_the_progress_with_state_and_history(browser, path):
    page = Page(browser.post(f"{path}/move", {"to": "in_review", "seen": "submitted"}, headers=HTMX))
    assert page.values("[hx-swap-oob=true]", "id") == ["inquiry-state", "history", "messages"]
    assert [element["id"] for element in page.all("section, #inquiry-state")] == [
        "progress",
        "inquiry-state",
        "history",
    ]
    assert offered(page) == [(True, "answered", "Move to Answered")]
    assert "Submitted → In Review" in page.texts("#history li.move")[0]


@pytest.mark.parametrize("to", ["closed", "answered", "submitted", "nonsense", "", "a\0b", "x" * 5000, str(2**80)])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_move_that_is_not_allowed_is_refused_and_leaves_no_history(browser, inquiry, path, to, headers):
    page = Page(browser.post(f"{path}/move", {"to": to, "note": "Kept <words>"}, headers=headers), 409)
    refusal = f"“{inquiry.subject}” was not moved. It is now on “Submitted”."
    assert alert(page) == f"{refusal} From there it can move to: “In Review”."
    assert notes(page)[0] == "Kept <words>"
    assert rows() == [] and Inquiry.objects.get().status == "open"


def test_a_colleague_was_quicker(browser, inquiry, path, user, extra_moves):
    # From where it stands now the same button would be another move, and allowed.
    move_inquiry(inquiry, to="in_review", by=user)
    page = Page(
        browser.post(f"{path}/move", {"to": "answered", "seen": "submitted", "note": "Mine"}, headers=HTMX), 409
    )
    refusal = f"“{inquiry.subject}” was not moved. It is now on “In Review”."
    assert alert(page) == f"{refusal} From there it can move to: “Submitted”, “Answered”."
    assert notes(page)[0] == "Mine"
    assert [row[1] for row in rows()] == ["in_review"]


def test_a_colleague_closed_it_and_the_note_is_kept(browser, inquiry, path, user):
    close_inquiry(inquiry, by=user)
    page = Page(browser.post(f"{path}/move", {"to": "in_review", "seen": "submitted", "note": "Mine"}), 409)
    assert alert(page) == f"“{inquiry.subject}” was not moved. It is now on “Closed”. No moves are allowed from there."
    assert page.texts("#progress .message")[1] == "Your note: Mine"


@pytest.mark.parametrize(("note", "error"), [("x" * 2001, "Use at most 2000 characters."), ("a\0b", "Null characters")])
@pytest.mark.parametrize("action", ["move", "close"])
def test_an_invalid_note_is_refused_beside_its_field(browser, path, note, error, action):
    typed = {"to": "in_review", "outcome": "completed", "note": note}
    page = Page(browser.post(f"{path}/{action}", typed, headers=HTMX), 422)
    field = page.one("#progress .field.is-wrong")
    assert error in field.one(".errorlist").text
    assert field.one("textarea[name=note]")["aria-invalid"] == "true"
    assert rows() == []


@pytest.mark.parametrize(("outcome", "status"), [("completed", "closed"), ("cancelled", "cancelled")])
def test_closing_with_an_outcome(browser, path, user, outcome, status):
    assert browser.post(f"{path}/close", {"outcome": outcome, "note": "Enough"})["Location"] == path
    assert rows() == [("submitted", "closed", str(user), None, "Enough")]
    assert Inquiry.objects.get().status == status


@pytest.mark.parametrize("outcome", ["", "nonsense", "a\0b"])
def test_an_unknown_outcome_is_refused(browser, path, outcome):
    page = Page(browser.post(f"{path}/close", {"outcome": outcome, "note": "Kept"}), 422)
    details = page.one("#progress details.close")
    assert "open" in details and details.form().fields["note"] == "Kept"
    assert rows() == []


def test_closing_twice_is_refused_with_the_note_kept(browser, inquiry, path, user):
    close_inquiry(inquiry, by=user)
    page = Page(browser.post(f"{path}/close", {"outcome": "cancelled", "note": "Mine"}, headers=HTMX), 409)
    assert alert(page) == f"“{inquiry.subject}” was not moved. It is now on “Closed”. No moves are allowed from there."
    assert notes(page) == ["Mine"]
    assert len(rows()) == 1 and Inquiry.objects.get().status == "closed"


def test_the_thread_names_the_movers_in_order(browser, inquiry, path, user, extra_moves):
    move_inquiry(inquiry, to="in_review", by=None, changed_by=77)
    move_inquiry(inquiry, to="answered", by=None)
    inquiry.step.label = "Renamed"
    inquiry.step.save()
    page = Page(browser.get(path))
    moves = [li.without("time").text for li in page.all("#history li.move")]
    assert moves == ["Submitted → In Review · UserHub user 77 ·", "In Review → Answered · automatically ·"]


def test_closing_for_good_is_announced(browser, inquiry, path, inquiry_type):
    warning = "No move leads back from “Closed”."
    assert warning in Page(browser.get(path)).one("#progress details.close").text
    inquiry_type.steps.get(key="closed").moves_out.create(to_step=inquiry_type.steps.get(key="in_review"))
    assert warning not in Page(browser.get(path)).one("#progress details.close").text


def test_a_cancelled_one_is_not_described_as_completed(browser, inquiry, path, user, inquiry_type):
    inquiry_type.steps.filter(key="closed").update(description="Fully handled.")
    close_inquiry(inquiry, outcome="cancelled", by=user)
    page = Page(browser.get(path))
    assert page.one("header.progress-head").text == "Closed Step 4 of 4"
    assert "title" not in page.one("#progress-title") and page.texts("#inquiry-state .tag") == ["Cancelled"]
    Inquiry.objects.update(status="closed")
    page = Page(browser.get(path))
    assert page.one("#progress-title")["title"] == "Fully handled." and page.texts("#inquiry-state .tag") == []
