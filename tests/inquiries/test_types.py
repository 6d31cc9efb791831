"""Inquiry types and pipelines: validation, constraints, order, allowed moves."""

import random

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from inquiries.models import AllowedMove, InquiryType, PipelineStep
from inquiries.models.inquiry_type import check_steps, find_initial_step
from inquiries.pipeline.db_constraints import TABLE, TRIGGER
from inquiries.pipeline.editing import arrange_steps
from inquiries.pipeline.moves import move_inquiry
from inquiries.translations import SHIPPED

from ..factories import InquiryFactory, InquiryTypeFactory
from ..pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]


def refused(work):
    with pytest.raises(IntegrityError), transaction.atomic():
        work()


def step(inquiry_type, key):
    return inquiry_type.steps.get(key=key)


def keys(inquiry_type):
    return list(inquiry_type.steps.values_list("key", "sort_order"))


# --- The database


def test_a_slug_is_one_types(inquiry_type):
    refused(lambda: InquiryType.objects.create(name="Other", slug="test"))


def test_icon_type_is_constrained(inquiry_type):
    refused(lambda: InquiryType.objects.update(icon_type="gif"))


@pytest.mark.parametrize(
    "fields",
    [
        {"key": "submitted", "sort_order": 9},
        {"key": "other", "sort_order": 1},
        {"key": "other", "sort_order": 9, "is_initial": True},
        {"key": "other", "sort_order": -1},
    ],
    ids=["a key twice", "a place twice", "two initial steps", "a place before the first"],
)
def test_a_pipeline_refuses(inquiry_type, fields):
    refused(lambda: inquiry_type.steps.create(label="Other", **fields))
    InquiryTypeFactory()  # Another type has all of them too.


def test_no_step_is_both_ends(inquiry_type):
    refused(lambda: inquiry_type.steps.filter(key="submitted").update(is_terminal=True))


def test_there_may_be_several_terminal_steps(inquiry_type):
    inquiry_type.steps.create(key="lost", label="Lost", sort_order=5, is_terminal=True)
    check_steps(inquiry_type.steps.all())


def test_an_extra_move_is_there_once_and_goes_somewhere(inquiry_type):
    start, end = step(inquiry_type, "submitted"), step(inquiry_type, "answered")
    AllowedMove.objects.create(from_step=start, to_step=end)
    AllowedMove.objects.create(from_step=end, to_step=start)
    refused(lambda: AllowedMove.objects.create(from_step=start, to_step=end))
    refused(lambda: AllowedMove.objects.create(from_step=start, to_step=start))


def test_a_type_without_inquiries_goes_with_its_pipeline(inquiry_type):
    AllowedMove.objects.create(from_step=step(inquiry_type, "submitted"), to_step=step(inquiry_type, "answered"))
    inquiry_type.delete()
    assert not PipelineStep.objects.filter(inquiry_type__slug="test").exists()


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


# --- Whole pipelines, whoever writes


# SQLite has no words of our own at the end of a transaction.
WHOLE = {
    "postgresql": "exactly one initial and at least one terminal step",
    "sqlite": "FOREIGN KEY constraint failed",
}[connection.vendor]
BREAKING = {
    "no initial step": lambda steps: steps.update(is_initial=False),
    "no terminal step": lambda steps: steps.update(is_terminal=False),
    "the initial one deleted": lambda steps: steps.filter(is_initial=True).delete(),
    "the terminal one deleted": lambda steps: steps.filter(is_terminal=True).delete(),
    "the terminal one given away": lambda steps: steps.filter(is_terminal=True).update(
        inquiry_type=InquiryTypeFactory(steps=["submitted", "done"]), key="given", sort_order=9
    ),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("breach", BREAKING)
def test_the_database_refuses_a_pipeline_that_is_not_whole(breach):
    inquiry_type = InquiryTypeFactory()
    before = list(inquiry_type.steps.values())
    with pytest.raises(IntegrityError, match=WHOLE), transaction.atomic():
        BREAKING[breach](inquiry_type.steps)
    assert list(inquiry_type.steps.values()) == before
    with pytest.raises(IntegrityError, match=WHOLE), transaction.atomic():
        InquiryType.objects.create(name="Half", slug="half").steps.create(key="a", label="A", sort_order=1)
    assert not InquiryType.objects.filter(slug="half").exists()


@pytest.mark.django_db(transaction=True)
def test_the_database_asks_at_the_end_of_a_transaction_alone():
    inquiry_type = InquiryTypeFactory()
    with transaction.atomic():
        inquiry_type.steps.update(is_initial=False)
        inquiry_type.steps.filter(key="in_review").update(is_initial=True)
    assert find_initial_step(inquiry_type.steps.all()).key == "in_review"
    inquiry_type.delete()
    assert not InquiryType.objects.filter(pk=inquiry_type.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_after_a_migration_that_rebuilt_the_table_the_database_refuses_as_before():
    inquiry_type = InquiryTypeFactory()
    with connection.schema_editor() as editor:
        if connection.vendor == "sqlite":
            editor._remake_table(PipelineStep)
        else:
            editor.execute(f"DROP TRIGGER {TRIGGER} ON {TABLE}")
    call_command("migrate", verbosity=0)
    with pytest.raises(IntegrityError, match=WHOLE), transaction.atomic():
        inquiry_type.steps.filter(is_terminal=True).delete()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's")
@pytest.mark.django_db(transaction=True)
def test_replacing_a_step_of_another_type_is_seen():
    inquiry_type, other = InquiryTypeFactory(), InquiryTypeFactory()
    taken = inquiry_type.steps.get(is_terminal=True)
    columns = (
        "inquiry_type_id, key, label, description, color, sort_order, is_initial, is_terminal, maps_to_case_status"
    )
    with pytest.raises(IntegrityError, match=WHOLE), transaction.atomic(), connection.cursor() as cursor:
        values = "%s, %s, 'x', 'X', '', '#000000', 9, 0, 0, ''"
        cursor.execute(f"REPLACE INTO {TABLE} (id, {columns}) VALUES ({values})", [taken.pk, other.pk])  # noqa: S608
    assert inquiry_type.steps.get(is_terminal=True) == taken
