"""Compiled queries give the same instances as their querysets."""

import pytest
from django.utils import timezone

from config.accounts.models import ApiToken, Pro
from config.web.compiled import Compiled
from contacts.models import Contact, ContactIdentity
from inquiries.models import DirectoryUser, Inquiry, PipelineStep

from ..factories import ContactFactory, InquiryFactory, InquiryTypeFactory, ProFactory, make_token

pytestmark = pytest.mark.django_db


def by_name(name):
    return ApiToken.objects.select_related("pro").filter(name=name, revoked_at=None)


def test_each_call_gives_its_own_rows():
    compiled, pros = Compiled(lambda name: Pro.objects.filter(name=name)), [ProFactory(name=n) for n in ("a", "b", "b")]
    assert compiled.rows("a") == pros[:1]
    assert sorted(compiled.rows("b"), key=lambda pro: pro.pk) == pros[1:]
    assert compiled.rows("c") == []
    assert (compiled.first("a"), compiled.first("c")) == (pros[0], None)


def content(row):
    """Columns of a row with the types of their values, and the same for its related rows."""
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


def test_what_may_be_missing_is_fetched_when_it_is_asked_for(pro, django_assert_num_queries):
    inquiry = InquiryFactory(pro=pro, contact=ContactFactory(pro=pro))
    compiled = Compiled(lambda pk: Inquiry.objects.select_related("contact", "step").filter(pk=pk))
    with django_assert_num_queries(2):
        row = compiled.first(inquiry.pk)
        assert (row.contact, row.step) == (inquiry.contact, inquiry.step)


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


@pytest.mark.parametrize(
    "shape",
    [
        lambda name: Pro.objects.filter(name=name, language="en"),
        lambda name: Pro.objects.filter(name__startswith=name),
        lambda name: Pro.objects.all(),
    ],
    ids=["another value", "a value made of it", "none of it"],
)
def test_other_parameters_than_the_values_are_refused(shape):
    with pytest.raises(ValueError, match="other parameters"):
        Compiled(shape).rows("x")
