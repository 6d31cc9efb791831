"""Changing the pipeline of a type: stored steps, extra moves, and moves of inquiries at the same moment."""

import threading

import pytest
from django.db import connection, transaction

from inquiries.models import AllowedMove, Inquiry, PipelineStep
from inquiries.pipeline.editing import allow_moves, change_pipeline, extra_moves
from inquiries.pipeline.moves import InvalidTransitionError, move_inquiry

from ..factories import InquiryFactory, InquiryTypeFactory, ProFactory, UserFactory
from .pipelines import AS_IT_WAS, pipeline, progress, refused, rows, steps_of

pytestmark = pytest.mark.django_db


# --- A pipeline that nobody stands on


def test_steps_swap_their_places_keys_and_ends(inquiry_type, editor):
    steps = steps_of(inquiry_type)
    first, second, third, last = steps.values()
    first.key, second.key, third.key = "in_review", "answered", "submitted"
    first.is_initial, third.is_initial = False, True
    assert change_pipeline(inquiry_type, [third, second, first, last], by=editor) == 0
    assert pipeline(inquiry_type) == [
        ("submitted", 1, True, False),
        ("answered", 2, False, False),
        ("in_review", 3, False, False),
        ("closed", 4, False, True),
    ]
    assert [step.pk for step in inquiry_type.steps.all()] == [third.pk, second.pk, first.pk, last.pk]


def test_steps_come_and_go(inquiry_type, editor):
    steps = steps_of(inquiry_type)
    AllowedMove.objects.create(from_step=steps["in_review"], to_step=steps["closed"])
    new = PipelineStep(key="in_review", label="Looked at", color="#000000", maps_to_case_status="open")
    order = [steps["submitted"], new, steps["closed"]]
    change_pipeline(inquiry_type, order, removed=[steps["in_review"], steps["answered"]], by=editor)
    assert pipeline(inquiry_type) == [
        ("submitted", 1, True, False),
        ("in_review", 2, False, False),
        ("closed", 3, False, True),
    ]
    assert inquiry_type.steps.get(key="in_review").label == "Looked at"
    assert not AllowedMove.objects.filter(from_step__inquiry_type=inquiry_type).exists()


def test_a_new_type_gets_its_first_pipeline(editor):
    inquiry_type = InquiryTypeFactory(steps=[])
    start = PipelineStep(key="start", label="Start", is_initial=True)
    change_pipeline(inquiry_type, [start, PipelineStep(key="end", label="End", is_terminal=True)], by=editor)
    assert pipeline(inquiry_type) == [("start", 1, True, False), ("end", 2, False, True)]


def test_every_fault_of_a_new_pipeline_is_named(inquiry_type, editor):
    steps = list(steps_of(inquiry_type).values())
    steps[1].is_initial, steps[2].key, steps[3].is_terminal = True, "submitted", False
    refused(["initial", "terminal", "keys"], lambda: change_pipeline(inquiry_type, steps, by=editor))
    steps[0].is_terminal, steps[1].is_initial, steps[2].key = True, False, "answered"
    refused("both_ends", lambda: change_pipeline(inquiry_type, steps, by=editor))
    assert pipeline(inquiry_type) == AS_IT_WAS


def test_a_step_that_is_not_named_was_added_meanwhile(inquiry_type, editor):
    steps = list(steps_of(inquiry_type).values())
    refused("stale", lambda: change_pipeline(inquiry_type, [steps[0], steps[3]], by=editor))
    foreign = InquiryTypeFactory().steps.get(key="answered")
    refused("stale", lambda: change_pipeline(inquiry_type, [*steps[:2], foreign, steps[3]], by=editor))
    assert pipeline(inquiry_type) == AS_IT_WAS


# --- Extra moves


def pairs(inquiry_type, *moves):
    steps = steps_of(inquiry_type)
    return {(steps[start].pk, steps[end].pk) for start, end in moves}


