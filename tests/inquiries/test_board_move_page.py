"""POST /inquiries/board/<type>/move: one card, from one column to another."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client

from inquiries.history.reading import read_history
from inquiries.models import AllowedMove, Inquiry
from inquiries.pipeline.moves import NOTE_LENGTH, close_inquiry, move_inquiry

from ..factories import InquiryFactory, InquiryTypeFactory
from .test_board_page import board, text

pytestmark = pytest.mark.django_db
PATH = "/inquiries/board/test/move"
HTMX = {"HX-Request": "true"}


def trail(inquiry):
    return [(entry.from_status, entry.to_status, entry.note) for entry in read_history(inquiry.pk)]


def state(inquiry):
    return Inquiry.objects.values_list("step__key", "status").get(pk=inquiry.pk)


def said(response):
    """The message of the response to htmx, and the moves that it offers: (text, [(id, seen, to)])."""
    piece = re.search(
        r'<div hx-swap-oob="innerHTML:#board-message">(.*?)(?=<nav|<section|$)', response.content.decode(), re.S
    )[1]
    offers = re.findall(
        r'name="id" value="(.*?)".*?name="seen" value="(.*?)".*?<button [^>]*name="to" value="(.*?)"', piece, re.S
    )
    return text(piece), offers


def swapped(response):
    """The keys of the columns that the response swaps in."""
    return re.findall(r'data-step="(.*?)" data-allowed="[^"]*" hx-swap-oob="true"', response.content.decode())


def told(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


# --- A move


def test_a_move_with_its_note(browser, user, inquiry):
    response = browser.post(PATH, {"id": inquiry.pk, "to": "in_review", "note": " I look\r\nat it "})
    assert (response.status_code, response["Location"]) == (
        302,
        f"/inquiries/board/test?moved={inquiry.pk}&was=submitted#card-{inquiry.pk}",
    )
    assert state(inquiry) == ("in_review", "in_progress")
    assert trail(inquiry) == [(None, "submitted", "Inquiry created"), ("submitted", "in_review", "I look\nat it")]
    last = read_history(inquiry.pk)[-1]
    assert (last.by_user_id, last.by_name) == (user.pk, str(user))
    inquiry.refresh_from_db()
    assert inquiry.created_at < inquiry.moved_at <= inquiry.responded_at <= inquiry.updated_at


def test_htmx_gets_the_two_columns_and_the_tabs(browser, inquiry):
    response = browser.post(PATH, {"id": inquiry.pk, "to": "in_review", "seen": "submitted"}, headers=HTMX)
    assert (response.status_code, swapped(response)) == (200, ["submitted", "in_review"])
    assert board(response) == [("Submitted 0", [], "Nothing here."), ("In Review 1", [inquiry.subject], "")]
    assert said(response) == (f"“{inquiry.subject}” moved to “In Review”.", [])
    assert 'id="board-tabs" class="tabs" aria-label="Type" hx-swap-oob="true"' in response.content.decode()
    assert response.content.decode().lstrip().startswith('<div hx-swap-oob="innerHTML:#board-message">')


def test_htmx_gets_the_counts_of_the_menu_of_steps(browser, inquiry, inquiry_type):
    ids = {step.pk: step.key for step in inquiry_type.steps.all()}

    def counts(response):
        found = re.findall(r'id="jump-count-(\d+)"( hx-swap-oob="true")?>(\d+)<', response.content.decode())
        return [(ids[int(pk)], bool(swap), count) for pk, swap, count in found]

    zero = [(key, False, "0") for key in ("in_review", "answered", "closed")]
    assert counts(browser.get("/inquiries/board/test")) == [("submitted", False, "1"), *zero]
    alone = browser.post(f"{PATH}?step=submitted", {"id": inquiry.pk, "to": "in_review"}, headers=HTMX)
    assert counts(alone) == []
    moved = browser.post(PATH, {"id": inquiry.pk, "to": "answered"}, headers=HTMX)
    assert counts(moved) == [("in_review", True, "0"), ("answered", True, "1")]


def test_undo_is_offered_if_the_move_back_is_allowed(browser, inquiry, inquiry_type):
    back = {"from_step": inquiry_type.steps.get(key="in_review"), "to_step": inquiry_type.steps.get(key="submitted")}
    AllowedMove.objects.create(**back)
    response = browser.post(PATH, {"id": inquiry.pk, "to": "in_review", "seen": "submitted"}, headers=HTMX)
    words, [offer] = said(response)
    assert (words, offer) == (
        f"“{inquiry.subject}” moved to “In Review”. Undo",
        (str(inquiry.pk), "in_review", "submitted"),
    )
    undone = browser.post(PATH, dict(zip(("id", "seen", "to"), offer, strict=True)), headers=HTMX)
    assert (undone.status_code, state(inquiry)) == (200, ("submitted", "open"))
    assert [step[:2] for step in trail(inquiry)] == [
        (None, "submitted"),
        ("submitted", "in_review"),
        ("in_review", "submitted"),
    ]


def test_without_javascript_the_board_shows_the_last_move(browser, inquiry, inquiry_type):
    AllowedMove.objects.create(
        from_step=inquiry_type.steps.get(key="in_review"), to_step=inquiry_type.steps.get(key="submitted")
    )
    response = browser.post(PATH, {"id": inquiry.pk, "to": "in_review"}, follow=True)
    page = response.content.decode()
    shown = re.search(r'<div id="board-message".*?(?=<div id="board")', page, re.S)[0]
    assert text(shown) == f"“{inquiry.subject}” moved to “In Review”. Undo"
    assert re.search(r'name="seen" value="(.*?)".*?name="to" value="(.*?)"', shown, re.S).groups() == (
        "in_review",
        "submitted",
    )


def test_the_message_of_a_move_is_shown_to_its_pro_alone(other_browser, inquiry):
    response = other_browser.get(f"/inquiries/board/test?moved={inquiry.pk}&was=submitted")
    assert inquiry.subject not in response.content.decode()


def test_the_answer_keeps_to_the_filter_of_the_address(browser, pro, inquiry_type, inquiry):
    urgent = InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject="Urgent", priority="urgent")
    response = browser.post(f"{PATH}?priority=urgent", {"id": urgent.pk, "to": "in_review"}, headers=HTMX)
    assert board(response) == [("Submitted 0", [], "Nothing here."), ("In Review 1", ["Urgent"], "")]
    later = browser.post(f"{PATH}?priority=urgent&step=in_review", {"id": urgent.pk, "to": "answered"})
    query = parse_qs(urlsplit(later["Location"]).query)
    assert query == {
        "priority": ["urgent"],
        "step": ["in_review"],
        "moved": [str(urgent.pk)],
        "was": ["in_review"],
    }


def test_a_column_that_is_alone_stays_alone(browser, inquiry):
    response = browser.post(f"{PATH}?step=submitted", {"id": inquiry.pk, "to": "in_review"}, headers=HTMX)
    assert board(response) == [("Submitted 0", [], "Nothing here.")]


# --- A refusal


def test_a_refused_move_shows_the_present_board_and_what_is_allowed(browser, inquiry, inquiry_type):
    AllowedMove.objects.create(
        from_step=inquiry_type.steps.get(key="submitted"), to_step=inquiry_type.steps.get(key="answered")
    )
    before = Inquiry.objects.values().get()
    response = browser.post(PATH, {"id": inquiry.pk, "to": "closed", "seen": "submitted"}, headers=HTMX)
    assert response.status_code == 409
    assert swapped(response) == ["submitted", "in_review", "answered", "closed"]
    assert board(response)[0] == ("Submitted 1", [inquiry.subject], "")
    assert said(response) == (
        f"“{inquiry.subject}” was not moved. It is now on “Submitted”."
        " From there it can move to: “In Review”, “Answered”.",
        [],
    )
    assert (Inquiry.objects.values().get(), len(trail(inquiry))) == (before, 1)


def test_a_colleague_was_quicker(browser, inquiry):
    move_inquiry(inquiry, to="in_review", by=None)
    response = browser.post(PATH, {"id": inquiry.pk, "to": "answered", "seen": "submitted"}, headers=HTMX)
    assert (response.status_code, state(inquiry)) == (409, ("in_review", "in_progress"))
    assert [column[:2] for column in board(response)][:2] == [
        ("Submitted 0", []),
        ("In Review 1", [inquiry.subject]),
    ]
    assert said(response)[0].endswith("It is now on “In Review”. From there it can move to: “Answered”.")
    assert len(trail(inquiry)) == 2


def test_a_refusal_without_javascript(browser, inquiry):
    close_inquiry(inquiry, by=None)
    response = browser.post(f"{PATH}?q=subject", {"id": inquiry.pk, "to": "in_review", "seen": "submitted"})
    assert (response.status_code, response["Location"]) == (
        302,
        f"/inquiries/board/test?q=subject#card-{inquiry.pk}",
    )
    assert told(response) == [
        f"“{inquiry.subject}” was not moved. It is now on “Closed”. No moves are allowed from there.",
    ]
    assert len(trail(inquiry)) == 2


@pytest.mark.parametrize("to", ["submitted", "closed", "", "nonsense", "a\0b", "\ud800", "IN_REVIEW", "9" * 5000])
def test_nothing_else_is_a_move(browser, inquiry, to):
    to = to.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    response = browser.post(PATH, {"id": inquiry.pk, "to": to}, headers=HTMX)
    assert (response.status_code, state(inquiry), len(trail(inquiry))) == (409, ("submitted", "open"), 1)


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("x" * (NOTE_LENGTH + 1), f"Use at most {NOTE_LENGTH} characters."),
        ("a\0b", "Null characters are not allowed."),
    ],
)
def test_an_invalid_note(browser, inquiry, note, words):
    """No column is swapped, which keeps the typed note."""
    response = browser.post(PATH, {"id": inquiry.pk, "to": "in_review", "note": note}, headers=HTMX)
    assert (response.status_code, said(response), swapped(response)) == (422, (words, []), [])
    plain = browser.post(PATH, {"id": inquiry.pk, "to": "in_review", "note": note})
    assert (plain.status_code, told(plain)[-1]) == (302, words)
    assert (state(inquiry), len(trail(inquiry))) == (("submitted", "open"), 1)


# --- What there is not


@pytest.mark.parametrize("id", ["", "0", "-1", "x", "1.0", "٣", "1\0", str(2**63), str(2**80), "9" * 5000])
def test_a_malformed_id_is_404(browser, inquiry, id):
    assert browser.post(PATH, {"id": id, "to": "in_review"}).status_code == 404
    assert len(trail(inquiry)) == 1


def test_another_pros_inquiry_is_404(browser, other_browser, pro, inquiry):
    other = InquiryTypeFactory(slug="other")
    foreign = other_browser.post(PATH, {"id": inquiry.pk, "to": "in_review"}, headers=HTMX)
    wrong_type = browser.post("/inquiries/board/other/move", {"id": inquiry.pk, "to": "in_review"})
    unknown = browser.post("/inquiries/board/unknown/move", {"id": inquiry.pk, "to": "in_review"})
    assert (foreign.status_code, wrong_type.status_code, unknown.status_code) == (404, 404, 404)
    assert other.slug == "other"
    assert (state(inquiry), len(trail(inquiry))) == (("submitted", "open"), 1)


def test_it_takes_a_post_with_a_token_of_somebody_signed_in(browser, nobody, user, inquiry):
    assert browser.get(PATH).status_code == 405
    assert nobody.post(PATH, {"id": inquiry.pk, "to": "in_review"}).status_code == 302
    forger = Client(enforce_csrf_checks=True)
    forger.force_login(user, backend="config.accounts.backends.EmailBackend")
    assert forger.post(PATH, {"id": inquiry.pk, "to": "in_review"}).status_code == 403
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
        return response.status_code, response.content.decode()

    answers = at_once(2, move)
    assert sorted(status for status, _page in answers) == [200, 409], connection.vendor
    won = ["in_review", "answered"][[status for status, _page in answers].index(200)]
    assert (state(inquiry)[0], [step[:2] for step in trail(inquiry)]) == (
        won,
        [(None, "submitted"), ("submitted", won)],
    )
    [lost] = [page for status, page in answers if status == 409]
    assert f"It is now on “{won.replace('_', ' ').title()}”." in lost
