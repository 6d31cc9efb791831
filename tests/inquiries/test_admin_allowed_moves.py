"""The staff admin of inquiry types: the table of allowed moves, and the preview of a pipeline."""

import html
import re

import pytest
from django.contrib.admin.models import LogEntry

from inquiries.models import InquiryType
from inquiries.pipeline.editing import allow_moves, extra_moves

from ..admin_site import (
    listed,
    page,
    shown,
)
from ..factories import InquiryFactory, InquiryTypeFactory
from .type_forms import post, type_form


def test_unreachable_steps_are_warned_of(staff_browser, inquiry_type):
    saved = 'The inquiry type “<a href="/admin/inquiries/inquirytype/{}/change/">Test</a>” was changed successfully.'
    done = [html.unescape(saved.format(inquiry_type.pk))]
    late = [
        {"key": "late", "label": "Late", "color": "#000000", "sort_order": 5},
        {"key": "later", "label": "Later", "color": "#000000", "sort_order": 6},
    ]
    both = "These steps cannot be reached from the initial step: Late, Later."
    assert shown(staff_browser.post(page(inquiry_type, "change"), type_form(inquiry_type, *late), follow=True)) == [
        both,
        *done,
    ]
    # A way to the first of them is one to the next too; a way between them is none.
    closed, late, later = inquiry_type.steps.all()[3:]
    for move, said in [((later, late), [both]), ((closed, late), []), ((closed, later), [both.replace(", Later", "")])]:
        data = {"move": f"{move[0].pk}-{move[1].pk}"}
        told = shown(staff_browser.post(page(inquiry_type, "moves"), data, follow=True))
        assert told == ["The allowed moves are saved.", *said]


def test_the_table_has_a_box_for_every_move_that_is_not_given(staff_browser, inquiry_type):
    first, second, third, last = inquiry_type.steps.all()
    allow_moves(inquiry_type, {(first.pk, third.pk)})
    content = staff_browser.get(page(inquiry_type, "moves")).content.decode()
    boxes = re.findall(r'name="move" value="([\d-]+)"( checked)?', content)
    given = {(first, second), (second, third), (third, last)}
    steps = [first, second, third, last]
    assert [value for value, _ in boxes] == [
        f"{start.pk}-{end.pk}" for start in steps for end in steps if start != end and (start, end) not in given
    ]
    assert [value for value, checked in boxes if checked] == [f"{first.pk}-{third.pk}"]
    assert content.count('<span class="visually-hidden">the next step</span>') == 3


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
    content = staff_browser.get(page(inquiry_type, "change")).content.decode()
    preview = content[content.index('<ol class="pipeline-steps">') :].partition("</ol>")[0]
    assert re.findall(r"<strong>([^<]*)</strong>", preview) == ["Submitted", "In Review", "Answered", "Closed"]
    assert re.findall(r'fill="(#\w+)"', preview) == ["#6B7280"] * 4
    assert re.findall(r"also to (\w+)", preview) == ["Answered"]
    assert re.findall(r'"pipeline-end">(\w+)', preview) == ["initial", "terminal"]
    assert preview.count("pipeline-arrow") == 3


def test_the_page_of_a_new_type_has_no_preview(staff_browser):
    assert b"pipeline-steps" not in staff_browser.get(page(InquiryType, "add")).content


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
    InquiryFactory()
    assert post(staff_browser, inquiry_type, changes={"submitted": {"sort_order": 2}}).status_code == 302
