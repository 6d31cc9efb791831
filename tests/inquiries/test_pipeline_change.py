"""Changing the pipeline of a type: stored steps, and the targets of affected inquiries."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from inquiries.models import AllowedMove, Inquiry, InquiryHistory, PipelineStep
from inquiries.pipeline.editing import Change, TargetStepsMissingError, allow_moves, change_pipeline, extra_moves
from inquiries.pipeline.moves import InvalidTransitionError, close_inquiry, move_inquiry

from ..factories import InquiryFactory, InquiryTypeFactory, ProFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(db):
    return UserFactory(pro=None, is_staff=True, email="editor@example.com", name="Edith Editor", userhub_id=77)


def steps_of(inquiry_type):
    """The steps by key, to be edited."""
    return {step.key: step for step in inquiry_type.steps.all()}


def pipeline(inquiry_type):
    return list(inquiry_type.steps.values_list("key", "sort_order", "is_initial", "is_terminal"))


AS_IT_WAS = [("submitted", 1, True, False), ("in_review", 2, False, False), ("answered", 3, False, False)]
AS_IT_WAS += [("closed", 4, False, True)]


def progress(inquiry):
    return Inquiry.objects.values_list("step__key", "status", "responded_at").get(pk=inquiry.pk)


def rows(inquiry):
    """Its history rows after the first one."""
    names = ["from_status", "from_label", "to_status", "to_label", "changed_by", "by_user_id", "by_name", "note"]
    return list(InquiryHistory.objects.filter(inquiry=inquiry).values_list(*names))[1:]


def refused(code, work):
    with pytest.raises(ValidationError) as caught:
        work()
    assert [error.code for error in caught.value.error_list] == ([code] if isinstance(code, str) else code)


def needed(work):
    with pytest.raises(TargetStepsMissingError) as caught:
        work()
    return [(one.step.key, one.change, one.count, one.target) for one in caught.value.affected]


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


# --- A pipeline with inquiries


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
