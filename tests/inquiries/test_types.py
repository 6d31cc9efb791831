"""Inquiry types and pipelines: validation, order, allowed moves, labels in the reader's language."""

import random

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation

from inquiries.models import AllowedMove, InquiryType, PipelineStep
from inquiries.models.inquiry_type import check_steps, find_initial_step
from inquiries.pipeline.editing import arrange_steps
from inquiries.pipeline.moves import move_inquiry
from inquiries.translations import SHIPPED

from ..factories import InquiryFactory, InquiryTypeFactory
from ..pages import Page
from .pipelines import step

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]


def keys(inquiry_type):
    return list(inquiry_type.steps.values_list("key", "sort_order"))


# --- The model


def faults(work):
    with pytest.raises(ValidationError) as caught:
        work()
    return caught.value


def test_a_whole_pipeline_passes(inquiry_type):
    check_steps(inquiry_type.steps.all())
    assert find_initial_step(inquiry_type.steps.all()) == step(inquiry_type, "submitted")


def test_every_fault_of_a_pipeline_is_named():
    empty, endless = InquiryTypeFactory(steps=[]), InquiryTypeFactory(steps=["only"])
    assert faults(lambda: check_steps(empty.steps.all())).messages == [
        "A pipeline has exactly one initial step.",
        "A pipeline has at least one terminal step.",
    ]
    assert faults(lambda: check_steps(endless.steps.all())).messages == ["A pipeline has at least one terminal step."]
    endless.steps.update(is_initial=False, is_terminal=True)
    assert faults(lambda: find_initial_step(endless.steps.all())).messages == [
        "A pipeline has exactly one initial step."
    ]
    transaction.set_rollback(True)  # At its end the database would refuse them.


def test_an_extra_move_stays_within_its_type(inquiry_type):
    other = InquiryTypeFactory()
    move = AllowedMove(from_step=step(inquiry_type, "submitted"), to_step=step(other, "answered"))
    assert faults(move.full_clean).messages == ["Both steps must be of the same inquiry type."]
    AllowedMove(from_step=step(inquiry_type, "submitted"), to_step=step(inquiry_type, "answered")).full_clean()


@pytest.mark.parametrize("color", ["", "red", "#12345", "#1234567", "#12345g", "#123456\n", "3B82F6"])
def test_a_color_is_six_digits(inquiry_type, color):
    first = step(inquiry_type, "submitted")
    inquiry_type.color = first.color = color
    assert set(faults(inquiry_type.full_clean).message_dict) == set(faults(first.full_clean).message_dict) == {"color"}


@pytest.mark.parametrize("key", ["", "In review", "in-review", "1st", "_x", "é", "a\n", "a\0", "a" * 51])
def test_a_key_is_plain(inquiry_type, key):
    first = step(inquiry_type, "submitted")
    first.key = key
    assert set(faults(first.full_clean).message_dict) == {"key"}


def test_they_are_read_in_order():
    InquiryType.objects.all().delete()
    for slug, place in (("c", 3), ("a", 1), ("b", 2)):
        InquiryTypeFactory(slug=slug, sort_order=place)
    assert [inquiry_type.slug for inquiry_type in InquiryType.objects.all()] == ["a", "b", "c"]


# --- Another order


def test_steps_are_put_into_another_order(inquiry_type):
    arrange_steps(inquiry_type, ["closed", "submitted", "answered", "in_review"])
    assert keys(inquiry_type) == [("closed", 1), ("submitted", 2), ("answered", 3), ("in_review", 4)]
    arrange_steps(inquiry_type, ["submitted", "in_review", "answered", "closed"])
    assert keys(inquiry_type) == [("submitted", 1), ("in_review", 2), ("answered", 3), ("closed", 4)]


def test_gaps_are_closed(inquiry_type):
    step(inquiry_type, "in_review").delete()
    arrange_steps(inquiry_type, ["submitted", "answered", "closed"])
    assert keys(inquiry_type) == [("submitted", 1), ("answered", 2), ("closed", 3)]


@pytest.mark.parametrize(
    "wanted",
    [
        [],
        ["submitted"],
        ["submitted", "submitted", "in_review", "answered"],
        ["submitted", "in_review", "answered", "closed", "closed"],
        ["submitted", "in_review", "answered", "other"],
    ],
)
def test_an_order_names_every_step_once(inquiry_type, wanted):
    assert faults(lambda: arrange_steps(inquiry_type, wanted)).messages == ["Name every step of the pipeline once."]
    assert keys(inquiry_type) == [("submitted", 1), ("in_review", 2), ("answered", 3), ("closed", 4)]


