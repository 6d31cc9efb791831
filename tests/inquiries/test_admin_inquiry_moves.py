"""The staff admin of inquiries: moves, closing, and waiting profiles."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from inquiries.models import AllowedMove, Inquiry
from inquiries.pipeline.moves import close_inquiry, move_inquiry

from ..admin_site import page, shown, staff_client
from ..factories import InquiryFactory
from ..pages import Page
from .inquiry_forms import facts, history


def go(client, inquiry, name, **data):
    return shown(client.post(page(inquiry, name), data, follow=True))


def test_staff_move_an_inquiry_along_what_is_allowed(staff_browser, staff, inquiry):
    assert go(staff_browser, inquiry, "move", to="in_review", note=" Mine ") == ["Now on “In Review”."]
    inquiry.refresh_from_db()
    assert (inquiry.step.key, inquiry.status, inquiry.responded_at is None) == ("in_review", "in_progress", False)
    assert history(inquiry) == [("submitted", "in_review", str(staff), "Mine")]
    assert [entry.get_change_message() for entry in LogEntry.objects.all()] == ["Changed step."]


@pytest.mark.parametrize("to", ["closed", "submitted", "nowhere", "", "\0", "x" * 5000])
def test_another_move_is_refused_with_what_is_allowed(staff_browser, inquiry, to):
    before = facts(inquiry)
    [message] = go(staff_browser, inquiry, "move", to=to)
    assert message == (
        f"“{inquiry.subject}” was not moved. It is now on “Submitted”. From there it can move to: “In Review”."
    )
    assert (facts(inquiry), history(inquiry), LogEntry.objects.count()) == (before, [], 0)


def test_a_page_that_is_older_than_a_move_moves_nothing(staff_browser, inquiry, inquiry_type):
    _first, second, third, _last = inquiry_type.steps.all()
    AllowedMove.objects.create(from_step=third, to_step=second)
    assert Page(staff_browser.get(page(inquiry, "change"))).form("#move").fields["seen"] == "submitted"
    move_inquiry(inquiry, to="in_review", by=None)
    move_inquiry(inquiry, to="answered", by=None)
    before, rows = facts(inquiry), history(inquiry)
    # From where it stands now the button would be another move, though one that is allowed.
    assert go(staff_browser, inquiry, "move", to="in_review", seen="submitted") == [
        f"“{inquiry.subject}” was not moved. It is now on “Answered”. From there it can move to: “In Review”, “Closed”."
    ]
    assert (facts(inquiry), history(inquiry)) == (before, rows)
    assert go(staff_browser, inquiry, "move", to="in_review", seen="answered") == ["Now on “In Review”."]


@pytest.mark.parametrize(("outcome", "status"), [("completed", "closed"), ("cancelled", "cancelled")])
def test_staff_close_an_inquiry_with_an_outcome(staff_browser, staff, inquiry, outcome, status):
    assert go(staff_browser, inquiry, "close", outcome=outcome, note="Done") == ["Now on “Closed”."]
    inquiry.refresh_from_db()
    assert (inquiry.step.key, inquiry.status) == ("closed", status)
    assert history(inquiry) == [("submitted", "closed", str(staff), "Done")]
    assert go(staff_browser, inquiry, "close", outcome=outcome) == [
        f"“{inquiry.subject}” was not moved. It is now on “Closed”. No moves are allowed from there."
    ]
    assert len(history(inquiry)) == 1


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("close", {"outcome": "won"}),
        ("close", {}),
        ("close", {"outcome": "completed", "note": "a\0b"}),
        ("move", {"to": "in_review", "note": "x" * 2001}),
    ],
)
def test_an_invalid_note_moves_nothing(staff_browser, inquiry, name, data):
    assert len(go(staff_browser, inquiry, name, **data)) == 1
    assert history(inquiry) == []


def test_moves_require_post_and_a_csrf_token(staff_browser, staff, inquiry):
    assert [staff_browser.get(page(inquiry, name)).status_code for name in ("move", "close")] == [405, 405]
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(staff, backend="config.accounts.backends.EmailBackend")
    refused = Page(strict.post(page(inquiry, "move"), {"to": "in_review"}), 403)
    assert refused.one("h1").text == "Please send that again"
    assert history(inquiry) == []


def test_the_page_shows_status_history_and_the_allowed_moves(staff_browser, inquiry, inquiry_type):
    first, _second, third, _last = inquiry_type.steps.all()
    AllowedMove.objects.create(from_step=first, to_step=third)
    main = Page(staff_browser.get(page(inquiry, "change"))).one("#content-main")
    assert [part["id"] for part in main.all("#moves-heading, #history-group, #status-heading")] == [
        "status-heading",
        "history-group",
        "moves-heading",
    ]
    assert main.one(".inquiry-status p").text == "Submitted (Open)"
    buttons = main.all("button[form=move][name=to]")
    assert [(button.value, button.text) for button in buttons] == [("in_review", "In Review"), ("answered", "Answered")]
    assert main.one(".moves-help").text == "Save changes to the fields first."
    close_inquiry(inquiry, by=None)
    main = Page(staff_browser.get(page(inquiry, "change"))).one("#content-main")
    assert main.one(".inquiry-status p").text == "Closed (Closed)"
    assert not main.has("#moves-heading") and not main.has("[form=move]")


def test_texts_of_customers_are_escaped(staff_browser, pro, inquiry_type):
    text = "<script>alert(1)</script>"
    inquiry = InquiryFactory(
        pro=pro,
        inquiry_type=inquiry_type,
        subject=text,
        message=text,
        person={"first_name": text, "address": {"street": text, "city": ""}},
        business={"company": text},
    )
    for path in (page(inquiry, "change"), page(Inquiry, "changelist")):
        shown_page = Page(staff_browser.get(path))
        assert text in shown_page.one("#content").text
        assert not any("alert(1)" in script.html for script in shown_page.all("script"))


@pytest.mark.django_db(transaction=True)
def test_two_of_the_staff_at_once_move_it_once(at_once):
    inquiry = InquiryFactory()
    clients = [staff_client("all") for _ in range(4)]
    at_once(4, lambda n: clients[n].post(page(inquiry, "move"), {"to": "in_review"}))
    assert [row[:2] for row in history(inquiry)] == [("submitted", "in_review")]


def test_userhub_is_asked_again_for_those_that_wait(staff_browser, pro, inquiry_type):
    waiting = InquiryFactory(pro=pro, inquiry_type=inquiry_type, profile_problem="UserHub knows no user of this id.")
    done = InquiryFactory(pro=pro, inquiry_type=inquiry_type, profile_at=timezone.now())
    data = {"action": "ask_userhub_again", "_selected_action": [waiting.pk, done.pk]}
    response = staff_browser.post(page(Inquiry, "changelist"), data, follow=True)
    assert shown(response) == ["UserHub is asked again for 1 inquiry."]
    waiting.refresh_from_db()
    assert waiting.profile_problem == ""
    viewer = staff_client("view_inquiry")
    viewer.post(page(Inquiry, "changelist"), data)
    assert LogEntry.objects.count() == 1
