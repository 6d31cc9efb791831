"""Queries that are asked together give the same rows as each by itself, type by type."""

from datetime import date
from typing import Any

import pytest
from django.db.models import Count, DateField, DurationField, F, FloatField, Max, Q
from django.db.models.functions import Cast, Lower
from django.utils import timezone
from msgspec import Struct

from config.accounts.models import ApiToken, Pro
from config.web.compiled import Compiled
from config.web.together import UNASKED, Answers, together
from contact_requests.models import ContactRequest
from contacts.models import ChannelDelivery, Contact
from inquiries.models import Inquiry, PipelineStep

from ..factories import ContactFactory, InquiryFactory, RequestFactory, make_token
from .test_compiled import content

pytestmark = pytest.mark.django_db

CONTACTS = Compiled(lambda pro: Contact.objects.for_pro(pro).order_by("-name"))
NAMES = Compiled(lambda pro: Contact.objects.for_pro(pro).order_by("name").values_list("name"))


def typed(rows):
    return [[(type(value), value) for value in row] for row in rows]


def test_instances_are_the_querysets_to_the_type_of_each_value(pro, django_assert_num_queries):
    make_token(pro, "contacts:read", expires_at=timezone.now())
    contact = ContactFactory(pro=pro, name='Zoë "Zed" \\ \u2028\x01 😀', phone="")
    InquiryFactory(pro=pro, budget="12345678.90", person={"first_name": "Zoë", "list": [1, 1.5, None, True]})
    InquiryFactory(pro=pro, budget=None, contact=contact)
    RequestFactory(pro=pro, contact=contact)
    shapes = [
        lambda pro: Contact.objects.for_pro(pro),
        lambda pro: Inquiry.objects.for_pro(pro).select_related("contact", "step__inquiry_type").order_by("-pk"),
        lambda pro: ContactRequest.objects.for_pro(pro).select_related("property"),
        lambda pro: ApiToken.objects.select_related("pro").filter(pro=pro),
        lambda pro: PipelineStep.objects.filter(inquiry_type__inquiries__pro=pro).distinct(),
    ]
    expected = [[content(row) for row in shape(pro)] for shape in shapes]
    assert all(expected)
    compiled = list(map(Compiled, shapes))
    for _ in range(2):
        with django_assert_num_queries(1):
            found = together(*[one.question(pro) for one in compiled])
        assert [[content(row) for row in rows] for rows in found] == expected


def test_values_are_the_querysets_to_their_types(pro):
    ContactFactory(pro=pro, name="Jane")
    InquiryFactory(pro=pro, budget="10.50", person={"first_name": "Zoë"})
    InquiryFactory(pro=pro, budget=None)
    shapes: list[Any] = [
        lambda pro: Inquiry.objects.for_pro(pro).order_by("pk").values_list("budget", "person", "person__first_name"),
        lambda pro: Contact.objects.for_pro(pro).values_list("id", "created_at", "deleted_at", Lower("name"), "pro"),
        lambda pro: Contact.objects.for_pro(pro).values_list(Cast("created_at", DateField()), Q(name="Jane")),
        lambda pro: Inquiry.objects.for_pro(pro).values_list("pro").annotate(Count("pk"), Max("budget"), Max("id")),
    ]
    expected = [typed(shape(pro)) for shape in shapes]
    assert all(expected) and expected[2][0][0] == (date, timezone.now().date())
    assert list(map(typed, together(*[Compiled(shape).question(pro) for shape in shapes]))) == expected


def test_rows_keep_their_order_and_their_limits(pro):
    for name in "fbdaec":
        ContactFactory(pro=pro, name=name)
    ContactFactory(name="Stranger")
    sliced = Compiled(lambda pro: Contact.objects.for_pro(pro).order_by("-name").values_list("name")[1:3])
    question = NAMES.question(pro)
    found = together(CONTACTS.question(pro), question, question.part(2), question.part(2, 3), sliced.question(pro))
    assert [contact.name for contact in found[0]] == [*"fedcba"]
    assert ["".join(name for (name,) in rows) for rows in found[1:]] == ["abcdef", "ab", "de", "ed"]


def test_each_call_has_its_own_values(pro):
    ContactFactory(pro=pro, name="One")
    other = ContactFactory(name="Two").pro
    for one, two in ((pro, other), (other, pro)):
        assert together(NAMES.question(one), NAMES.question(two)) == (NAMES.rows(one), NAMES.rows(two))


def test_queries_that_find_nothing(pro, django_assert_num_queries):
    contact = ContactFactory(pro=pro)
    listed = Compiled(lambda pro, ids: Contact.objects.for_pro(pro).filter(pk__in=ids))
    with django_assert_num_queries(0):
        assert together(listed.question(pro, []), listed.question(pro, [])) == ([], [])
    nobody = Pro(pk=0)
    with django_assert_num_queries(1):
        found = together(listed.question(pro, []), listed.question(pro, [contact.pk]), NAMES.question(nobody))
    assert found == ([], [contact], [])
    with django_assert_num_queries(1):
        assert together(listed.question(pro, [contact.pk]), listed.question(pro, []).part(2)) == ([contact], [])


class Person(Struct):
    id: int
    created_at: Any


def test_structs_and_annotations(pro):
    contact = ContactFactory(pro=pro, name="Jane")
    people = Compiled.structs(Person, lambda pro: Contact.objects.for_pro(pro))
    below = Compiled(lambda pro: Contact.objects.for_pro(pro).annotate(below=Lower("name"), at=F("created_at")))
    [person], [annotated] = together(people.question(pro), below.question(pro))
    assert person == Person(contact.pk, contact.created_at)
    assert (annotated, annotated.below, annotated.at) == (contact, "jane", contact.created_at)


@pytest.mark.parametrize(
    "shape",
    [
        lambda pro: Inquiry.objects.for_pro(pro).values_list(Cast("budget", FloatField())),
        lambda pro: ChannelDelivery.objects.filter(connection__pro=pro),
        lambda pro: Contact.objects.for_pro(pro).values_list(Cast("created_at", DurationField())),
    ],
    ids=["a float", "bytes", "a duration"],
)
def test_a_column_of_an_unknown_type_is_refused(pro, shape):
    with pytest.raises(TypeError, match="cannot be asked together"):
        together(Compiled(shape).question(pro), NAMES.question(pro))


def test_answers_are_found_whether_or_not_they_were_asked_before(pro, django_assert_num_queries):
    contact = ContactFactory(pro=pro, name="Jane")
    other = ContactFactory(name="Stranger").pro
    answers = Answers()
    with django_assert_num_queries(1):
        answers.ask(CONTACTS.question(pro), NAMES.question(pro), CONTACTS.question(pro))
        answers.ask()
        assert (answers.rows(CONTACTS.question(pro)), answers.first(NAMES.question(pro))) == ([contact], ("Jane",))
    with django_assert_num_queries(3):
        assert answers.rows(NAMES.question(other)) == [("Stranger",)]
        assert answers.rows(NAMES.question(pro).part(1)) == [("Jane",)]
        assert UNASKED.first(NAMES.question(pro)) == ("Jane",)