def test_extra_moves_are_replaced_by_the_given_ones(inquiry_type):
    allow_moves(inquiry_type, pairs(inquiry_type, ("submitted", "closed"), ("closed", "submitted")))
    allow_moves(
        inquiry_type,
        pairs(inquiry_type, ("submitted", "closed"), ("answered", "in_review"), ("submitted", "in_review")),
    )
    assert extra_moves(inquiry_type) == pairs(inquiry_type, ("submitted", "closed"), ("answered", "in_review"))
    # The move to the next step is given, and not stored.
    assert AllowedMove.objects.filter(from_step__inquiry_type=inquiry_type).count() == 2


def test_extra_moves_are_between_two_steps_of_the_type(inquiry_type):
    other = InquiryTypeFactory().steps.first().pk
    own = inquiry_type.steps.first().pk
    for wanted in ({(own, other)}, {(other, own)}, {(own, own)}, {(own, 2**63)}):
        refused("stale", lambda wanted=wanted: allow_moves(inquiry_type, wanted))
    assert extra_moves(inquiry_type) == set()


# --- At once


@pytest.mark.django_db(transaction=True)
def test_a_move_beside_the_removal_of_its_step_ends_in_one_of_both_orders(at_once):
    editor = UserFactory(pro=None)
    pro = ProFactory()

    def race(number):
        inquiry_type, inquiries = made[turn]
        if number:
            try:
                move_inquiry(inquiries[number - 1], to="in_review", by=None)
            except InvalidTransitionError as error:
                return str(error)
            return "moved"
        steps = steps_of(inquiry_type)
        gone = steps.pop("in_review")
        return change_pipeline(
            inquiry_type, list(steps.values()), removed=[gone], targets={gone.pk: "answered"}, by=editor
        )

    made = []
    for turn in range(5):
        inquiry_type = InquiryTypeFactory()
        made.append((inquiry_type, [InquiryFactory(pro=pro, inquiry_type=inquiry_type) for _ in range(5)]))
        count, *moves = at_once(6, race)
        assert count == moves.count("moved")
        assert set(moves) <= {"moved", "Invalid inquiry status transition from submitted to in_review"}
        expected = {True: ["in_review", "answered"], False: []}
        for inquiry, outcome in zip(made[turn][1], moves, strict=True):
            assert progress(inquiry)[0] == ("answered" if outcome == "moved" else "submitted")
            assert [row[2] for row in rows(inquiry)] == expected[outcome == "moved"]


@pytest.mark.django_db(transaction=True)
def test_a_new_inquiry_beside_another_initial_step_stands_on_one_that_is(at_once):
    editor, pro, inquiry_type = UserFactory(pro=None), ProFactory(), InquiryTypeFactory()

    def race(number):
        if number:
            return InquiryFactory(pro=pro, inquiry_type=inquiry_type).pk
        steps = steps_of(inquiry_type)
        gone = steps.pop("submitted")
        steps["in_review"].is_initial = True
        return change_pipeline(
            inquiry_type, list(steps.values()), removed=[gone], targets={gone.pk: "in_review"}, by=editor
        )

    at_once(6, race)
    assert list(Inquiry.objects.values_list("step__key", "status").distinct()) == [("in_review", "open")]
    assert Inquiry.objects.count() == 5


@pytest.mark.skipif(connection.vendor == "sqlite", reason="On SQLite whoever writes is alone.")
@pytest.mark.django_db(transaction=True)
def test_moves_of_one_type_do_not_wait_for_each_other():
    one = InquiryFactory()
    two = InquiryFactory(inquiry_type=one.inquiry_type)

    def move():
        try:
            move_inquiry(two, to="in_review", by=None)
        finally:
            connection.close()

    with transaction.atomic():
        move_inquiry(one, to="in_review", by=None)
        thread = threading.Thread(target=move)
        thread.start()
        thread.join(10)
        assert not thread.is_alive()
    assert [progress(inquiry)[0] for inquiry in (one, two)] == ["in_review", "in_review"]
