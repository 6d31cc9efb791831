"""The progress section of /inquiries/<id>: steps, moves, closing, refusals."""

import re

import pytest

from inquiries.models import Inquiry, InquiryHistory
from inquiries.pipeline.moves import close_inquiry, move_inquiry

HTMX = {"HX-Request": "true", "HX-Target": "progress"}


def html(response, status=200):
    assert response.status_code == status, response.content
    return response.content.decode()


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def alert(page):
    """The text of the refusal."""
    return words(re.search(r'role="alert">(.*?)</p>', page, re.S)[1])


def offered(page):
    """Every move with a button, as (classes, key, text)."""
    found = re.findall(r'<button class="(button[^"]*)" name="to" value="(\w+)">(.*?)</button>', page, re.S)
    return [(css == "button button-main", key, words(said)) for css, key, said in found]


def stops(page):
    """Every step as (label, state)."""
    steps = re.search(r'<ol class="steps".*?</ol>', page, re.S)[0]
    return [
        tuple(words(s) for s in pair)
        for pair in re.findall(r'"step-label">(.*?)</span>\s*<span class="hidden">(.*?)<', steps)
    ]


def rows():
    return [
        (row.from_status, row.to_status, row.by_name, row.changed_by, row.note)
        for row in InquiryHistory.objects.order_by("id")
    ][1:]


@pytest.fixture
def path(inquiry):
    return f"/inquiries/{inquiry.pk}"


@pytest.fixture
def ways(inquiry_type):
    """Extra moves: submitted -> answered, in_review -> submitted, closed -> in_review."""
    step = {step.key: step for step in inquiry_type.steps.all()}
    for start, end in (("submitted", "answered"), ("in_review", "submitted"), ("closed", "in_review")):
        step[start].moves_out.create(to_step=step[end])


def test_the_next_step_comes_first_and_extra_moves_are_named(browser, inquiry, path, user, ways):
    page = html(browser.get(path))
    assert offered(page) == [(True, "in_review", "Move to In Review"), (False, "answered", "Skip to Answered")]
    assert "Step 1 of 4" in page
    move_inquiry(inquiry, to="in_review", by=user)
    page = html(browser.get(path))
    assert offered(page) == [(True, "answered", "Move to Answered"), (False, "submitted", "Back to Submitted")]


def test_the_steps_say_what_is_done_skipped_now_and_to_come(browser, inquiry, path, user, ways):
    move_inquiry(inquiry, to="answered", by=user)
    assert stops(html(browser.get(path))) == [
        ("Submitted", "done"),
        ("In Review", "skipped"),
        ("Answered", "now"),
        ("Closed", "to come"),
    ]


def test_from_the_end_only_an_extra_move_leads_on(browser, inquiry, path, user, ways):
    close_inquiry(inquiry, by=user)
    page = html(browser.get(path))
    assert offered(page) == [(False, "in_review", "Back to In Review")]
    assert "Close the inquiry" not in page


def test_a_terminal_step_without_allowed_moves_offers_none(browser, inquiry, path, user):
    close_inquiry(inquiry, by=user)
    page = html(browser.get(path))
    assert offered(page) == [] and 'name="seen"' not in page


def test_a_move_with_a_note(browser, inquiry, path, user):
    user.userhub_id = 789
    user.save()
    response = browser.post(f"{path}/move", {"to": "in_review", "seen": "submitted", "note": " Called.\r\nTwice. "})
    assert response["Location"] == path
    assert rows() == [("submitted", "in_review", str(user), 789, "Called.\nTwice.")]
    page = html(browser.get(path))
    assert "<p>Called.<br>Twice.</p>" in page and stops(page)[1] == ("In Review", "now")
    assert Inquiry.objects.get().status == "in_progress"


def test_htmx_gets_the_progress_with_state_and_history(browser, path):
    page = html(browser.post(f"{path}/move", {"to": "in_review", "seen": "submitted"}, headers=HTMX))
    assert re.findall(r'<(\w+)[^>]* id="([\w-]+)"[^>]*hx-swap-oob', page) == [
        ("p", "inquiry-state"),
        ("section", "history"),
    ]
    assert page.strip().startswith('<section class="card progress" id="progress"')
    assert offered(page) == [(True, "answered", "Move to Answered")]
    assert words(page[page.index('id="inquiry-state"') :]).count("In progress") == 1
    assert "Submitted → In Review" in words(page)


@pytest.mark.parametrize("to", ["closed", "answered", "submitted", "nonsense", "", "a\0b", "x" * 5000, str(2**80)])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_move_that_is_not_allowed_is_refused_and_leaves_no_history(browser, inquiry, path, to, headers):
    page = html(browser.post(f"{path}/move", {"to": to, "note": "Kept <words>"}, headers=headers), 409)
    said = f"“{inquiry.subject}” was not moved. It is now on “Submitted”."
    assert alert(page) == f"{said} From there it can move to: “In Review”."
    assert "Kept &lt;words&gt;</textarea>" in page
    assert rows() == [] and Inquiry.objects.get().status == "open"


