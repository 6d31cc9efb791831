"""Values of compiled queries: every kind, few and many of them, their plans, and what is refused as one."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.db.models.fields.tuple_lookups import TupleLessThan
from django.utils import timezone

from config.accounts.models import Pro
from config.web.compiled import Compiled
from config.web.many import Many
from config.web.together import together
from contacts.models import Contact
from inquiries.models import DirectoryUser, Inquiry

from ..factories import ContactFactory

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]


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
