"""The staff admin of inquiry types: the table of allowed moves, and the preview of a pipeline."""

import pytest
from django.contrib.admin.models import LogEntry

from inquiries.models import Inquiry, InquiryType
from inquiries.pipeline.editing import allow_moves, extra_moves

from ..admin_site import listed, page, shown
from ..factories import InquiryFactory, InquiryTypeFactory
from ..pages import Page
from .type_forms import post, type_form


def test_unreachable_steps_are_warned_of(staff_browser, inquiry_type):
    link = f'<a href="/admin/inquiries/inquirytype/{inquiry_type.pk}/change/">Test</a>'
    late = [
        {"key": "late", "label": "Late", "color": "#000000", "sort_order": 5},
        {"key": "later", "label": "Later", "color": "#000000", "sort_order": 6},
    ]
    both = "These steps cannot be reached from the initial step: Late, Later."
    assert shown(staff_browser.post(page(inquiry_type, "change"), type_form(inquiry_type, *late), follow=True)) == [
        both,
        f"The inquiry type “{link}” was changed successfully.",
    ]
    # A move to the first of them leads to the next too; a move between them leads to neither.
    closed, late, later = inquiry_type.steps.all()[3:]
    cases = [((later, late), [both]), ((closed, late), []), ((closed, later), [both.replace(", Later", "")])]
    for (start, end), warnings in cases:
        response = staff_browser.post(page(inquiry_type, "moves"), {"move": f"{start.pk}-{end.pk}"}, follow=True)
        assert shown(response) == ["The allowed moves are saved.", *warnings]


def test_the_table_has_a_box_for_every_move_that_is_not_given(staff_browser, inquiry_type):
    first, second, third, last = inquiry_type.steps.all()
    allow_moves(inquiry_type, {(first.pk, third.pk)})
    table = Page(staff_browser.get(page(inquiry_type, "moves"))).one("table.moves")
    boxes = table.all("input[name=move]")
    given = {(first, second), (second, third), (third, last)}
    steps = [first, second, third, last]
    assert [box.value for box in boxes] == [
        f"{start.pk}-{end.pk}" for start in steps for end in steps if start != end and (start, end) not in given
    ]
    assert [box.value for box in boxes if "checked" in box] == [f"{first.pk}-{third.pk}"]
    assert table.texts("td .visually-hidden").count("the next step") == 3


def test_the_table_is_saved_as_it_is_ticked(staff_browser, inquiry_type):
    first, second, third, last = inquiry_type.steps.all()
    allow_moves(inquiry_type, {(first.pk, third.pk)})
    ticked = [f"{last.pk}-{first.pk}", f"{third.pk}-{second.pk}"]
    response = staff_browser.post(page(inquiry_type, "moves"), {"move": ticked}, follow=True)
    assert shown(response) == ["The allowed moves are saved."]
    assert extra_moves(inquiry_type) == {(last.pk, first.pk), (third.pk, second.pk)}
    assert LogEntry.objects.get().get_change_message() == "Changed Allowed moves."
    staff_browser.post(page(inquiry_type, "moves"), {})
    assert extra_moves(inquiry_type) == set()


@pytest.mark.parametrize("move", ["", "x", "1-", "0-0", "9" * 40, f"{2**60}-1", "-1-2", "1-1-1", "\0"])
def test_an_invalid_move_is_refused_and_changes_nothing(staff_browser, inquiry_type, move):
    first, _second, third, _last = inquiry_type.steps.all()
    allow_moves(inquiry_type, {(first.pk, third.pk)})
    response = staff_browser.post(page(inquiry_type, "moves"), {"move": [move]}, follow=True)
    assert shown(response) == [
        "The pipeline has been changed in the meantime. Nothing was saved; check it and try again."
    ]
    assert extra_moves(inquiry_type) == {(first.pk, third.pk)}
    assert staff_browser.put(page(inquiry_type, "moves")).status_code == 405


def test_thirty_steps_may_all_lead_to_each_other(staff_browser):
    inquiry_type = InquiryTypeFactory(steps=[f"step_{n}" for n in range(30)])
    keys = list(inquiry_type.steps.values_list("pk", flat=True))
    moves = [f"{start}-{end}" for start in keys for end in keys if start != end]
    assert staff_browser.post(page(inquiry_type, "moves"), {"move": moves}).status_code == 302
    assert len(extra_moves(inquiry_type)) == 30 * 29 - 29


def test_the_preview_shows_the_stored_pipeline(staff_browser, inquiry_type):
    first, _second, third, _last = inquiry_type.steps.all()
    allow_moves(inquiry_type, {(first.pk, third.pk)})
    preview = Page(staff_browser.get(page(inquiry_type, "change"))).one("ol.pipeline-steps")
    assert preview.texts("strong") == ["Submitted", "In Review", "Answered", "Closed"]
    assert preview.values("circle", "fill") == ["#6B7280"] * 4
    assert preview.texts(".pipeline-extra") == ["also to Answered"]
    assert preview.texts(".pipeline-end") == ["initial", "terminal"]
    assert len(preview.all(".pipeline-arrow")) == 3


def test_the_page_of_a_new_type_has_no_preview(staff_browser):
    form = Page(staff_browser.get(page(InquiryType, "add"))).form("#inquirytype_form")
    assert not form.has(".pipeline-steps")


def test_the_list_is_in_the_order_of_the_types(staff_browser, shipped):
    assert [inquiry_type.slug for inquiry_type in listed(staff_browser, InquiryType)] == [
        "question",
        "callback_request",
        "offer_request",
    ]


def test_the_shipped_types_are_saved_as_they_are(staff_browser, shipped):
    for inquiry_type in shipped.values():
        before = list(inquiry_type.steps.values())
        assert post(staff_browser, inquiry_type).status_code == 302
        assert list(inquiry_type.steps.values()) == before


def test_two_inquiries_of_other_types_are_not_asked_about(staff_browser, inquiry_type):
    other = InquiryFactory()
    before = Inquiry.objects.values().get()
    response = post(staff_browser, inquiry_type, changes={"submitted": {"sort_order": 2}})
    assert (response.status_code, response["Location"]) == (302, page(InquiryType, "changelist"))
    assert list(inquiry_type.steps.values_list("key", flat=True)) == ["in_review", "submitted", "answered", "closed"]
    assert (Inquiry.objects.values().get(), other.history.count()) == (before, 1)
