"""Makes the triggers of kept counts, compares the counts with the rows, and folds them."""

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F
from django.utils import timezone

from config.migrating import RunOnDatabase

from .counted import CountedTable

logger = logging.getLogger("vestibule.counts")

# Taken by whoever folds or corrects, so that two do not at once.
LOCK = 0x636F756E
MINUTES_OF_A_DAY = 24 * 60


# A subclass of KeptCount, which cannot be imported while the apps are loaded.
type CountModel = Any


def kept_counts() -> Iterator[CountModel]:
    """The models of kept counts."""
    return (model for model in apps.get_models() if isinstance(getattr(model, "counted", None), CountedTable))


def dropping_triggers(counted: CountedTable) -> RunOnDatabase:
    """The operation of a migration that drops the triggers when it is taken back. A migrate makes them at its end."""

    def drop(_apps: Any, schema_editor: Any) -> None:
        for statement in counted.drops(schema_editor.connection.vendor):
            schema_editor.execute(statement)

    return RunOnDatabase(RunOnDatabase.noop, drop)


def assert_triggers(app_config: AppConfig, using: str) -> None:
    """Make the triggers of an app's counts anew where one is missing or of another release, and correct the counts."""
    connection = connections[using]
    for model in kept_counts():
        if model._meta.app_config == app_config and _has_columns(connection, model.counted):
            _assert_triggers_of(model, connection)


def _assert_triggers_of(model: CountModel, connection: BaseDatabaseWrapper) -> None:
    vendor = connection.vendor
    counted = model.counted.on(vendor)
    if counted.present(connection) == (marks := counted.marks(vendor)):
        return
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        made = [statement for statements in counted.triggers(vendor).values() for statement in statements]
        for statement in [*counted.drops(vendor), *made]:
            cursor.execute(statement)
        if vendor == "postgresql":
            for name, mark in marks.items():
                cursor.execute(f"COMMENT ON TRIGGER {name} ON {counted.table} IS '{mark}'")
        # The triggers hold back other writers until the end of this transaction.
        correct_counts(model)


def _has_columns(connection: BaseDatabaseWrapper, counted: CountedTable) -> bool:
    """False while migrations are taken back, or made in part."""
    with connection.cursor() as cursor:
        if not {counted.table, counted.counts} <= {*connection.introspection.table_names(cursor)}:
            return False
        present = {column.name for column in connection.introspection.get_table_description(cursor, counted.counts)}
    return {*counted.keys, *counted.numbers, "is_delta"} <= present


def compare_counts(model: CountModel, tenants: Iterable[int] | None = None) -> list[dict[str, Any]]:
    """The groups whose kept count differs from the rows, with the numbers by which too few are kept.

    `tenants` are the ids of the only Pros that are compared.
    """
    connection = connections[router.db_for_write(model)]
    counted = model.counted.on(connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(counted.difference(tenants))
        return [dict(zip([*counted.keys, *counted.numbers], row, strict=True)) for row in cursor.fetchall()]


def correct_counts(model: CountModel, tenants: Iterable[int] | None = None) -> list[dict[str, Any]]:
    """Correct the kept counts that differ; returns them as `compare_counts` does. Others may write meanwhile."""
    with transaction.atomic(using := router.db_for_write(model)):
        _hold_counts(using)
        if groups := compare_counts(model, tenants):
            _add_groups(model, groups)
            _fold(model, using)
    return groups


def _add_groups(model: CountModel, groups: list[dict[str, Any]]) -> None:
    attnames = {field.column: field.attname for field in model._meta.concrete_fields}
    rows = [model(**{attnames[name]: value for name, value in group.items()}, is_delta=True) for group in groups]
    model._default_manager.bulk_create(rows, batch_size=1000)


def _hold_counts(using: str) -> None:
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def keep_counts() -> None:
    """Fold the counts, and check those of some Pros: housekeeping."""
    fold_counts()
    check_counts()


def fold_counts() -> None:
    """Put the rows of each group together."""
    for model in kept_counts():
        with transaction.atomic(using := router.db_for_write(model)):
            _hold_counts(using)
            _fold(model, using)


def _fold(model: CountModel, using: str) -> None:
    with connections[using].cursor() as cursor:
        for statement in model.counted.fold(connections[using].vendor):
            cursor.execute(statement)


def current_minute() -> int:
    """Minutes of the day that are over, in UTC."""
    now = timezone.now()
    return now.hour * 60 + now.minute


def check_counts() -> None:
    """Compare the counts of some Pros, so that each comes about once a day, and correct them.

    It logs an error when one differs, which no change of a row can bring about.
    """
    for model in kept_counts():
        pros = model._meta.get_field("pro").related_model._default_manager.alias(minute=F("pk") % MINUTES_OF_A_DAY)
        ids = list(pros.filter(minute=current_minute()).values_list("pk", flat=True))
        for group in correct_counts(model, ids) if ids else ():
            logger.error("A kept count differed, and was corrected: %s %s", model._meta.label, group)