def test_other_types_keep_their_order(inquiry_type):
    other = InquiryTypeFactory()
    arrange_steps(inquiry_type, ["closed", "answered", "in_review", "submitted"])
    assert keys(other) == [("submitted", 1), ("in_review", 2), ("answered", 3), ("closed", 4)]


# --- Where the steps lead


def allowed_by_step(inquiry_type):
    return {
        step.key: [other.key for other in others]
        for step, others in PipelineStep.objects.allowed_by_step(inquiry_type).items()
    }


def test_allowed_steps_of_every_step_in_two_queries(inquiry_type, django_assert_num_queries):
    AllowedMove.objects.create(
        from_step=inquiry_type.steps.get(key="closed"), to_step=inquiry_type.steps.get(key="submitted")
    )
    AllowedMove.objects.create(
        from_step=inquiry_type.steps.get(key="submitted"), to_step=inquiry_type.steps.get(key="answered")
    )
    with django_assert_num_queries(1):
        assert allowed_by_step(inquiry_type) == {
            "submitted": ["in_review", "answered"],
            "in_review": ["answered"],
            "answered": ["closed"],
            "closed": ["submitted"],
        }


def test_allowed_steps_of_a_type_without_steps():
    assert allowed_by_step(InquiryTypeFactory(steps=[])) == {}


def test_allowed_by_step_agrees_with_allowed_from(shipped, inquiry_type):
    """The same rule by query for one step and in Python for all: the two must agree."""
    draw = random.Random(4)
    other = InquiryTypeFactory(steps=[f"s{n}" for n in range(8)])
    other.steps.filter(key__in=["s3", "s6"]).update(is_terminal=True)
    steps = [*other.steps.all(), *inquiry_type.steps.all()]
    for start, end in draw.sample([(a, b) for a in steps for b in steps if a != b], 40):
        AllowedMove.objects.create(from_step=start, to_step=end)
    for each in (inquiry_type, other, *shipped.values()):
        allowed = PipelineStep.objects.allowed_by_step(each)
        assert allowed == {step: list(PipelineStep.objects.allowed_from(step)) for step in each.steps.all()}
        assert [step.sort_order for step in allowed] == sorted(step.sort_order for step in allowed)


@pytest.mark.django_db(transaction=True)
def test_orders_at_once_leave_one_of_them(at_once):
    inquiry_type = InquiryTypeFactory()
    wanted = [["submitted", "in_review", "answered", "closed"], ["closed", "answered", "in_review", "submitted"]]
    at_once(8, lambda n: arrange_steps(inquiry_type, wanted[n % 2]))
    assert keys(inquiry_type) in [list(zip(order, range(1, 5), strict=True)) for order in wanted]


# --- In the reader's language


@pytest.mark.parametrize(("language", "label"), [("en", "In Review"), ("fr", "En examen"), ("nl", "In beoordeling")])
def test_the_label_of_a_shipped_step_is_in_the_readers_language(browser, user, shipped, language, label):
    user.language = language
    user.save()
    inquiry = InquiryFactory(pro=user.pro, inquiry_type=shipped["question"])
    move_inquiry(inquiry, to="in_review", by=None)
    assert Page(browser.get(f"/inquiries/{inquiry.pk}")).one("#progress h2").text == label


def test_labels_of_staff_are_not_translated(browser, user, shipped):
    user.language = "fr"
    user.save()
    inquiry = InquiryFactory(pro=user.pro, inquiry_type=shipped["question"])
    shipped["question"].steps.filter(key="submitted").update(label="Name")  # A word that is translated elsewhere.
    assert Page(browser.get(f"/inquiries/{inquiry.pk}")).one("#progress h2").text == "Name"


def test_every_shipped_word_is_among_those_that_are_translated(shipped):
    steps = [step for inquiry_type in shipped.values() for step in inquiry_type.steps.all()]
    texts = {text for inquiry_type in shipped.values() for text in (inquiry_type.name, inquiry_type.description)}
    with translation.override("en"):
        assert {str(shipped_text) for shipped_text in SHIPPED} == texts | {
            text for s in steps for text in (s.label, s.description)
        }