def test_a_colleague_was_quicker(browser, inquiry, path, user, ways):
    # From where it stands now the same button would be another move, and allowed.
    move_inquiry(inquiry, to="in_review", by=user)
    page = html(
        browser.post(f"{path}/move", {"to": "answered", "seen": "submitted", "note": "Mine"}, headers=HTMX), 409
    )
    said = f"“{inquiry.subject}” was not moved. It is now on “In Review”."
    assert alert(page) == f"{said} From there it can move to: “Submitted”, “Answered”."
    assert "Mine</textarea>" in page
    assert [row[1] for row in rows()] == ["in_review"]


def test_a_colleague_closed_it_and_the_note_is_kept(browser, inquiry, path, user):
    close_inquiry(inquiry, by=user)
    page = html(browser.post(f"{path}/move", {"to": "in_review", "seen": "submitted", "note": "Mine"}), 409)
    assert alert(page) == f"“{inquiry.subject}” was not moved. It is now on “Closed”. No moves are allowed from there."
    assert "Your note: Mine" in words(page)


@pytest.mark.parametrize(("note", "said"), [("x" * 2001, "Use at most 2000 characters."), ("a\0b", "Null characters")])
@pytest.mark.parametrize("action", ["move", "close"])
def test_an_invalid_note_is_refused_beside_its_field(browser, path, note, said, action):
    typed = {"to": "in_review", "outcome": "completed", "note": note}
    page = html(browser.post(f"{path}/{action}", typed, headers=HTMX), 422)
    assert said in page and 'aria-invalid="true"' in page
    assert rows() == []


@pytest.mark.parametrize(("outcome", "status"), [("completed", "closed"), ("cancelled", "cancelled")])
def test_closing_with_an_outcome(browser, path, user, outcome, status):
    assert browser.post(f"{path}/close", {"outcome": outcome, "note": "Enough"})["Location"] == path
    assert rows() == [("submitted", "closed", str(user), None, "Enough")]
    assert Inquiry.objects.get().status == status


@pytest.mark.parametrize("outcome", ["", "nonsense", "a\0b"])
def test_an_unknown_outcome_is_refused(browser, path, outcome):
    page = html(browser.post(f"{path}/close", {"outcome": outcome, "note": "Kept"}), 422)
    assert '<details class="close" open>' in page and "Kept</textarea>" in page
    assert rows() == []


def test_closing_twice_is_refused_with_the_note_kept(browser, inquiry, path, user):
    close_inquiry(inquiry, by=user)
    page = html(browser.post(f"{path}/close", {"outcome": "cancelled", "note": "Mine"}, headers=HTMX), 409)
    assert alert(page) == f"“{inquiry.subject}” was not moved. It is now on “Closed”. No moves are allowed from there."
    assert "Mine</textarea>" in page
    assert len(rows()) == 1 and Inquiry.objects.get().status == "closed"


def test_the_history_says_who_and_when_newest_first(browser, inquiry, path, user, ways):
    move_inquiry(inquiry, to="in_review", by=None, changed_by=77)
    move_inquiry(inquiry, to="answered", by=None)
    inquiry.step.label = "Renamed"
    inquiry.step.save()
    page = html(browser.get(path))
    history = page[page.index('id="history"') :]
    found = [words(row) for row in re.findall(r"<li>(.*?)</li>", history[: history.index("</section>")], re.S)]
    assert found == [
        "In Review → Answered automatically · just now",
        "Submitted → In Review UserHub user 77 · just now",
        "Inquiry created Submitted UserHub user 789 · just now",
    ]


def test_closing_for_good_is_announced(browser, inquiry, path, inquiry_type):
    said = "This cannot be undone: no move leads back from “Closed”."
    assert said in html(browser.get(path))
    inquiry_type.steps.get(key="closed").moves_out.create(to_step=inquiry_type.steps.get(key="in_review"))
    assert said not in html(browser.get(path))


def test_a_cancelled_one_is_not_described_as_completed(browser, inquiry, path, user, inquiry_type):
    inquiry_type.steps.filter(key="closed").update(description="Fully handled.")
    close_inquiry(inquiry, outcome="cancelled", by=user)
    head = words(re.search(r'<header class="progress-head">.*?</header>', html(browser.get(path)), re.S)[0])
    assert head == "Closed Step 4 of 4 Cancelled"
    Inquiry.objects.update(status="closed")
    head = words(re.search(r'<header class="progress-head">.*?</header>', html(browser.get(path)), re.S)[0])
    assert head == "Closed Step 4 of 4 Fully handled."
