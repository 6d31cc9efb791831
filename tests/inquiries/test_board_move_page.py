"""POST /inquiries/board/<type>/move: one card, from one column to another."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client

from inquiries.history.reading import read_history
from inquiries.models import AllowedMove, Inquiry
from inquiries.pipeline.moves import NOTE_LENGTH, close_inquiry, move_inquiry

from ..factories import InquiryFactory, InquiryTypeFactory
from ..pages import Page
from .board_page import board

pytestmark = pytest.mark.django_db
PATH = "/inquiries/board/test/move"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def at_once_and_for_good(user):
    """The owner has no seconds to undo: see test_pending_moves_page."""
    user.undo_seconds = 0
    user.save()


def trail(inquiry):
    return [(entry.from_status, entry.to_status, entry.note) for entry in read_history(inquiry.pk)]


def state(inquiry):
    return Inquiry.objects.values_list("step__key", "status").get(pk=inquiry.pk)


def shown_message(page):
    """The message of the answer to htmx."""
    return page.one('[hx-swap-oob="innerHTML:#board-message"]')


def swapped(page):
    """The keys of the columns that the answer swaps in."""
    return page.values('section.column[hx-swap-oob="true"]', "data-step")


def messages(response):
    """The messages that the next page shows."""
    return [str(message) for message in get_messages(response.wsgi_request)]


# --- A move


def test_a_move_with_its_note(browser, user, inquiry):
    response = browser.post(PATH, {"id": inquiry.pk, "to": "in_review", "note": " I look\r\nat it "})
    assert (response.status_code, response["Location"]) == (
        302,
        f"/inquiries/board/test#card-{inquiry.pk}",
    )
    assert Page(browser.get("/inquiries/board/test")).texts(".toast[data-seconds] p") == [
        f"“{inquiry.subject}” moved to “In Review”."
    ]
    assert state(inquiry) == ("in_review", "in_progress")
    assert trail(inquiry) == [(None, "submitted", "Inquiry created"), ("submitted", "in_review", "I look\nat it")]
    last = read_history(inquiry.pk)[-1]
    assert (last.by_user_id, last.by_name) == (user.pk, str(user))
    inquiry.refresh_from_db()
    assert inquiry.created_at < inquiry.moved_at <= inquiry.responded_at <= inquiry.updated_at


def test_htmx_gets_the_two_columns_and_the_tabs(browser, inquiry):
    response = browser.post(PATH, {"id": inquiry.pk, "to": "in_review", "seen": "submitted"}, headers=HTMX)
    page = Page(response)
    assert swapped(page) == ["submitted", "in_review"]
    assert board(page) == [("Submitted 0", [], "Nothing here."), ("In Review 1", [inquiry.subject], "")]
    assert page.texts(".toast[data-seconds] p") == [f"“{inquiry.subject}” moved to “In Review”."]
    assert not page.has(".toast form") and shown_message(page).text == ""
    assert page.one("#board-tabs")["hx-swap-oob"] == "true"
    assert not page.has("#board")


def test_htmx_gets_the_counts_of_the_menu_of_steps(browser, inquiry, inquiry_type):
    ids = {step.pk: step.key for step in inquiry_type.steps.all()}

    def counts(response):
        """Every count as (key of its step, whether it is swapped in, text)."""
        page = Page(response)
        assert page.has("section.column")
        elements = page.all("[id^=jump-count-]")
        return [(ids[int(e["id"].rpartition("-")[2])], "hx-swap-oob" in e, e.text) for e in elements]

    zero = [(key, False, "0") for key in ("in_review", "answered", "closed")]
    assert counts(browser.get("/inquiries/board/test")) == [("submitted", False, "1"), *zero]
    alone = browser.post(f"{PATH}?step=submitted", {"id": inquiry.pk, "to": "in_review"}, headers=HTMX)
    assert counts(alone) == []
    moved = browser.post(PATH, {"id": inquiry.pk, "to": "answered"}, headers=HTMX)
    assert counts(moved) == [("in_review", True, "0"), ("answered", True, "1")]


def test_the_answer_keeps_to_the_filter_of_the_address(browser, pro, inquiry_type, inquiry):
    urgent = InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject="Urgent", priority="urgent")
    response = browser.post(f"{PATH}?priority=urgent", {"id": urgent.pk, "to": "in_review"}, headers=HTMX)
    assert board(Page(response)) == [("Submitted 0", [], "Nothing here."), ("In Review 1", ["Urgent"], "")]
    later = browser.post(f"{PATH}?priority=urgent&step=in_review", {"id": urgent.pk, "to": "answered"})
    query = parse_qs(urlsplit(later["Location"]).query)
    assert query == {"priority": ["urgent"], "step": ["in_review"]}


def test_a_column_that_is_alone_stays_alone(browser, inquiry):
    response = browser.post(f"{PATH}?step=submitted", {"id": inquiry.pk, "to": "in_review"}, headers=HTMX)
    assert board(Page(response)) == [("Submitted 0", [], "Nothing here.")]


# --- A refusal


def test_a_refused_move_shows_the_present_board_and_what_is_allowed(browser, inquiry, inquiry_type):
    AllowedMove.objects.create(
        from_step=inquiry_type.steps.get(key="submitted"), to_step=inquiry_type.steps.get(key="answered")
    )
    before = Inquiry.objects.values().get()
    response = browser.post(PATH, {"id": inquiry.pk, "to": "closed", "seen": "submitted"}, headers=HTMX)
    page = Page(response, 409)
    assert swapped(page) == ["submitted", "in_review", "answered", "closed"]
    assert board(page)[0] == ("Submitted 1", [inquiry.subject], "")
    assert shown_message(page).text == (
        f"“{inquiry.subject}” was not moved. It is now on “Submitted”."
        " From there it can move to: “In Review”, “Answered”."
    )
    assert not shown_message(page).has("form")
    assert (Inquiry.objects.values().get(), len(trail(inquiry))) == (before, 1)


def test_a_colleague_was_quicker(browser, inquiry):
    move_inquiry(inquiry, to="in_review", by=None)
    response = browser.post(PATH, {"id": inquiry.pk, "to": "answered", "seen": "submitted"}, headers=HTMX)
    page = Page(response, 409)
    assert board(page)[:2] == [("Submitted 0", [], "Nothing here."), ("In Review 1", [inquiry.subject], "")]
    assert shown_message(page).text == (
        f"“{inquiry.subject}” was not moved. It is now on “In Review”. From there it can move to: “Answered”."
    )
    assert (state(inquiry), len(trail(inquiry))) == (("in_review", "in_progress"), 2)


def test_a_refusal_without_javascript(browser, inquiry):
    close_inquiry(inquiry, by=None)
    response = browser.post(f"{PATH}?q=subject", {"id": inquiry.pk, "to": "in_review", "seen": "submitted"})
    assert (response.status_code, response["Location"]) == (
        302,
        f"/inquiries/board/test?q=subject#card-{inquiry.pk}",
    )
    assert messages(response) == [
        f"“{inquiry.subject}” was not moved. It is now on “Closed”. No moves are allowed from there.",
    ]
    assert len(trail(inquiry)) == 2


@pytest.mark.parametrize("to", ["submitted", "closed", "", "nonsense", "a\0b", "\ud800", "IN_REVIEW", "9" * 5000])
def test_nothing_else_is_a_move(browser, inquiry, to):
    to = to.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    response = browser.post(PATH, {"id": inquiry.pk, "to": to}, headers=HTMX)
    assert shown_message(Page(response, 409)).text == (
        f"“{inquiry.subject}” was not moved. It is now on “Submitted”. From there it can move to: “In Review”."
    )
    assert (state(inquiry), len(trail(inquiry))) == (("submitted", "open"), 1)


@pytest.mark.parametrize(
    ("note", "message"),
    [
        ("x" * (NOTE_LENGTH + 1), f"Use at most {NOTE_LENGTH} characters."),
        ("a\0b", "Null characters are not allowed."),
    ],
)
def test_an_invalid_note(browser, inquiry, note, message):
    """Swapping no column keeps the typed note."""
    response = browser.post(PATH, {"id": inquiry.pk, "to": "in_review", "note": note}, headers=HTMX)
    page = Page(response, 422)
    assert (page.text, shown_message(page).text) == (message, message)
    assert not page.has("section.column")
    plain = browser.post(PATH, {"id": inquiry.pk, "to": "in_review", "note": note})
    assert (plain.status_code, messages(plain)[-1]) == (302, message)
    assert (state(inquiry), len(trail(inquiry))) == (("submitted", "open"), 1)


# --- Not found, and not allowed


@pytest.mark.parametrize("id", ["", "0", "-1", "x", "1.0", "٣", "1\0", str(2**63), str(2**80), "9" * 5000])
def test_a_malformed_id_is_404(browser, inquiry, id):
    response = browser.post(PATH, {"id": id, "to": "in_review"})
    assert Page(response, 404).one("h1").text == "There is nothing here"
    assert len(trail(inquiry)) == 1


def test_another_pros_inquiry_is_404(browser, other_browser, pro, inquiry):
    InquiryTypeFactory(slug="other")
    foreign = other_browser.post(PATH, {"id": inquiry.pk, "to": "in_review"}, headers=HTMX)
    wrong_type = browser.post("/inquiries/board/other/move", {"id": inquiry.pk, "to": "in_review"})
    unknown = browser.post("/inquiries/board/unknown/move", {"id": inquiry.pk, "to": "in_review"})
    for response in (foreign, wrong_type, unknown):
        page = Page(response, 404)
        assert page.one("h1").text == "There is nothing here"
        assert inquiry.subject not in page.text
    assert (state(inquiry), len(trail(inquiry))) == (("submitted", "open"), 1)


def test_it_takes_a_post_with_a_token_of_somebody_signed_in(browser, nobody, user, inquiry):
    assert (browser.get(PATH).status_code, browser.get(PATH)["Allow"]) == (405, "POST")
    assert nobody.post(PATH, {"id": inquiry.pk, "to": "in_review"})["Location"].startswith("/sign-in?next=")
    forger = Client(enforce_csrf_checks=True)
    forger.force_login(user, backend="config.accounts.backends.EmailBackend")
    response = forger.post(PATH, {"id": inquiry.pk, "to": "in_review"})
    assert Page(response, 403).one("h1").text == "Please send that again"
    assert (state(inquiry), len(trail(inquiry))) == (("submitted", "open"), 1)


# --- At once


@pytest.mark.django_db(transaction=True)
def test_of_two_movers_one_is_told_that_the_other_was_quicker(user, inquiry, inquiry_type, at_once):
    AllowedMove.objects.create(
        from_step=inquiry_type.steps.get(key="submitted"), to_step=inquiry_type.steps.get(key="answered")
    )
    clients = [Client() for _ in range(2)]
    for client in clients:
        client.force_login(user, backend="config.accounts.backends.EmailBackend")

    def move(number):
        fields = {"id": inquiry.pk, "to": ["in_review", "answered"][number], "seen": "submitted"}
        response = clients[number].post(PATH, fields, headers=HTMX)
        return response.status_code, shown_message(Page(response, response.status_code)).text

    answers = at_once(2, move)
    assert sorted(status for status, _message in answers) == [200, 409], connection.vendor
    won = ["in_review", "answered"][[status for status, _message in answers].index(200)]
    assert (state(inquiry)[0], [step[:2] for step in trail(inquiry)]) == (
        won,
        [(None, "submitted"), ("submitted", won)],
    )
    [lost] = [message for status, message in answers if status == 409]
    assert f"It is now on “{won.replace('_', ' ').title()}”." in lost
