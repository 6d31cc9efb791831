"""Changing the pipeline of a type that has inquiries: targets of those affected, and the rows of their history."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from inquiries.models import Inquiry, InquiryHistory, PipelineStep
from inquiries.pipeline.editing import Change, TargetStepsMissingError, change_pipeline
from inquiries.pipeline.moves import close_inquiry, move_inquiry

from ..factories import InquiryFactory, ProFactory
from .pipelines import AS_IT_WAS, pipeline, progress, refused, rows, steps_of

pytestmark = pytest.mark.django_db


def needed(work):
    with pytest.raises(TargetStepsMissingError) as caught:
        work()
    return [(one.step.key, one.change, one.count, one.target) for one in caught.value.affected]


def test_keys_stay_once_there_are_inquiries_and_labels_do_not(inquiry, inquiry_type, editor):
    steps = steps_of(inquiry_type)
    steps["answered"].key = "told"
    refused("key", lambda: change_pipeline(inquiry_type, list(steps.values()), by=editor))
    steps["answered"].key, steps["submitted"].label = "answered", "Come in"
    assert change_pipeline(inquiry_type, list(steps.values()), by=editor) == 0
    assert (inquiry_type.steps.first().label, rows(inquiry)) == ("Come in", [])


def test_a_step_with_inquiries_is_not_removed_without_a_target(inquiry, inquiry_type, editor):
    move_inquiry(inquiry, to="in_review", by=editor)
    steps = steps_of(inquiry_type)
    gone = steps.pop("in_review")
    change = {"removed": [gone], "by": editor}
    assert needed(lambda: change_pipeline(inquiry_type, list(steps.values()), **change)) == [
        ("in_review", Change.REMOVED, 1, None)
    ]
    for target in ("in_review", "nowhere", ""):
        targets = {gone.pk: target}
        assert needed(
            lambda targets=targets: change_pipeline(inquiry_type, list(steps.values()), targets=targets, **change)
        ) == [("in_review", Change.REMOVED, 1, target)]
    assert (pipeline(inquiry_type), progress(inquiry)[0], len(rows(inquiry))) == (AS_IT_WAS, "in_review", 1)


def test_removing_a_step_moves_its_inquiries_with_a_row_each(pro, inquiry, inquiry_type, editor):
    others = [InquiryFactory(pro=ProFactory(), inquiry_type=inquiry_type) for _ in range(2)]
    move_inquiry(others[0], to="in_review", by=None)
    move_inquiry(inquiry, to="in_review", by=None)
    steps = steps_of(inquiry_type)
    gone = steps.pop("in_review")
    gone.label = "Changed in the form"
    count = change_pipeline(
        inquiry_type,
        list(steps.values()),
        removed=[gone],
        targets={gone.pk: "answered"},
        by=editor,
        note=" Two are one now. ",
    )
    row = ("in_review", "In Review", "answered", "Answered", 77, editor.pk, str(editor), "Two are one now.")
    assert count == 2
    assert [progress(one) for one in (inquiry, others[0])] == [("answered", "in_progress", None)] * 2
    assert [rows(one)[1:] for one in (inquiry, others[0])] == [[row]] * 2
    assert (progress(others[1]), rows(others[1])) == (("submitted", "open", None), [])
    assert [key for key, *_ in pipeline(inquiry_type)] == ["submitted", "answered", "closed"]


def test_relocated_inquiries_are_not_relocated_again(inquiry, inquiry_type, editor):
    other = InquiryFactory(pro=inquiry.pro, inquiry_type=inquiry_type)
    move_inquiry(other, to="in_review", by=None)
    steps = steps_of(inquiry_type)
    first, second, third, last = steps.values()
    targets = {first.pk: "in_review", second.pk: "submitted"}
    assert needed(lambda: change_pipeline(inquiry_type, [second, first, third, last], by=editor)) == [
        ("submitted", Change.PLACE, 1, None),
        ("in_review", Change.PLACE, 1, None),
    ]
    assert change_pipeline(inquiry_type, [second, first, third, last], targets=targets, by=editor) == 2
    assert (progress(inquiry)[:2], progress(other)[:2]) == (("in_review", "in_progress"), ("submitted", "open"))
    assert rows(inquiry)[0][:4] == ("submitted", "Submitted", "in_review", "In Review")
    assert rows(other)[1][:4] == ("in_review", "In Review", "submitted", "Submitted")


def test_a_new_order_is_confirmed_and_lets_them_stay(inquiry, inquiry_type, editor):
    first, second, third, last = steps_of(inquiry_type).values()
    order, stay = [third, first, second, last], {first.pk: "submitted"}
    assert needed(lambda: change_pipeline(inquiry_type, order, by=editor)) == [("submitted", Change.PLACE, 1, None)]
    assert change_pipeline(inquiry_type, order, targets=stay, by=editor) == 1
    assert progress(inquiry) == ("submitted", "open", None)
    row = ("submitted", "Submitted", "submitted", "Submitted", 77, editor.pk, str(editor), "Pipeline changed")
    assert rows(inquiry) == [row]


def test_a_step_between_two_others_is_no_new_order(inquiry, inquiry_type, editor):
    first, second, third, last = steps_of(inquiry_type).values()
    new = PipelineStep(key="sorted", label="Sorted")
    assert change_pipeline(inquiry_type, [first, new, third, last], removed=[second], by=editor) == 0
    assert rows(inquiry) == []


def test_the_coarse_status_follows_a_step_that_becomes_an_end(inquiry, inquiry_type, editor):
    other, cancelled = (InquiryFactory(pro=inquiry.pro, inquiry_type=inquiry_type) for _ in "ab")
    move_inquiry(other, to="in_review", by=None)
    close_inquiry(cancelled, outcome="cancelled", by=None)
    first, second, third, last = steps_of(inquiry_type).values()
    first.is_initial, second.is_initial = False, True
    last.is_terminal, third.is_terminal = False, True
    targets = {first.pk: "closed", second.pk: "in_review", last.pk: "answered"}
    assert needed(lambda: change_pipeline(inquiry_type, [first, second, third, last], by=editor)) == [
        ("submitted", Change.ENDS, 1, None),
        ("in_review", Change.ENDS, 1, None),
        ("closed", Change.ENDS, 1, None),
    ]
    assert change_pipeline(inquiry_type, [first, second, third, last], targets=targets, by=editor) == 3
    assert [progress(one)[:2] for one in (inquiry, other, cancelled)] == [
        ("closed", "in_progress"),
        ("in_review", "open"),
        ("answered", "cancelled"),
    ]
    assert [row[0::2][:2] for row in rows(other)] == [("submitted", "in_review"), ("in_review", "in_review")]


def test_old_history_keeps_its_labels(inquiry, inquiry_type, editor):
    first, second, third, last = steps_of(inquiry_type).values()
    first.label, second.is_initial, first.is_initial = "Renamed", True, False
    change_pipeline(inquiry_type, [first, second, third, last], targets={first.pk: "submitted"}, by=editor)
    labels = InquiryHistory.objects.filter(inquiry=inquiry).values_list("from_label", "to_label")
    assert list(labels) == [("", "Submitted"), ("Submitted", "Renamed")]


@pytest.mark.parametrize("note", ["a\0b", "x" * 2001])
def test_an_invalid_note_changes_nothing(inquiry, inquiry_type, editor, note):
    first, *rest = steps_of(inquiry_type).values()
    first.is_initial, rest[0].is_initial = False, True
    with pytest.raises(ValidationError):
        change_pipeline(inquiry_type, [first, *rest], targets={first.pk: "submitted"}, by=editor, note=note)
    assert (pipeline(inquiry_type), progress(inquiry)[:2], rows(inquiry)) == (AS_IT_WAS, ("submitted", "open"), [])


def test_the_database_keeps_a_step_that_inquiries_stand_on(inquiry, inquiry_type):
    with pytest.raises(IntegrityError):
        inquiry_type.steps.filter(key="submitted").delete()


def test_many_are_moved_in_few_queries(inquiry, inquiry_type, editor, django_assert_max_num_queries):
    made = [
        Inquiry(pro=inquiry.pro, inquiry_type=inquiry_type, step=inquiry.step, user_id=1, created_by=1, subject="x")
        for _ in range(2500)
    ]
    Inquiry.objects.bulk_create(made)
    steps = steps_of(inquiry_type)
    gone = steps.pop("submitted")
    steps["in_review"].is_initial = True
    with django_assert_max_num_queries(60):
        change_pipeline(inquiry_type, list(steps.values()), removed=[gone], targets={gone.pk: "in_review"}, by=editor)
    assert Inquiry.objects.filter(step__key="in_review", status="open").count() == 2501
    assert InquiryHistory.objects.filter(from_status="submitted", to_status="in_review").count() == 2501
