"""The engine of moves: history, notes, the first response."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from inquiries.history.reading import read_history
from inquiries.models import Inquiry
from inquiries.pipeline.moves import close_inquiry, move_inquiry

from .engine import state, token, trail


def test_history_says_who_did_what(inquiry, pro, user):
    program = token(pro, actor_id=77)
    user.userhub_id = 12
    user.save()
    move_inquiry(inquiry, to="in_review", by=user, note="  Read\r\ntwice ")
    move_inquiry(inquiry, to="answered", by=program)
    close_inquiry(inquiry, by=None, changed_by=5, note="By itself")
    who = [
        (entry.changed_by, entry.by_user_id, entry.by_token_id, entry.by_name, entry.note)
        for entry in read_history(inquiry.pk)
    ]
    assert who == [
        (789, None, None, "", "Inquiry created"),
        (12, user.pk, None, "Olive Owner", "Read\ntwice"),
        (77, None, program.pk, "Portal", ""),
        (5, None, None, "", "By itself"),
    ]


def test_an_actor_that_is_named_comes_first(inquiry, pro):
    move_inquiry(inquiry, to="in_review", by=token(pro, actor_id=77), changed_by=5)
    move_inquiry(inquiry, to="answered", by=token(pro))
    assert [entry.changed_by for entry in read_history(inquiry.pk)] == [789, 5, None]


@pytest.mark.parametrize(
    ("note", "message"),
    [("a\0b", "Null characters are not allowed."), ("x" * 2001, "Use at most 2000 characters.")],
    ids=["null", "long"],
)
def test_an_invalid_note_moves_nothing_by_the_engine(inquiry, user, note, message):
    for work in (
        lambda: move_inquiry(inquiry, to="in_review", by=user, note=note),
        lambda: close_inquiry(inquiry, by=user, note=note),
    ):
        with pytest.raises(ValidationError) as caught:
            work()
        assert caught.value.message_dict == {"note": [message]}
    assert (state(inquiry), trail(inquiry)) == (("submitted", "open"), [(None, "submitted")])


def test_the_longest_note_is_kept(inquiry, user):
    move_inquiry(inquiry, to="in_review", by=user, note="é" * 2000)
    assert read_history(inquiry.pk)[-1].note == "é" * 2000


def test_the_first_act_of_the_pros_side_is_the_answer(inquiry, user):
    assert inquiry.responded_at is None
    started = timezone.now()
    move_inquiry(inquiry, to="in_review", by=user)
    first = Inquiry.objects.get().responded_at
    assert started <= first <= timezone.now()
    move_inquiry(inquiry, to="answered", by=user)
    close_inquiry(inquiry, by=user)
    assert Inquiry.objects.get().responded_at == first


def test_a_program_answers_for_the_pro(inquiry, pro):
    close_inquiry(inquiry, by=token(pro))
    assert Inquiry.objects.get().responded_at is not None


@pytest.mark.parametrize("named", [True, False], ids=["named", "as the token's actor"])
def test_actions_of_the_customer_are_no_response(inquiry, pro, named):
    program = token(pro, actor_id=None if named else inquiry.user_id)
    close_inquiry(inquiry, outcome="cancelled", by=program, changed_by=inquiry.user_id if named else None)
    assert (state(inquiry), Inquiry.objects.get().responded_at) == (("closed", "cancelled"), None)


def test_an_automatic_move_is_no_response(inquiry):
    move_inquiry(inquiry, to="in_review", by=None)
    assert Inquiry.objects.get().responded_at is None
