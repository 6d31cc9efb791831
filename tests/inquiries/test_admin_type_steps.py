"""The staff admin of inquiry types: the steps of a type on its page, and what is refused there."""

import pytest

from ..admin_site import page, staff_client
from .pipelines import AS_IT_WAS, pipeline
from .type_forms import errors, post, type_form

pytestmark = pytest.mark.django_db


def test_staff_may_change_the_steps_with_the_types_own_permission(inquiry_type):
    client = staff_client("change_inquirytype")
    assert post(client, inquiry_type, changes={"answered": {"label": "Told"}}, name="Renamed").status_code == 302
    inquiry_type.refresh_from_db()
    assert (inquiry_type.name, inquiry_type.steps.get(key="answered").label, pipeline(inquiry_type)) == (
        "Renamed",
        "Told",
        AS_IT_WAS,
    )


def test_steps_swap_their_places_and_the_initial_one(staff_browser, inquiry_type):
    changes = {
        "submitted": {"sort_order": 3, "is_initial": False},
        "answered": {"sort_order": 1, "is_initial": True},
    }
    assert post(staff_browser, inquiry_type, changes=changes).status_code == 302
    assert pipeline(inquiry_type) == [
        ("answered", 1, True, False),
        ("in_review", 2, False, False),
        ("submitted", 3, False, False),
        ("closed", 4, False, True),
    ]


def test_steps_swap_their_keys(staff_browser, inquiry_type):
    changes = {"in_review": {"key": "answered"}, "answered": {"key": "in_review"}}
    assert post(staff_browser, inquiry_type, changes=changes).status_code == 302
    assert list(inquiry_type.steps.values_list("key", "label"))[1:3] == [
        ("answered", "In Review"),
        ("in_review", "Answered"),
    ]


@pytest.mark.parametrize(
    ("key", "place", "order"),
    [
        ("closed", 2, ["submitted", "closed", "in_review", "answered"]),
        ("submitted", 3, ["in_review", "answered", "submitted", "closed"]),
        ("in_review", "", ["submitted", "answered", "in_review", "closed"]),
        ("closed", "", ["submitted", "in_review", "answered", "closed"]),
    ],
)
def test_one_number_is_enough_to_move_a_step(staff_browser, inquiry_type, key, place, order):
    assert post(staff_browser, inquiry_type, changes={key: {"sort_order": place}}).status_code == 302
    assert list(inquiry_type.steps.values_list("key", "sort_order")) == [(key, n) for n, key in enumerate(order, 1)]


def test_steps_come_and_go(staff_browser, inquiry_type):
    new = {"sort_order": 2, "key": "sorted", "label": "Sorted", "color": "#a1b2c3", "maps_to_case_status": "open"}
    changes = {"in_review": {"DELETE": True}, "answered": {"color": "#10b981"}}
    assert post(staff_browser, inquiry_type, new, changes=changes).status_code == 302
    assert [key for key, *_ in pipeline(inquiry_type)] == ["submitted", "sorted", "answered", "closed"]
    assert list(inquiry_type.steps.values_list("color", flat=True)) == ["#6B7280", "#A1B2C3", "#10B981", "#6B7280"]


def test_a_step_without_a_place_goes_before_the_first_terminal_one(staff_browser, inquiry_type):
    end = {"key": "refused", "label": "Refused", "color": "#000000", "is_terminal": True}
    steps = [{"key": key, "label": key.title(), "color": "#000000"} for key in ("called", "planned")]
    assert post(staff_browser, inquiry_type, end, *steps).status_code == 302
    keys = ["submitted", "in_review", "answered", "called", "planned", "closed", "refused"]
    assert [(key, place) for key, place, *_ in pipeline(inquiry_type)] == [(key, n) for n, key in enumerate(keys, 1)]


def test_a_blank_row_is_no_step(staff_browser, inquiry_type):
    assert (
        post(staff_browser, inquiry_type, {"color": "#6b7280", "key": "", "label": "", "sort_order": ""}).status_code
        == 302
    )
    assert pipeline(inquiry_type) == AS_IT_WAS


