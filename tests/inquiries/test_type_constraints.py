"""Constraints of inquiry types and pipelines: the database refuses what is not whole, whoever writes."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from inquiries.models import AllowedMove, InquiryType, PipelineStep
from inquiries.models.inquiry_type import check_steps, find_initial_step
from inquiries.pipeline.db_constraints import TABLE, TRIGGER

from ..factories import InquiryTypeFactory
from .pipelines import step

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]


def refused(work):
    with pytest.raises(IntegrityError), transaction.atomic():
        work()


# --- Single rows


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


# --- Whole pipelines


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
