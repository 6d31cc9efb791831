"""Inquiry types and their pipelines: what the database and the model hold."""

import random

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from inquiries.models import AllowedMove, InquiryType, PipelineStep
from inquiries.models.inquiry_type import check_steps, initial_of
from inquiries.pipeline.db_constraints import TABLE, TRIGGER
from inquiries.pipeline.editing import arrange_steps
from inquiries.pipeline.moves import move_inquiry
from inquiries.translations import SHIPPED

from ..factories import InquiryFactory, InquiryTypeFactory

pytestmark = pytest.mark.django_db


def refused(work):
    with pytest.raises(IntegrityError), transaction.atomic():
        work()


def step(kind, key):
    return kind.steps.get(key=key)


def keys(kind):
    return list(kind.steps.values_list("key", "sort_order"))


# --- The database


def test_a_slug_is_one_types(kind):
    refused(lambda: InquiryType.objects.create(name="Other", slug="test"))


def test_an_icon_is_of_a_known_kind(kind):
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
def test_a_pipeline_refuses(kind, fields):
    refused(lambda: kind.steps.create(label="Other", **fields))
    InquiryTypeFactory()  # Another type has all of them too.


def test_no_step_is_both_ends(kind):
    refused(lambda: kind.steps.filter(key="submitted").update(is_terminal=True))


def test_there_may_be_several_terminal_steps(kind):
    kind.steps.create(key="lost", label="Lost", sort_order=5, is_terminal=True)
    check_steps(kind.steps.all())


def test_an_extra_move_is_there_once_and_goes_somewhere(kind):
    start, end = step(kind, "submitted"), step(kind, "answered")
    AllowedMove.objects.create(from_step=start, to_step=end)
    AllowedMove.objects.create(from_step=end, to_step=start)
    refused(lambda: AllowedMove.objects.create(from_step=start, to_step=end))
    refused(lambda: AllowedMove.objects.create(from_step=start, to_step=start))


def test_a_type_without_inquiries_goes_with_its_pipeline(kind):
    AllowedMove.objects.create(from_step=step(kind, "submitted"), to_step=step(kind, "answered"))
    kind.delete()
    assert not PipelineStep.objects.filter(inquiry_type__slug="test").exists()


# --- The model


def faults(work):
    with pytest.raises(ValidationError) as caught:
        work()
    return caught.value


def test_a_whole_pipeline_passes(kind):
    check_steps(kind.steps.all())
    assert initial_of(kind.steps.all()) == step(kind, "submitted")


def test_every_fault_of_a_pipeline_is_named():
    empty, endless = InquiryTypeFactory(steps=[]), InquiryTypeFactory(steps=["only"])
    assert faults(lambda: check_steps(empty.steps.all())).messages == [
        "A pipeline has exactly one initial step.",
        "A pipeline has at least one terminal step.",
    ]
    assert faults(lambda: check_steps(endless.steps.all())).messages == ["A pipeline has at least one terminal step."]
    endless.steps.update(is_initial=False, is_terminal=True)
    assert faults(lambda: initial_of(endless.steps.all())).messages == ["A pipeline has exactly one initial step."]
    transaction.set_rollback(True)  # At its end the database would refuse them.


def test_an_extra_move_stays_within_its_type(kind):
    other = InquiryTypeFactory()
    move = AllowedMove(from_step=step(kind, "submitted"), to_step=step(other, "answered"))
    assert faults(move.full_clean).messages == ["Both steps must be of the same inquiry type."]
    AllowedMove(from_step=step(kind, "submitted"), to_step=step(kind, "answered")).full_clean()


@pytest.mark.parametrize("color", ["", "red", "#12345", "#1234567", "#12345g", "#123456\n", "3B82F6"])
def test_a_color_is_six_digits(kind, color):
    first = step(kind, "submitted")
    kind.color = first.color = color
    assert set(faults(kind.full_clean).message_dict) == set(faults(first.full_clean).message_dict) == {"color"}


@pytest.mark.parametrize("key", ["", "In review", "in-review", "1st", "_x", "é", "a\n", "a\0", "a" * 51])
def test_a_key_is_plain(kind, key):
    first = step(kind, "submitted")
    first.key = key
    assert set(faults(first.full_clean).message_dict) == {"key"}


def test_they_are_read_in_order():
    InquiryType.objects.all().delete()
    for slug, place in (("c", 3), ("a", 1), ("b", 2)):
        InquiryTypeFactory(slug=slug, sort_order=place)
    assert [kind.slug for kind in InquiryType.objects.all()] == ["a", "b", "c"]


# --- Another order


def test_steps_are_put_into_another_order(kind):
    arrange_steps(kind, ["closed", "submitted", "answered", "in_review"])
    assert keys(kind) == [("closed", 1), ("submitted", 2), ("answered", 3), ("in_review", 4)]
    arrange_steps(kind, ["submitted", "in_review", "answered", "closed"])
    assert keys(kind) == [("submitted", 1), ("in_review", 2), ("answered", 3), ("closed", 4)]


def test_gaps_are_closed(kind):
    step(kind, "in_review").delete()
    arrange_steps(kind, ["submitted", "answered", "closed"])
    assert keys(kind) == [("submitted", 1), ("answered", 2), ("closed", 3)]


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
def test_an_order_names_every_step_once(kind, wanted):
    assert faults(lambda: arrange_steps(kind, wanted)).messages == ["Name every step of the pipeline once."]
    assert keys(kind) == [("submitted", 1), ("in_review", 2), ("answered", 3), ("closed", 4)]


def test_other_types_keep_their_order(kind):
    other = InquiryTypeFactory()
    arrange_steps(kind, ["closed", "answered", "in_review", "submitted"])
    assert keys(other) == [("submitted", 1), ("in_review", 2), ("answered", 3), ("closed", 4)]