def test_every_fault_is_shown_beside_its_field_and_all_at_once(staff_browser, inquiry_type):
    changes = {
        "submitted": {"is_terminal": True},
        "in_review": {"key": "submitted", "is_initial": True},
        "answered": {"key": "Not a key", "label": "", "color": "red", "sort_order": 0},
    }
    response = post(staff_browser, inquiry_type, changes=changes, slug="")
    assert response.status_code == 200
    beside, above = errors(response)
    assert beside == {
        (0, "key"): ["Another step has the same key."],
        (0, "is_initial"): ["Only one step can be initial."],
        (0, "is_terminal"): ["A step cannot be both initial and terminal."],
        (1, "key"): ["Another step has the same key."],
        (1, "is_initial"): ["Only one step can be initial."],
        (2, "key"): ["Use lower-case letters, digits and underscores, such as in_review."],
        (2, "label"): ["This field is required."],
        (2, "color"): ["Use # and six hexadecimal digits, such as #3B82F6."],
        (2, "sort_order"): ["Ensure this value is greater than or equal to 1."],
    }
    assert above == ["A pipeline has exactly one initial step."]
    assert response.context["adminform"].form.errors == {"slug": ["This field is required."]}
    assert pipeline(inquiry_type) == AS_IT_WAS


def test_a_pipeline_needs_both_ends(staff_browser, inquiry_type):
    changes = {"submitted": {"is_initial": False}, "closed": {"is_terminal": False}}
    assert errors(post(staff_browser, inquiry_type, changes=changes)) == (
        {},
        ["A pipeline has exactly one initial step.", "A pipeline has at least one terminal step."],
    )
    gone = {key: {"DELETE": True} for key, *_ in AS_IT_WAS}
    assert len(errors(post(staff_browser, inquiry_type, changes=gone))[1]) == 2
    assert pipeline(inquiry_type) == AS_IT_WAS


def test_a_pipeline_has_thirty_steps_at_most(staff_browser, inquiry_type):
    new = [{"key": f"step_{n}", "label": "More", "color": "#000000"} for n in range(27)]
    assert errors(post(staff_browser, inquiry_type, *new))[1] == ["Please submit at most 30 forms."]
    assert post(staff_browser, inquiry_type, *new[1:]).status_code == 302
    assert inquiry_type.steps.count() == 30


def test_a_step_that_was_added_meanwhile_is_not_lost(staff_browser, inquiry_type):
    data = type_form(inquiry_type, changes={"in_review": {"label": "Mine"}})
    inquiry_type.steps.create(key="theirs", label="Theirs", sort_order=9)
    response = staff_browser.post(page(inquiry_type, "change"), data)
    assert errors(response)[1] == [
        "The pipeline has been changed in the meantime. Nothing was saved; check it and try again."
    ]
    assert list(inquiry_type.steps.values_list("label", flat=True)) == [
        "Submitted",
        "In Review",
        "Answered",
        "Closed",
        "Theirs",
    ]


def test_a_step_that_went_meanwhile_is_not_made_again(staff_browser, inquiry_type):
    data = type_form(inquiry_type, changes={"in_review": {"label": "Mine"}})
    inquiry_type.steps.filter(key="in_review").delete()
    assert staff_browser.post(page(inquiry_type, "change"), data).status_code == 200
    assert inquiry_type.steps.count() == 3


RUBBISH = ["\0", "a\0b", "x" * 5000, "9" * 400, "-1", "\u202e"]


@pytest.mark.parametrize("text", RUBBISH)
def test_invalid_values_of_a_step_are_refused_beside_their_field(staff_browser, inquiry_type, text):
    # A label may be any short text.
    names = ["sort_order", "key", "color", "id", "inquiry_type"] + ["label"] * (text in RUBBISH[:4])
    keys = ["submitted", "in_review", "answered", "closed"]
    for some in (names[:4], names[4:]):
        changes = {key: {name: text} for key, name in zip(keys, some, strict=False)}
        response = post(staff_browser, inquiry_type, changes=changes)
        assert (response.status_code, list(errors(response)[0])) == (200, list(enumerate(some)))
    data = type_form(inquiry_type, changes={"in_review": {"label": "Other"}})
    assert staff_browser.post(page(inquiry_type, "change"), data | {"steps-TOTAL_FORMS": text}).status_code == 200
    assert [row[1:] for row in pipeline(inquiry_type)] == [row[1:] for row in AS_IT_WAS]
    assert inquiry_type.steps.get(key="in_review").label == "In Review"


@pytest.mark.parametrize("text", RUBBISH[4:])
def test_a_label_may_be_any_short_text(staff_browser, inquiry_type, text):
    response = post(staff_browser, inquiry_type, changes={"in_review": {"label": text}})
    assert (response.status_code, inquiry_type.steps.get(key="in_review").label) == (302, text)
