"""The staff admin of inquiry types: permissions, queries, new types and copies, names and icons."""

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
from .pipelines import AS_IT_WAS, pipeline
from .type_forms import errors, post, type_form

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
