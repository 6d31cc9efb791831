"""Kept cursors: plans on PostgreSQL, and what becomes of them after a migration or a lost connection."""

import pytest
from django.db import NotSupportedError, connection

from config.accounts.models import Pro
from config.cursors import execute
from config.web.compiled import Compiled

from ..factories import ProFactory

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="plans of PostgreSQL")


def plans():
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [statement for (statement,) in cursor.fetchall()]


@on_postgresql
@pytest.mark.django_db
@pytest.mark.parametrize("keeps_plan", [False, True])
def test_a_plan_is_kept_for_what_says_so(keeps_plan):
    pro, by_id = ProFactory(), Compiled(lambda id: Pro.objects.filter(pk=id), keeps_plan=keeps_plan)
    assert [by_id.first(pro.pk) for _ in range(10)] == [pro] * 10
    assert any('FROM "accounts_pro"' in plan for plan in plans()) == keeps_plan


@on_postgresql
@pytest.mark.django_db
def test_a_lists_plan_is_kept_for_each_size_and_without_filters():
    """One for any size would be for a tenth of all rows, and one for any filter suits no Pro."""
    pros = ProFactory.create_batch(3, name="One")
    newest = Compiled(lambda **filters: Pro.objects.filter(**filters).order_by("-pk"), keeps_plan=True)
    for _ in range(10):
        assert newest.part(2, 0) == pros[:0:-1]
        assert newest.part(2, 1) == pros[1::-1]
        assert newest.part(1, 0, name="One") == pros[2:]
    kept = sorted(plan.partition(" LIMIT ")[2] for plan in plans() if 'FROM "accounts_pro"' in plan)
    assert kept == ["2", "2 OFFSET $1"]


@on_postgresql
@pytest.mark.django_db
def test_constants_stand_in_the_sql_of_a_kept_plan():
    """A plan for all values of a parameter uses no partial index whose condition names one of them."""
    pro = ProFactory(name="it's 5%s")
    named = Compiled(lambda id: Pro.objects.filter(pk=id, name="it's 5%s", id__gt=-1), keeps_plan=True)
    assert [named.first(pro.pk) for _ in range(10)] == [pro] * 10
    [kept] = [plan for plan in plans() if 'FROM "accounts_pro"' in plan]
    assert "$2" not in kept and """'it''s 5%s'""" in kept


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_has_new_cursors():
    pro, by_id = ProFactory(), Compiled(lambda id: Pro.objects.filter(pk=id), keeps_plan=True)
    for _ in range(7):
        by_id.first(pro.pk)
    connection.close()
    assert by_id.first(pro.pk) == pro


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_changed_column_fails_once_and_ends_the_connection_with_its_request():
    def read():
        return execute(connection, "SELECT id FROM changing WHERE id = %s", [1], keeps_plan=True).fetchall()

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE changing AS SELECT 1 AS id")
    try:
        for _ in range(7):
            read()
        # In a block: the driver would see an ALTER TABLE of its own connection, as it does not see that of a migration.
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN ALTER TABLE changing ALTER id TYPE bigint; END $$")
        with pytest.raises(NotSupportedError):
            read()
        connection.close_if_unusable_or_obsolete()
        assert connection.connection is None
        assert read() == [(1,)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE changing")


@pytest.mark.django_db
def test_percent_signs_reach_the_database():
    sql = "SELECT '100 %%', 'a%%sb', %s"
    assert execute(connection, sql, ["%s ?"], keeps_plan=False).fetchall() == [("100 %", "a%sb", "%s ?")]
