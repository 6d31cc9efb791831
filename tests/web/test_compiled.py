"""Compiled queries give the same instances and Structs as their querysets."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.db.models.functions import Lower
from django.utils import timezone
from msgspec import Struct

from config.accounts.models import ApiToken, Pro
from config.web.compiled import Compiled
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
