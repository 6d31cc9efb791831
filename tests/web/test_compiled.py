"""Compiled queries give the same instances as their querysets."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Q
from django.db.models.fields.tuple_lookups import TupleLessThan
from django.db.models.functions import Lower
from django.utils import timezone
from msgspec import Struct

from config.accounts.models import ApiToken, Pro
from config.web.compiled import Compiled
from config.web.many import Many
from config.web.together import together
from contacts.models import Contact, ContactIdentity
from inquiries.models import DirectoryUser, Inquiry, PipelineStep

from ..factories import ContactFactory, InquiryFactory, InquiryTypeFactory, ProFactory, make_token

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]


def by_name(name):
    return ApiToken.objects.select_related("pro").filter(name=name, revoked_at=None)


def test_each_call_gives_its_own_rows():
    compiled, pros = Compiled(lambda name: Pro.objects.filter(name=name)), [ProFactory(name=n) for n in ("a", "b", "b")]
    assert compiled.rows("a") == pros[:1]
    assert sorted(compiled.rows("b"), key=lambda pro: pro.pk) == pros[1:]
    assert compiled.rows("c") == []
    assert (compiled.first("a"), compiled.first("c")) == (pros[0], None)


def test_a_query_that_can_find_nothing_is_not_asked(pro, django_assert_num_queries):
    contact = ContactFactory(pro=pro)
    compiled = Compiled(lambda pro, ids: Contact.objects.for_pro(pro).filter(pk__in=ids))
    with django_assert_num_queries(1):
        assert (compiled.rows(pro, []), compiled.rows(pro, [contact.pk])) == ([], [contact])


def content(row):
    """Columns of a row with the types of their values, and the same for its related rows."""
    if row is None:
        return None
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    columns = {name: (type(value), value) for name, value in values.items()}
    related = {name: content(other) for name, other in row._state.fields_cache.items()}
    return type(row), columns, related, row._state.db, row._state.adding, row.get_deferred_fields()


def tokens(pro):
    make_token(pro, "contacts:read", expires_at=timezone.now())
    return ApiToken.objects.select_related("pro"), "prefix"


def identities(pro):
    Contact.objects.register(pro, name="Jane", email="jane@example.org")
    return ContactIdentity.objects.select_related("contact"), "external_id"


def directory(pro):
    DirectoryUser.objects.create(userhub_id=456, first_name="Zoë")
    return DirectoryUser.objects.all(), "userhub_id"


def steps(pro):
    InquiryTypeFactory()
    return PipelineStep.objects.select_related("inquiry_type"), "key"


def inquiries(pro):
    InquiryFactory(pro=pro, budget="10.50")
    return Inquiry.objects.select_related("pro", "inquiry_type"), "user_id"


@pytest.mark.parametrize("make_rows", [tokens, identities, directory, steps, inquiries])
def test_an_instance_is_the_querysets_to_the_type_of_each_value(pro, make_rows, django_assert_num_queries):
    rows, name = make_rows(pro)
    value = rows.values_list(name, flat=True)[0]
    compiled = Compiled(lambda value: rows.filter(**{name: value}))
    expected = [content(row) for row in rows.filter(**{name: value})]
    for _ in range(2):
        with django_assert_num_queries(1):
            assert [content(row) for row in compiled.rows(value)] == expected != []


def test_related_rows_that_may_be_missing(pro, django_assert_num_queries):
    made = [InquiryFactory(pro=pro, contact=contact) for contact in (ContactFactory(pro=pro), None)]
    rows = Inquiry.objects.select_related("contact__merged_into", "step__inquiry_type").order_by("pk")
    compiled = Compiled(lambda pro: rows.filter(pro=pro))
    with django_assert_num_queries(1):
        related = [(row.contact, row.step.inquiry_type) for row in compiled.rows(pro)]
    assert related == [(row.contact, row.step.inquiry_type) for row in made]
    expected = [content(row) for row in rows.filter(pro=pro)]
    with django_assert_num_queries(1):
        assert [content(row) for row in compiled.rows(pro)] == expected


def test_annotations_and_columns_that_are_left_out(pro, django_assert_num_queries):
    ContactFactory(pro=pro, name="Jane", email="jane@example.org")
    rows = Contact.objects.annotate(below=Lower("name"), at=F("created_at")).defer("source", "email")
    [row], [expected] = Compiled(lambda pro: rows.filter(pro=pro)).rows(pro), rows.filter(pro=pro)
    assert (row.below, row.at) == (expected.below, expected.at) == ("jane", expected.created_at)
    assert row.get_deferred_fields() == expected.get_deferred_fields() == {"source", "email"}
    with django_assert_num_queries(1):
        assert row.email == "jane@example.org"


def test_a_row_can_be_saved_and_followed(pro):
    make_token(pro)
    token = Compiled(by_name).first("Test")
    token.name, token.pro.name = "Other", "Renamed"
    token.save()
    token.pro.save()
    assert ApiToken.objects.values_list("name", "pro__name").get() == ("Other", "Renamed")
    assert (token.pro_id, token.created_by) == (pro.pk, None)


def test_what_was_changed_meanwhile_is_read_anew(pro):
    compiled = Compiled(lambda pk: Pro.objects.filter(pk=pk))
    assert compiled.rows(pro.pk)[0].name == pro.name
    Pro.objects.update(name="Renamed")
    assert compiled.rows(pro.pk)[0].name == "Renamed"


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_by_its_own_connection(pro, at_once):
    compiled = Compiled(lambda pk: Pro.objects.filter(pk=pk))
    assert at_once(4, lambda n: compiled.rows(pro.pk)) == [[pro]] * 4


# --- Values


@pytest.mark.parametrize(
    ("shape", "values"),
    [
        (lambda pro: Contact.objects.for_pro(pro), ["pro"]),
        (lambda pro, at: Contact.objects.for_pro(pro).filter(created_at__lt=at), ["pro", "at"]),
        (lambda pro, id: Contact.objects.for_pro(pro).exclude(pk=id), ["pro", "id"]),
        (lambda ids, pro: Contact.objects.for_pro(pro).filter(pk__in=ids), ["ids", "pro"]),
        (lambda pro, ids: Contact.objects.for_pro(pro).exclude(pk__in=ids), ["pro", "none"]),
        (lambda at, id: Contact.objects.filter(TupleLessThan(("created_at", "id"), (at, id))), ["at", "id"]),
        (lambda at: Contact.objects.filter(Q(created_at__lt=at) | Q(updated_at__lt=at), status="prospect"), ["at"]),
        (lambda pro, old: Contact.objects.for_pro(pro, deleted=old), ["pro", "true"]),
        (lambda pro, old: Contact.objects.for_pro(pro, deleted=old), ["pro", "false"]),
    ],
)
def test_the_rows_of_every_kind_of_value(pro, shape, values):
    rows = [ContactFactory(pro=pro, created_at=timezone.now() - timedelta(days=n)) for n in range(4)]
    ContactFactory(pro=pro, name="Gone", deleted_at=timezone.now())
    ContactFactory(name="Stranger")
    known = {"pro": pro, "at": rows[1].created_at, "id": rows[1].pk, "true": True, "false": False}
    known |= {"ids": [rows[0].pk, rows[2].pk], "none": []}
    given = [known[name] for name in values]
    compiled = Compiled(lambda *values: shape(*values).order_by("name").values_list("name", "created_at"))
    for _ in range(2):
        assert compiled.rows(*given) == list(shape(*given).order_by("name").values_list("name", "created_at")) != []


@pytest.mark.parametrize("keeps_plan", [False, True])
def test_few_and_many_values_of_one_parameter(pro, keeps_plan):
    contacts = sorted((ContactFactory(pro=pro, name=f"it's {n}%s") for n in range(3)), key=lambda row: row.name)
    ContactFactory(name="it's 0%s")
    ids, tags = (
        [row.pk for row in contacts],
        DirectoryUser.objects.bulk_create(
            [DirectoryUser(userhub_id=70_000 * n, first_name="Zoë") for n in range(1, 4)]
        ),
    )

    def of_pro(pro, field, many):
        return Contact.objects.for_pro(pro).order_by("name").filter(**{f"{field}__among": many})

    by_id = Compiled(lambda pro, many: of_pro(pro, "pk", many), keeps_plan=keeps_plan)
    by_name = Compiled(lambda pro, many: of_pro(pro, "name", many), keeps_plan=keeps_plan)
    by_number = Compiled(
        lambda many: DirectoryUser.objects.filter(pk__among=many).order_by("pk"), keeps_plan=keeps_plan
    )
    for number in (3, 1, 0, 2):
        assert by_id.rows(pro, Many((*ids[:number],))) == contacts[:number]
        assert by_name.rows(pro, Many(tuple(row.name for row in contacts[:number]))) == contacts[:number]
        assert by_number.rows(Many(tuple(row.pk for row in tags[:number]))) == tags[:number]
    assert len(by_id._statements) == len(by_name._statements) == 1


@pytest.mark.parametrize("keeps_plan", [False, True])
def test_a_text_that_others_contain_or_begin_with(pro, keeps_plan):
    names = [r"100% it's \_a", r"100% it's \_b", "100 it's __a", "Somebody"]
    for name in names:
        ContactFactory(pro=pro, name=name)

    def shape(pro, part, beginning):
        rows = Contact.objects.for_pro(pro).filter(name__contains=part, name__startswith=beginning, status="prospect")
        return rows.order_by("name").values_list("name")

    compiled = Compiled(shape, keeps_plan=keeps_plan)
    for part, beginning in ((r"\_", "100%"), ("_", "100"), ("%", "1"), ("", ""), ("x", "S")):
        expected = sorted(name for name in names if part in name and name.startswith(beginning))
        assert compiled.rows(pro, part, beginning) == [(name,) for name in expected]
    assert len(compiled._statements) == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="plans of PostgreSQL")
def test_a_plan_is_kept_of_queries_that_are_asked_together(pro):
    contacts = Compiled(lambda pro: Contact.objects.for_pro(pro).order_by("name"), keeps_plan=True)
    names = Compiled(lambda pro: Contact.objects.for_pro(pro).values_list("name"), keeps_plan=True)
    jane = ContactFactory(pro=pro, name="Jane")
    for size in (1, 2):
        answers = [together(contacts.question(pro).part(size), names.question(pro).part(3, 0)) for _ in range(10)]
        assert answers == [([jane], [("Jane",)])] * 10
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%json_build_array%'")
        kept = [statement for (statement,) in cursor.fetchall()]
    assert len(kept) == 2 and all("LIMIT 3" in statement for statement in kept)


def test_each_set_of_names_has_its_own_query(pro):
    one, two = ContactFactory(pro=pro, role="tenant"), ContactFactory(pro=pro, role="tenant", status="renter")
    compiled = Compiled(lambda pro, **filters: Contact.objects.for_pro(pro).filter(**filters).order_by("created_at"))
    assert compiled.rows(pro, status="renter", role="tenant") == [two]
    assert compiled.rows(pro, role="tenant") == compiled.rows(pro) == [one, two]
    assert compiled.rows(pro, role="renter", status="tenant") == []


def test_a_part_of_the_rows(pro):
    rows = [ContactFactory(pro=pro) for _ in range(4)]
    compiled = Compiled(lambda pro: Contact.objects.for_pro(pro).order_by("created_at"))
    assert [compiled.part(*part, pro) for part in ((2, 0), (2, 1), (9, 3), (1, 4))] == [
        rows[:2],
        rows[1:3],
        rows[3:],
        [],
    ]


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (lambda name: Pro.objects.filter(name__endswith=name), "x"),
        (lambda number: Pro.objects.filter(pk=number + 1), 5),
        (lambda at: Pro.objects.filter(created_at=at + timedelta(days=1)), timezone.now()),
        (lambda name: Pro.objects.filter(name=uuid.uuid4()), "x"),
        (lambda name: Pro.objects.all(), "x"),
    ],
    ids=["the end of a text", "a sum", "a time after it", "another each time", "none of it"],
)
def test_other_parameters_than_the_values_are_refused(shape, value):
    with pytest.raises(ValueError, match="other parameters"):
        Compiled(shape).rows(value)


def test_a_value_of_an_unknown_type_is_refused():
    with pytest.raises(TypeError, match="float cannot be a value"):
        Compiled(lambda value: Inquiry.objects.filter(budget=value)).rows(1.5)


# --- Structs


class Step(Struct):
    key: str
    is_initial: bool


class Row(Struct):
    id: int
    budget: Any
    person: dict[str, Any]
    created_at: Any
    case_id: int | None
    step: Step


def test_a_struct_has_the_values_of_the_instance(pro):
    inquiry = InquiryFactory(pro=pro, budget="10.50", person={"first_name": "Zoë"})
    compiled = Compiled.structs(Row, lambda pro: Inquiry.objects.for_pro(pro).filter(status="open"))
    [row] = compiled.rows(pro)
    inquiry.refresh_from_db()
    own = [getattr(inquiry, name) for name in ("id", "budget", "person", "created_at", "case_id")]
    assert row == Row(*own, Step(inquiry.step.key, True))
    assert [type(getattr(row, name)) for name in Row.__struct_fields__[:5]] == [type(value) for value in own]
    assert row.step.is_initial is True


# --- Connections


@pytest.mark.skipif(connection.vendor == "sqlite", reason="Nobody cuts a connection to a file.")
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_cut_is_made_anew(pro):
    compiled = Compiled(lambda pk: Pro.objects.filter(pk=pk))
    assert compiled.rows(pro.pk) == [pro]
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    other.close()
    connection.health_check_enabled, connection.health_check_done = True, False
    assert compiled.rows(pro.pk) == [pro]
