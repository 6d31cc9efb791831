"""Queries whose SQL is put together once give what the queryset would."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.accounts.models import ApiToken, Pro
from config.web.compiled import Compiled

from ..factories import ProFactory, make_token

pytestmark = pytest.mark.django_db


def asked(work):
    with CaptureQueriesContext(connection) as queries:
        work()
    return [query["sql"] for query in queries]


def by_name(name):
    return ApiToken.objects.select_related("pro").filter(name=name, revoked_at=None)


def test_each_call_gives_its_own_rows():
    compiled, pros = Compiled(lambda name: Pro.objects.filter(name=name)), [ProFactory(name=n) for n in ("a", "b", "b")]
    assert compiled.rows("a") == pros[:1]
    assert sorted(compiled.rows("b"), key=lambda pro: pro.pk) == pros[1:]
    assert compiled.rows("c") == []
    assert (compiled.first("a"), compiled.first("c")) == (pros[0], None)


def test_the_rows_are_whole_and_the_sql_is_the_querysets(pro, django_assert_num_queries):
    make_token(pro, "contacts:read")
    compiled = Compiled(by_name)
    for _ in range(2):
        assert asked(lambda: compiled.rows("Test")) == asked(lambda: list(by_name("Test")))
        with django_assert_num_queries(1):
            [token] = compiled.rows("Test")
            assert (token.scopes, token.pro, token.pro.name) == (["contacts:read"], pro, pro.name)
    assert token.created_at == ApiToken.objects.get().created_at


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
