"""Squashed migrations leave the same database as those that they replace, of which some databases have a part.

Going through all of these takes a quarter of a minute of processor time, so `make upgrade-check` does it: a released
migration changes no more.
"""

from collections.abc import Iterator
from itertools import chain

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from config.wall.policies import POLICY, build_wall
from tests.databases import Templates, template_key
from tests.migrations import ReplacedLoader, executor_to

from .schema import read_rows, read_schema

SQUASHED = {key: migration.replaces for key, migration in MigrationLoader(None).replacements.items()}
# Names that a migrate gave by itself: permissions have other ids, as the models were made in another order.
BY_NAME = (
    "SELECT app_label, model, codename, name FROM auth_permission JOIN django_content_type t ON t.id = content_type_id"
)
MIGRATIONS = "SELECT app, name FROM django_migrations"
# Half-way of each app by itself, and of all of them.
PLACES = {
    "contacts": [("contacts", "0029_partial_indexes")],
    "accounts": [("accounts", "0011_roles_and_invitations")],
    "contact_requests": [("contact_requests", "0012_kept_counts")],
    "inquiries": [("inquiries", "0012_profile_readings")],
    "nearly all": [(app, replaces[-2][1]) for (app, _name), replaces in SQUASHED.items()],
}


@pytest.fixture
def empty(templates: Templates, transactional_db: None, settings) -> Iterator[None]:
    """The test database without tables, given back afterwards; the wall is built."""
    settings.DATABASE_WALL = True
    with templates.locked():
        connection.close()
        templates.empty(connection.settings_dict["NAME"])
    yield
    with templates.locked():
        connection.close()
        templates.copy(template_key(), connection.settings_dict["NAME"])


def migrate():
    call_command("migrate", verbosity=0)


def state_of_database():
    """All that `migrate` leaves, by name where nothing depends on the number."""
    rows = read_rows()
    del rows["auth_permission"], rows["django_migrations"]
    with connection.cursor() as cursor:
        for name, query in {"permissions": BY_NAME, "migrations": MIGRATIONS}.items():
            cursor.execute(query)
            rows[name] = sorted(cursor.fetchall())
    return read_schema() | {("rows", name): values for name, values in rows.items()}


@pytest.fixture(scope="module")
def squashed() -> dict:
    """The state of a database that was made by the squashed migrations, once it is known."""
    return {}


@pytest.fixture
def made_by_squashed(squashed, empty, templates):
    if not squashed:
        migrate()
        squashed |= state_of_database()
        connection.close()
        templates.empty(connection.settings_dict["NAME"])
    return squashed


def waiting():
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


def forget_squashed():
    """Have the database as a release leaves it that knows no squashed migrations."""
    for app, name in SQUASHED:
        MigrationRecorder(connection).record_unapplied(app, name)


