"""The staff admin of inquiry types: the page of a type with its steps."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inquiries.models import AllowedMove, Inquiry, InquiryType
from inquiries.pipeline.editing import allow_moves

from ..admin_site import (
    assert_list_is_flat,
    assert_no_regular_expressions,
    assert_permissions,
    page,
    staff_client,
)
from ..factories import InquiryTypeFactory
from ..pages import Page
from .type_forms import AS_IT_WAS, errors, pipeline, post, type_form

pytestmark = pytest.mark.django_db


# --- The admin's manners


def test_staff_without_the_permission_get_403():
    inquiry_type = InquiryTypeFactory()
    assert_permissions(inquiry_type)
    moves = page(inquiry_type, "moves")
    viewer, before = staff_client("view_inquirytype"), list(AllowedMove.objects.values())
    assert Page(viewer.get(moves)).one("h1").text == "Allowed moves"
    for response in (staff_client().get(moves), staff_client().post(moves), viewer.post(moves)):
        assert Page(response, 403).one("h1").text == "That is not open to you"
    assert Client().get(moves)["Location"] == f"/sign-in?next={moves}"
    assert list(AllowedMove.objects.values()) == before != []


def test_bound_staff_have_no_part_in_moves(pro, inquiry_type):
    bound, moves = staff_client("all", pro=pro), page(inquiry_type, "moves")
    before = list(AllowedMove.objects.values())
    for response in (bound.get(moves), bound.post(moves)):
        assert Page(response, 403).one("h1").text == "That is not open to you"
    assert list(AllowedMove.objects.values()) == before != []


def test_the_moves_of_no_type_are_no_fault(inquiry_type):
    response = staff_client("all").get("/admin/inquiries/inquirytype/999999/moves/")
    assert Page(response, 404).one("h1").text == "There is nothing here"


def test_the_list_takes_no_regular_expressions():
    assert_no_regular_expressions(InquiryType, "name")


def test_the_list_does_not_ask_per_row(staff_browser):
    InquiryType.objects.all().delete()
    assert_list_is_flat(staff_browser, InquiryTypeFactory, InquiryType)


@pytest.mark.parametrize("name", ["change", "moves"])
def test_a_page_does_not_ask_per_step(staff_browser, name):
    short, long = InquiryTypeFactory(), InquiryTypeFactory(steps=[f"step_{n}" for n in range(30)])
    staff_browser.get(page(short, name))
    counts = []
    for inquiry_type in (short, long):
        with CaptureQueriesContext(connection) as captured:
            assert staff_browser.get(page(inquiry_type, name)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 15


def test_a_viewer_reads_the_pipeline_and_the_moves(inquiry_type):
    viewer = staff_client("view_inquirytype")
    steps = Page(viewer.get(page(inquiry_type, "change"))).one("#steps-group")
    assert "In Review" in steps.text and not steps.has("[name=steps-0-key]")
    boxes = Page(viewer.get(page(inquiry_type, "moves"))).one("table.moves").all("input[type=checkbox]")
    assert ["disabled" in box for box in boxes] == [True] * (4 * 4 - 4 - 3)


# --- Steps


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


# --- A new type, and a copy


def test_a_new_type_is_made_with_its_steps(staff_browser):
    new = InquiryType(name="Visit", slug="visit", sort_order=9)
    steps = [
        {"key": "asked", "label": "Asked", "color": "#000000", "is_initial": True},
        {"key": "done", "label": "Done", "color": "#000000", "is_terminal": True},
    ]
    response = staff_browser.post(page(InquiryType, "add"), type_form(new, *steps))
    assert response.status_code == 302
    made = InquiryType.objects.get(slug="visit")
    assert (made.name, pipeline(made)) == ("Visit", [("asked", 1, True, False), ("done", 2, False, True)])


def test_a_new_type_without_steps_is_refused(staff_browser):
    response = staff_browser.post(page(InquiryType, "add"), type_form(InquiryType(name="Visit", slug="visit")))
    assert len(errors(response)[1]) == 2
    assert not InquiryType.objects.filter(slug="visit").exists()


def test_a_copy_has_the_steps_and_the_moves(staff_browser, inquiry, inquiry_type):
    first, second, third, _last = inquiry_type.steps.all()
    allow_moves(inquiry_type, {(first.pk, third.pk), (third.pk, second.pk)})
    response = post(staff_browser, inquiry_type, slug="copy", name="Copy", _saveasnew="1")
    assert response.status_code == 302
    copy = InquiryType.objects.get(slug="copy")
    assert (copy.name, pipeline(copy), pipeline(inquiry_type)) == ("Copy", AS_IT_WAS, AS_IT_WAS)
    moves = AllowedMove.objects.filter(from_step__inquiry_type=copy).values_list("from_step__key", "to_step__key")
    assert sorted(moves) == [("answered", "in_review"), ("submitted", "answered")]
    assert Inquiry.objects.get().step == first


def test_a_copy_needs_a_slug_of_its_own(staff_browser, inquiry_type):
    response = post(staff_browser, inquiry_type, _saveasnew="1")
    assert response.context["adminform"].form.errors == {"slug": ["Inquiry type with this Slug already exists."]}
    assert response.context["adminform"].form["sort_order"].value() == str(inquiry_type.sort_order)
    main = Page(response).one("#content-main")
    assert main.has("form") and not main.has('a[href*="/moves/"]')
    assert InquiryType.objects.filter(name="Test").count() == 1


def test_a_new_type_stands_behind_the_others(staff_browser, inquiry_type):
    """The first active type gets inquiries submitted without a type."""
    InquiryType.objects.filter(pk=inquiry_type.pk).update(sort_order=41)
    field = staff_browser.get(page(InquiryType, "add")).context["adminform"].form["sort_order"]
    help_text = "Inquiries submitted without a type get the first active one."
    assert (field.value(), field.help_text) == (42, help_text)
    InquiryType.objects.all().delete()
    assert staff_browser.get(page(InquiryType, "add")).context["adminform"].form["sort_order"].value() == 1


# --- What a type may be called and shown with


@pytest.mark.parametrize("slug", ["2", "007"])
def test_a_slug_that_reads_as_an_id_is_refused(staff_browser, inquiry_type, slug):
    response = post(staff_browser, inquiry_type, slug=slug)
    error = "Use at least one letter: programs take a number for the id of a type."
    assert response.context["adminform"].form.errors == {"slug": [error]}
    assert post(staff_browser, inquiry_type, slug=f"{slug}b").status_code == 302
    assert InquiryType.objects.filter(slug=f"{slug}b").exists()


def test_the_slug_is_read_only_once_there_are_inquiries(staff_browser, inquiry, inquiry_type):
    assert "readonly" in Page(staff_browser.get(page(inquiry_type, "change"))).one("input[name=slug]")
    response = post(staff_browser, inquiry_type, slug="other")
    error = "The type has inquiries, and programs use its slug, so the slug cannot change."
    assert response.context["adminform"].form.errors == {"slug": [error]}
    # A type that had digits alone before is still changed in everything else.
    InquiryType.objects.filter(pk=inquiry_type.pk).update(slug="12")
    inquiry_type.refresh_from_db()
    assert post(staff_browser, inquiry_type, name="Renamed").status_code == 302
    assert InquiryType.objects.values_list("name", "slug").get(pk=inquiry_type.pk) == ("Renamed", "12")


@pytest.mark.parametrize("icon", ["no-such-icon", "../phone", "Phone", "📞"])
def test_an_unknown_icon_is_refused(staff_browser, inquiry_type, icon):
    error = "There is no Lucide icon with this name. See lucide.dev/icons for all names."
    response = post(staff_browser, inquiry_type, icon=icon, icon_type="lucide")
    assert response.context["adminform"].form.errors == {"icon": [error]}
    for known in ("phone", ""):
        assert post(staff_browser, inquiry_type, icon=known, icon_type="lucide").status_code == 302
        assert InquiryType.objects.values_list("icon", "icon_type").get(pk=inquiry_type.pk) == (known, "lucide")
