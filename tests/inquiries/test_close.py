"""The engine of moves: closing an inquiry."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from inquiries.history.reading import read_history
from inquiries.models import Inquiry
from inquiries.pipeline.moves import close_inquiry, move_inquiry

from .engine import allow, refused, state, trail


@pytest.mark.parametrize(("outcome", "status"), [("completed", "closed"), ("cancelled", "cancelled")])
@pytest.mark.parametrize("steps", [[], ["in_review"], ["in_review", "answered"]], ids=str)
def test_it_closes_from_every_step(inquiry, user, steps, outcome, status):
    for key in steps:
        move_inquiry(inquiry, to=key, by=user)
    close_inquiry(inquiry, outcome=outcome, note="Done", by=user)
    assert (inquiry.pipeline_status, inquiry.status) == state(inquiry) == ("closed", status)
    last = read_history(inquiry.pk)[-1]
    assert (last.from_status, last.to_status, last.note) == ((["submitted", *steps])[-1], "closed", "Done")


def test_it_is_completed_unless_somebody_says_otherwise(inquiry, user):
    close_inquiry(inquiry, by=user)
    assert state(inquiry) == ("closed", "closed")


@pytest.mark.parametrize("first", ["completed", "cancelled"])
@pytest.mark.parametrize("second", ["completed", "cancelled"])
def test_closing_twice_is_refused(inquiry, user, first, second):
    close_inquiry(inquiry, outcome=first, by=user)
    before = Inquiry.objects.values().get()
    assert refused(lambda: close_inquiry(inquiry, outcome=second, by=user)) == ("closed", "closed", [])
    assert refused(lambda: move_inquiry(inquiry, to="closed", by=user)) == ("closed", "closed", [])
    assert (Inquiry.objects.values().get(), len(trail(inquiry))) == (before, 2)


def test_a_cancelled_inquiry_can_be_taken_up_again_where_staff_allow_it(inquiry, inquiry_type, user):
    allow(inquiry_type, "closed", "in_review")
    close_inquiry(inquiry, outcome="cancelled", by=user)
    assert refused(lambda: close_inquiry(inquiry, by=user)) == ("closed", "closed", ["in_review"])
    move_inquiry(inquiry, to="in_review", by=user)
    assert state(inquiry) == ("in_review", "in_progress")
    close_inquiry(inquiry, by=user)
    assert state(inquiry) == ("closed", "closed")


def test_of_several_terminal_steps_the_last_one_ends_it(inquiry, inquiry_type, user):
    inquiry_type.steps.filter(key="in_review").update(is_terminal=True)
    close_inquiry(inquiry, by=user)
    assert state(inquiry) == ("closed", "closed")


def test_on_one_terminal_step_it_does_not_close_onto_another(inquiry, inquiry_type, user):
    inquiry_type.steps.filter(key="in_review").update(is_terminal=True)
    move_inquiry(inquiry, to="in_review", by=user)
    assert state(inquiry) == ("in_review", "closed")
    assert refused(lambda: close_inquiry(inquiry, by=user)) == ("in_review", "closed", [])


def test_a_pipeline_without_an_end_has_nowhere_to_close(inquiry, inquiry_type, user):
    inquiry_type.steps.update(is_terminal=False)
    assert refused(lambda: close_inquiry(inquiry, by=user)) == ("submitted", "closed", ["in_review"])
    transaction.set_rollback(True)  # At its end the database would refuse it.


@pytest.mark.parametrize("outcome", ["", "closed", "COMPLETED", "completed "])
def test_an_outcome_is_one_of_two(inquiry, user, outcome):
    with pytest.raises(ValidationError) as caught:
        close_inquiry(inquiry, outcome=outcome, by=user)
    assert caught.value.message_dict == {"outcome": ["Choose one of: completed, cancelled."]}
    assert state(inquiry) == ("submitted", "open")