@pytest.mark.released_migration
@pytest.mark.long
def test_the_replaced_migrations_leave_the_same(made_by_squashed):
    executor = MigrationExecutor(connection)
    executor.loader = ReplacedLoader(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    applied = MigrationRecorder(connection).applied_migrations()
    assert applied.keys() >= {*chain(*SQUASHED.values())}
    # Such a database has nothing to run, and learns that the squashed ones are applied.
    forget_squashed()
    assert waiting() == []
    migrate()
    assert state_of_database() == made_by_squashed


@pytest.mark.released_migration
@pytest.mark.long
@pytest.mark.parametrize("place", PLACES)
def test_a_database_half_way_goes_through_the_others(made_by_squashed, place):
    for app, name in PLACES[place]:
        executor_to(app, name).migrate([(app, name)])
    forget_squashed()
    begun = {app for app, _name in PLACES[place]}
    plan = [(migration.app_label, migration.name) for migration, _backwards in waiting()]
    assert {key for key in SQUASHED if key in plan}.isdisjoint(key for key in SQUASHED if key[0] in begun)
    assert {replaces[-1] for key, replaces in SQUASHED.items() if key[0] in begun} <= {*plan}
    migrate()
    assert state_of_database() == made_by_squashed


def test_the_models_of_both_are_the_same():
    replaced, squashed = ReplacedLoader(None).project_state(), MigrationLoader(None).project_state()
    assert replaced.models == squashed.models
    for ways in ((replaced, squashed), (squashed, replaced)):
        assert MigrationAutodetector(*ways)._detect_changes() == {}


def test_all_of_an_app_is_replaced_up_to_a_migration():
    """One after the other, from the first: a database that has all of them is past the squashed one."""
    disk = MigrationLoader(None).disk_migrations
    assert {app for app, _name in SQUASHED} == {"accounts", "contacts", "contact_requests", "inquiries"}
    for (app, name), replaces in SQUASHED.items():
        own = sorted(key for key in disk if key[0] == app and key not in SQUASHED)
        assert (replaces, name) == (own[: len(replaces)], f"0001_squashed_{replaces[-1][1]}")


# --- What `read_schema` and `read_rows` see

CHANGES = {
    "sqlite": [
        "CREATE INDEX spare ON contacts_contact (source)",
        "DROP INDEX contact_phone",
        "DROP TRIGGER inquiry_history_update",
        "ALTER TABLE contacts_contact ADD COLUMN spare integer",
        "ALTER TABLE contacts_contact ADD COLUMN spare integer DEFAULT 5 NOT NULL CHECK (spare > 1)",
        "CREATE VIEW spare AS SELECT 1",
        "DELETE FROM inquiries_allowedmove WHERE id IN (SELECT max(id) FROM inquiries_allowedmove)",
        "UPDATE inquiries_inquirytype SET icon = '' WHERE slug = 'question'",
        "UPDATE auth_permission SET codename = 'none' WHERE id = 1",
        "DELETE FROM django_migrations WHERE name = '0053_own_hours'",
    ],
    "postgresql": [
        "CREATE INDEX spare ON contacts_contact (source)",
        "DROP INDEX contact_phone",
        "ALTER INDEX message_search SET (fastupdate = on)",
        "DROP TRIGGER inquiry_history_truncate ON inquiries_inquiryhistory",
        "ALTER TABLE inquiries_inquiryhistory DISABLE TRIGGER inquiry_history_truncate",
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "ALTER TABLE contacts_contact ADD COLUMN spare integer",
        "ALTER TABLE contacts_contact ALTER COLUMN name DROP NOT NULL",
        "ALTER TABLE contacts_contact ALTER COLUMN external_id DROP DEFAULT",
        "ALTER TABLE contacts_contact ALTER COLUMN source TYPE varchar(51)",
        "ALTER TABLE accounts_pro DROP CONSTRAINT pro_plan_known",
        "ALTER TABLE accounts_pro ALTER COLUMN id SET GENERATED ALWAYS",
        "ALTER TABLE contacts_contact NO FORCE ROW LEVEL SECURITY",
        f"ALTER POLICY {POLICY} ON contacts_contact USING (true)",
        f"COMMENT ON POLICY {POLICY} ON contacts_contact IS 'spare'",
        "GRANT SELECT ON contacts_contact TO PUBLIC",
        "ALTER SEQUENCE accounts_pro_id_seq CACHE 7",
        "CREATE VIEW spare AS SELECT 1 AS one",
        "COMMENT ON TABLE accounts_pro IS 'spare'",
        "DELETE FROM inquiries_allowedmove WHERE id IN (SELECT max(id) FROM inquiries_allowedmove)",
        "UPDATE inquiries_inquirytype SET icon = '' WHERE slug = 'question'",
        "UPDATE auth_permission SET codename = 'none' WHERE id = 1",
        "DELETE FROM django_migrations WHERE name = '0053_own_hours'",
    ],
}


@pytest.mark.thorough
@pytest.mark.django_db
def test_each_difference_is_seen(subtests):
    if connection.vendor == "postgresql":
        build_wall(connection)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    before = state_of_database()
    for statement in CHANGES[connection.vendor]:
        with subtests.test(statement), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            assert state_of_database() != before
            transaction.set_rollback(True)
    assert state_of_database() == before
