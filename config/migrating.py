"""Operations of migrations that keep nobody waiting while the former release runs, and ones that take little time.

The former matter on PostgreSQL alone. Of the latter: Django has the models of each moment, and makes all anew that are
related to a changed one; around `Pro` and `User` that is nearly all of the time in which an empty database is migrated.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import AddConstraint, AddIndex, CreateModel, RunPython
from django.db.migrations.operations.base import Operation, OperationCategory

# In pg_index, of an index whose making was ended half-way.
INVALID = "SELECT 1 FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE c.relname = %s AND NOT i.indisvalid"
VALID = "SELECT 1 FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE c.relname = %s AND i.indisvalid"
PRESENT = "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = %s"


class CreateModels(Operation):
    """CreateModel of many, in this order: the models of the moment are made once for all of them."""

    category = OperationCategory.ADDITION

    def __init__(self, *models: CreateModel) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: Any) -> None:
        # Without what was made so far, it is not brought up to date for each.
        state.__dict__.pop("apps", None)
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for model in reversed(self.models):
            model.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Create {len(self.models)} models"


class RunOnDatabase(RunPython):
    """RunPython of functions that ask for no models: they are given None."""

    code: Any
    reverse_code: Any

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if router.allow_migrate(schema_editor.connection.alias, app_label, **self.hints):
            self.code(None, schema_editor)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if self.reverse_code and router.allow_migrate(schema_editor.connection.alias, app_label, **self.hints):
            self.reverse_code(None, schema_editor)


class AddIndexOnline(AddIndex):
    """AddIndex that lets others write to the table meanwhile: CREATE INDEX CONCURRENTLY.

    For a migration with `atomic = False` and no operations of another kind: ended half-way, it is begun again. It waits
    for transactions that are older, such as that of a backup, and nobody waits for it.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        connection = schema_editor.connection
        is_postgresql = connection.vendor == "postgresql"
        if _finds(connection, VALID if is_postgresql else PRESENT, self.index.name):
            return
        if not is_postgresql:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        if _finds(connection, INVALID, self.index.name):
            schema_editor.execute(f"DROP INDEX CONCURRENTLY {connection.ops.quote_name(self.index.name)}")
        with _waiting_for_locks(connection):
            schema_editor.add_index(model, self.index, concurrently=True)


class AddUniqueOnline(AddConstraint):
    """AddConstraint, of a UniqueConstraint with a condition, that lets others write to the table meanwhile.

    What such a constraint makes is a unique index. See AddIndexOnline. Rows that are not unique end it half-way.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        connection, name = schema_editor.connection, self.constraint.name
        is_postgresql = connection.vendor == "postgresql"
        if _finds(connection, VALID if is_postgresql else PRESENT, name):
            return
        if not is_postgresql:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        if _finds(connection, INVALID, name):
            schema_editor.execute(f"DROP INDEX CONCURRENTLY {connection.ops.quote_name(name)}")
        made = self.constraint.create_sql(to_state.apps.get_model(app_label, self.model_name), schema_editor)
        with _waiting_for_locks(connection):
            schema_editor.execute(str(made).replace("CREATE UNIQUE INDEX", "CREATE UNIQUE INDEX CONCURRENTLY", 1), None)


def _finds(connection: BaseDatabaseWrapper, sql: str, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, [name])
        return cursor.fetchone() is not None


@contextmanager
def _waiting_for_locks(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Suspend the limit of `manage.py migrate`: this waits for transactions, and keeps none waiting."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        (former,) = cursor.fetchone()
        cursor.execute("SET lock_timeout = 0")
        try:
            yield
        finally:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [former])