# --- Where the steps lead


def ways(kind):
    return {step.key: [other.key for other in others] for step, others in PipelineStep.objects.ways(kind).items()}


def test_the_ways_of_every_step_in_two_queries(kind, django_assert_num_queries):
    AllowedMove.objects.create(from_step=kind.steps.get(key="closed"), to_step=kind.steps.get(key="submitted"))
    AllowedMove.objects.create(from_step=kind.steps.get(key="submitted"), to_step=kind.steps.get(key="answered"))
    with django_assert_num_queries(2):
        assert ways(kind) == {
            "submitted": ["in_review", "answered"],
            "in_review": ["answered"],
            "answered": ["closed"],
            "closed": ["submitted"],
        }


def test_the_ways_of_a_type_without_steps():
    assert ways(InquiryTypeFactory(steps=[])) == {}


def test_the_ways_are_what_after_says_of_each_step(shipped, kind):
    """One rule, said for one step by the database and for all of them at once: the two must not drift apart."""
    draw = random.Random(4)
    other = InquiryTypeFactory(steps=[f"s{n}" for n in range(8)])
    other.steps.filter(key__in=["s3", "s6"]).update(is_terminal=True)
    steps = [*other.steps.all(), *kind.steps.all()]
    for start, end in draw.sample([(a, b) for a in steps for b in steps if a != b], 40):
        AllowedMove.objects.create(from_step=start, to_step=end)
    for each in (kind, other, *shipped.values()):
        found = PipelineStep.objects.ways(each)
        assert found == {step: list(PipelineStep.objects.after(step)) for step in each.steps.all()}
        assert [step.sort_order for step in found] == sorted(step.sort_order for step in found)


@pytest.mark.django_db(transaction=True)
def test_orders_at_once_leave_one_of_them(at_once):
    kind = InquiryTypeFactory()
    wanted = [["submitted", "in_review", "answered", "closed"], ["closed", "answered", "in_review", "submitted"]]
    at_once(8, lambda n: arrange_steps(kind, wanted[n % 2]))
    assert keys(kind) in [list(zip(order, range(1, 5), strict=True)) for order in wanted]


# --- In the reader's language


@pytest.mark.parametrize(("language", "words"), [("en", "In Review"), ("fr", "En examen"), ("nl", "In beoordeling")])
def test_the_words_of_a_shipped_step_are_the_readers(browser, user, shipped, language, words):
    user.language = language
    user.save()
    inquiry = InquiryFactory(pro=user.pro, inquiry_type=shipped["question"])
    move_inquiry(inquiry, to="in_review", by=None)
    assert f"</svg> {words}</h2>" in browser.get(f"/inquiries/{inquiry.pk}").content.decode()


def test_what_staff_wrote_is_shown_as_it_stands(browser, user, shipped):
    user.language = "fr"
    user.save()
    inquiry = InquiryFactory(pro=user.pro, inquiry_type=shipped["question"])
    shipped["question"].steps.filter(key="submitted").update(label="Name")  # A word that is translated elsewhere.
    assert "</svg> Name</h2>" in browser.get(f"/inquiries/{inquiry.pk}").content.decode()


def test_every_shipped_word_is_among_those_that_are_translated(shipped):
    steps = [step for kind in shipped.values() for step in kind.steps.all()]
    texts = {text for kind in shipped.values() for text in (kind.name, kind.description)}
    with translation.override("en"):
        assert {str(words) for words in SHIPPED} == texts | {text for s in steps for text in (s.label, s.description)}


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
    kind = InquiryTypeFactory()
    before = list(kind.steps.values())
    with pytest.raises(IntegrityError, match=WHOLE), transaction.atomic():
        BREAKING[breach](kind.steps)
    assert list(kind.steps.values()) == before
    with pytest.raises(IntegrityError, match=WHOLE), transaction.atomic():
        InquiryType.objects.create(name="Half", slug="half").steps.create(key="a", label="A", sort_order=1)
    assert not InquiryType.objects.filter(slug="half").exists()


@pytest.mark.django_db(transaction=True)
def test_the_database_asks_at_the_end_of_a_transaction_alone():
    kind = InquiryTypeFactory()
    with transaction.atomic():
        kind.steps.update(is_initial=False)
        kind.steps.filter(key="in_review").update(is_initial=True)
    assert initial_of(kind.steps.all()).key == "in_review"
    kind.delete()
    assert not InquiryType.objects.filter(pk=kind.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_after_a_migration_that_rebuilt_the_table_the_database_refuses_as_before():
    kind = InquiryTypeFactory()
    with connection.schema_editor() as editor:
        if connection.vendor == "sqlite":
            editor._remake_table(PipelineStep)
        else:
            editor.execute(f"DROP TRIGGER {TRIGGER} ON {TABLE}")
    call_command("migrate", verbosity=0)
    with pytest.raises(IntegrityError, match=WHOLE), transaction.atomic():
        kind.steps.filter(is_terminal=True).delete()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's")
@pytest.mark.django_db(transaction=True)
def test_replacing_a_step_of_another_type_is_seen():
    kind, other = InquiryTypeFactory(), InquiryTypeFactory()
    taken = kind.steps.get(is_terminal=True)
    columns = (
        "inquiry_type_id, key, label, description, color, sort_order, is_initial, is_terminal, maps_to_case_status"
    )
    with pytest.raises(IntegrityError, match=WHOLE), transaction.atomic(), connection.cursor() as cursor:
        values = "%s, %s, 'x', 'X', '', '#000000', 9, 0, 0, ''"
        cursor.execute(f"REPLACE INTO {TABLE} (id, {columns}) VALUES ({values})", [taken.pk, other.pk])  # noqa: S608
    assert kind.steps.get(is_terminal=True) == taken
