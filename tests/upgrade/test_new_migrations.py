"""Migrations since the former release: it runs on while they do, and after them."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations import operations as ops
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation

from config.migrating import AddIndexOnline, AddUniqueOnline
from tests.migrations import ReplacedLoader

from .former import read_release
from .schema import read_schema

ONLINE = (AddIndexOnline, AddUniqueOnline)
# They read and write rows, in batches where the migration is not one transaction.
RUNNING = (ops.RunPython, ops.RunSQL)
# Indexes that no query of the former release is read from, with how that is known. Emptied at each release.
UNUSED: dict[str, str] = {}
# Migrations that the rules are too strict for, with the reason why nobody waits. Emptied at each release.
REVIEWED: dict[str, str] = {}
# What the former release reads or writes is taken away one release later.
TAKING_AWAY = (ops.RemoveField, ops.DeleteModel, ops.RenameField, ops.RenameModel, ops.AlterModelTable)


def new_migrations() -> list[Migration]:
    """Every migration that the former release has not, in the order in which they are applied.

    A database that has a migration goes on with those that were squashed since, if it is not past them.
    """
    graph, old = ReplacedLoader(None).graph, set()
    for leaf in read_release()["migrations"].items():
        old |= set(graph.forwards_plan(leaf))
    plan: list[tuple[str, str]] = []
    ours = {app for app, _name in old}
    for leaf in graph.leaf_nodes():
        plan += [key for key in graph.forwards_plan(leaf) if key not in old and key not in plan]
    libraries = {key for key in plan if key[0] not in ours and not _is_ours(graph.nodes[key])}
    return [graph.nodes[key] for key in plan if key not in libraries]


def _is_ours(migration: Migration) -> bool:
    return type(migration).__module__.startswith(("config.", "contacts.", "contact_requests.", "inquiries."))


def faults(migrations: list[Migration]) -> Iterator[str]:
    """List which of these would stop the former release or delay it; it does not know the tables in `created`."""
    graph_state = ReplacedLoader(None)
    created: set[tuple[str, str]] = set()
    for migration in migrations:
        state = graph_state.project_state((migration.app_label, migration.name), at_end=False)
        made = [operation for operation in migration.operations if isinstance(operation, ops.CreateModel)]
        created |= {(migration.app_label, operation.name_lower) for operation in made}
        tables = {(migration.app_label, _model_of(o)) for o in migration.operations if not isinstance(o, RUNNING)}
        name = f"{migration.app_label}.{migration.name}"
        for operation in migration.operations if name not in REVIEWED else ():
            # A first migration fills what it has made.
            of_new = bool(made) and tables <= created
            is_new_table = of_new or (migration.app_label, _model_of(operation)) in created
            if fault := fault_of(operation, migration, state, is_new_table):
                yield f"{name}: {operation.describe()}: {fault}"


def _model_of(operation: Operation) -> str:
    return getattr(operation, "model_name", getattr(operation, "name", "")).lower()


def fault_of(operation: Operation, migration: Migration, state: Any, is_new_table: bool) -> str:
    """Say what is wrong with an operation, "" for nothing."""
    if is_new_table or isinstance(operation, ops.CreateModel):
        return ""
    if isinstance(operation, RUNNING):
        forwards = getattr(operation, "code", getattr(operation, "sql", None))
        is_idle = forwards in (ops.RunPython.noop, ops.RunSQL.noop)
        return "" if is_idle or not migration.atomic else "the rows stay locked until its end; use atomic = False"
    if isinstance(operation, ONLINE):
        others = [other for other in migration.operations if not isinstance(other, ONLINE)]
        return "" if not migration.atomic and not others else "it needs atomic = False, and no other operations"
    if isinstance(operation, TAKING_AWAY):
        return "the former release still uses it; take it away one release later"
    if isinstance(operation, ops.RemoveIndex) and operation.name not in UNUSED:
        return "the former release may read a list from it; take it away one release later, or name it in UNUSED"
    if isinstance(operation, ops.RemoveConstraint):
        return constraint_fault(state.models[migration.app_label, operation.model_name_lower], operation.name)
    if isinstance(operation, ops.AddIndex | ops.AddConstraint):
        return "nobody can write to the table meanwhile; use config.migrating"
    if isinstance(operation, ops.AddField):
        return field_fault(operation.field)
    if isinstance(operation, ops.AlterField):
        former = state.models[migration.app_label, operation.model_name_lower].get_field(operation.name)
        return change_fault(former, operation.field)
    return ""


def field_fault(field: models.Field[Any, Any]) -> str:
    has_column = not field.many_to_many
    is_filled = field.null or field.has_db_default()
    return "" if is_filled or not has_column else "the former release writes rows without it; give it a db_default"


def constraint_fault(model: Any, name: str) -> str:
    constraint = model.get_constraint_by_name(name)
    is_unique = isinstance(constraint, models.UniqueConstraint)
    return "the former release may write ON CONFLICT by it; take it away one release later" if is_unique else ""


def change_fault(former: Any, field: Any) -> str:
    if (former.unique and not field.unique) or (former.db_index and not field.db_index):
        return "the former release may need its index; take it away one release later"
    if former.null and not field.null and not field.has_db_default():
        return "the former release may write NULL"
    if former.get_internal_type() != field.get_internal_type():
        return "another type rewrites the table, and is not what the former release writes"
    if (field.max_length or 10**9) < (former.max_length or 0):
        return "the former release may write longer values"
    return ""


def test_the_former_release_can_run_on():
    assert list(faults(new_migrations())) == []


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_they_are_taken_back_and_made_again(migrate):
    """`migrate` gives the test database back."""
    before = read_schema()
    leaves = dict(MigrationLoader(connection).graph.leaf_nodes())
    for app, name in read_release()["migrations"].items():
        if leaves[app] != name:
            call_command("migrate", app, name, verbosity=0)
    call_command("migrate", verbosity=0)
    assert read_schema() == before


class Fake(Migration):
    def __init__(self, *operations: Operation, atomic: bool = True) -> None:
        super().__init__("0014_fake", "inquiries")
        self.operations, self.atomic = list(operations), atomic


INDEX = models.Index(fields=["pro"], name="spare")
UNIQUE = models.UniqueConstraint(fields=["pro"], condition=models.Q(pk__gt=1), name="spare")
REFUSED = [
    (Fake(ops.AddField("inquiry", "spare", models.IntegerField(default=1))), "give it a db_default"),
    (Fake(ops.AddIndex("inquiry", INDEX)), "nobody can write"),
    (Fake(AddIndexOnline("inquiry", INDEX)), "it needs atomic = False"),
    (Fake(AddUniqueOnline("inquiry", UNIQUE)), "it needs atomic = False"),
    (Fake(AddIndexOnline("inquiry", INDEX), ops.DeleteModel("x"), atomic=False), "no other operations"),
    (Fake(ops.RunPython(print)), "the rows stay locked"),
    (Fake(ops.RunSQL("UPDATE inquiries_inquiry SET id = id")), "the rows stay locked"),
    (Fake(ops.RemoveField("inquiry", "status")), "one release later"),
    (Fake(ops.RemoveIndex("inquiry", "spare")), "may read a list from it"),
    (Fake(ops.RemoveConstraint("allowedmove", "allowed_move_unique")), "may write ON CONFLICT"),
    (Fake(ops.AlterField("inquiryhistory", "uid", models.UUIDField())), "may need its index"),
    (Fake(ops.AlterField("inquiry", "status", models.IntegerField())), "another type"),
    (Fake(ops.AlterField("inquiry", "status", models.CharField(max_length=1))), "longer values"),
]
ALLOWED = [
    Fake(ops.AddField("inquiry", "spare", models.IntegerField(default=1, db_default=1))),
    Fake(ops.AddField("inquiry", "spare", models.IntegerField(null=True))),
    Fake(AddIndexOnline("inquiry", INDEX), atomic=False),
    Fake(AddUniqueOnline("inquiry", UNIQUE), atomic=False),
    Fake(ops.RunPython(print), atomic=False),
    Fake(ops.RunPython(ops.RunPython.noop, print)),
    Fake(ops.AlterField("inquiry", "status", models.CharField(max_length=200))),
    Fake(ops.RemoveConstraint("inquiry", "inquiry_priority_known")),
]


@pytest.mark.parametrize(("migration", "fault"), REFUSED)
def test_what_is_refused(migration, fault):
    state = MigrationLoader(None).project_state()
    found = [fault_of(operation, migration, state, False) for operation in migration.operations]
    assert fault in found[0]


@pytest.mark.parametrize("migration", ALLOWED)
def test_what_is_allowed(migration):
    state = MigrationLoader(None).project_state()
    assert [fault_of(operation, migration, state, False) for operation in migration.operations] == [""]
