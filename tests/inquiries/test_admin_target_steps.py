"""The staff admin of inquiry types: choosing target steps for affected inquiries, and deleting a type."""

import pytest

from inquiries.models import Inquiry, InquiryHistory, InquiryType, PipelineStep

from ..admin_site import page, shown
from ..pages import Page
from .pipelines import AS_IT_WAS, pipeline
from .type_forms import errors, hidden, post


def history(inquiry):
    rows = InquiryHistory.objects.filter(inquiry=inquiry)
    return list(rows.values_list("from_status", "to_status", "by_name", "note"))[1:]


def test_keys_are_read_only_once_there_are_inquiries(staff_browser, inquiry, inquiry_type):
    fields = Page(staff_browser.get(page(inquiry_type, "change"))).values("input[readonly]", "name")
    assert fields == ["slug", *(f"steps-{n}-key" for n in range(4))]
    response = post(staff_browser, inquiry_type, changes={"answered": {"key": "told"}})
    error = "The type has inquiries, so the keys of its steps cannot change."
    assert errors(response) == ({(2, "key"): [error]}, [])
    assert post(staff_browser, inquiry_type, changes={"answered": {"label": "Told"}}).status_code == 302
    assert inquiry_type.steps.get(label="Told").key == "answered"


def targets(response, step):
    """The choices for the inquiries of this step, as (key, whether it is selected, text)."""
    options = Page(response).one(f"#targets select[name=target-{step.pk}]").all("option")
    return [(option.value, "selected" in option, option.text) for option in options]


def test_removing_a_step_asks_for_a_target(staff_browser, staff, inquiry, inquiry_type):
    first = inquiry_type.steps.get(key="submitted")
    changes = {"submitted": {"DELETE": True}, "in_review": {"is_initial": True, "label": "Looked at"}}
    asked = post(staff_browser, inquiry_type, changes=changes, name="Renamed")
    assert Page(asked).one("h1").text == "Where do the inquiries go?"
    assert targets(asked, first) == [
        ("", False, "Choose a step"),
        ("in_review", False, "Go to Looked at"),
        ("answered", False, "Go to Answered"),
        ("closed", False, "Go to Closed"),
    ]
    assert Page(asked).one(f"#why-{first.pk}").text == "1 inquiry is on this step. The step is removed."
    inquiry_type.refresh_from_db()
    assert (inquiry_type.name, pipeline(inquiry_type), history(inquiry)) == ("Test", AS_IT_WAS, [])
    # The answer: with none, and with one that is no step, it asks again.
    for target in ("", "submitted", "\0"):
        again = staff_browser.post(page(inquiry_type, "change"), hidden(asked) | {f"target-{first.pk}": target})
        assert Page(again).one("#targets .errors .errorlist").text == "Choose where they go."
    answer = hidden(asked) | {f"target-{first.pk}": "in_review", "note": "One step less"}
    done = staff_browser.post(page(inquiry_type, "change"), answer, follow=True)
    assert shown(done)[0] == "1 inquiry has a new history entry."
    inquiry_type.refresh_from_db()
    assert (inquiry_type.name, [key for key, *_ in pipeline(inquiry_type)]) == (
        "Renamed",
        ["in_review", "answered", "closed"],
    )
    inquiry.refresh_from_db()
    assert (inquiry.step.key, inquiry.status, inquiry.responded_at) == ("in_review", "open", None)
    assert history(inquiry) == [("submitted", "in_review", str(staff), "One step less")]


def test_a_new_order_is_confirmed_with_staying_as_the_first_choice(staff_browser, staff, inquiry, inquiry_type):
    first = inquiry_type.steps.get(key="submitted")
    asked = post(staff_browser, inquiry_type, changes={"submitted": {"sort_order": 2}})
    assert targets(asked, first) == [
        ("in_review", False, "Go to In Review"),
        ("submitted", True, "Stay on Submitted"),
        ("answered", False, "Go to Answered"),
        ("closed", False, "Go to Closed"),
    ]
    answer = hidden(asked) | {f"target-{first.pk}": "submitted", "note": ""}
    assert staff_browser.post(page(inquiry_type, "change"), answer).status_code == 302
    assert [key for key, *_ in pipeline(inquiry_type)] == ["in_review", "submitted", "answered", "closed"]
    assert history(inquiry) == [("submitted", "submitted", str(staff), "Pipeline changed")]
    assert Inquiry.objects.values_list("step", "status").get() == (first.pk, "open")


def test_inquiries_may_go_to_a_step_that_is_new(staff_browser, inquiry, inquiry_type):
    first = inquiry_type.steps.get(key="submitted")
    new = {"sort_order": 1, "key": "received", "label": "Received", "color": "#000000", "is_initial": True}
    asked = post(staff_browser, inquiry_type, new, changes={"submitted": {"DELETE": True}})
    staff_browser.post(page(inquiry_type, "change"), hidden(asked) | {f"target-{first.pk}": "received"})
    assert Inquiry.objects.values_list("step__key", "status").get() == ("received", "open")


@pytest.mark.parametrize("note", ["x" * 2001, "a\0b"])
def test_an_invalid_note_is_refused_and_changes_nothing(staff_browser, inquiry, inquiry_type, note):
    first = inquiry_type.steps.get(key="submitted")
    asked = post(staff_browser, inquiry_type, changes={"submitted": {"sort_order": 2}})
    answer = hidden(asked) | {f"target-{first.pk}": "submitted", "note": note}
    assert len(shown(staff_browser.post(page(inquiry_type, "change"), answer, follow=True))) == 1
    assert (pipeline(inquiry_type), history(inquiry)) == (AS_IT_WAS, [])


def test_entered_values_are_shown_again(staff_browser, inquiry, inquiry_type):
    label = '"><script>alert(1)</script>'
    changes = {"submitted": {"sort_order": 2}, "answered": {"label": label}}
    asked = post(staff_browser, inquiry_type, changes=changes)
    assert hidden(asked)["steps-2-label"] == label
    assert [script.text for script in Page(asked).all("#targets script")] == []
    assert targets(asked, inquiry_type.steps.get(key="submitted"))[2] == ("answered", False, f"Go to {label}")
    first = inquiry_type.steps.get(key="submitted")
    staff_browser.post(page(inquiry_type, "change"), hidden(asked) | {f"target-{first.pk}": "submitted"})
    assert inquiry_type.steps.get(key="answered").label == label


@pytest.mark.parametrize("page_kind", ["page", "list"])
def test_a_type_with_inquiries_cannot_be_deleted(staff_browser, inquiry, inquiry_type, page_kind):
    path = page(inquiry_type, "delete") if page_kind == "page" else page(InquiryType, "changelist")
    data = {"action": "delete_selected", "_selected_action": inquiry_type.pk}
    asked = staff_browser.get(path) if page_kind == "page" else staff_browser.post(path, data)
    warning = "Test has 1 inquiry and cannot be deleted. Deactivate it instead."
    assert warning in Page(asked).one("#content").text
    staff_browser.post(path, data | {"post": "yes"})
    assert InquiryType.objects.filter(pk=inquiry_type.pk).exists()


def test_a_type_without_inquiries_is_deleted(staff_browser, inquiry_type):
    assert staff_browser.post(page(inquiry_type, "delete"), {"post": "yes"}).status_code == 302
    assert not PipelineStep.objects.filter(inquiry_type__slug="test").exists()
