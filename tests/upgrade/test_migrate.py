"""`manage.py migrate` while the site runs: what others hold is waited for, and nobody waits behind it for long."""

import io
import threading
from contextlib import contextmanager

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.core.management.commands import migrate as djangos
from django.db import connection, models
from django.db.migrations.state import ProjectState

from config.migrating import AddIndexOnline
from config.web.management.commands import migrate as ours
from contacts.models import Contact
from tests.factories import ContactFactory
from tests.servers import database_url

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.skipif("connection.vendor == 'sqlite'", reason="locks of PostgreSQL"),
    pytest.mark.django_db(transaction=True),
]


@contextmanager
def other():
    """A connection of another program, in a transaction that reads as a backup does."""
    with psycopg.connect(database_url()) as line:
        line.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        line.execute("SELECT count(*) FROM contacts_contact")
        yield line


@pytest.fixture
def altering(monkeypatch):
    """Have Django's own migrate do the one thing that needs a table for itself; taken back afterwards."""

    def alter(*_args, **_options):
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE contacts_contact ADD COLUMN spare integer")

    monkeypatch.setattr(djangos.Command, "handle", alter)
    monkeypatch.setattr(ours, "PAUSE_SECONDS", 0.1)
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE contacts_contact DROP COLUMN IF EXISTS spare")


class Told(io.StringIO):
    """Calls `then` when the command says that it tries again."""

    def __init__(self, then):
        super().__init__()
        self.then = then

    def write(self, text):
        if "trying again" in text:
            self.then()
        return super().write(text)


def columns():
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, "contacts_contact")}


def test_it_waits_for_a_backup_and_others_write_meanwhile(pro, altering):
    with other() as backup:

        def write_and_end():
            # Between two tries nobody is in the queue of the lock.
            ContactFactory(pro=pro)
            backup.rollback()

        told = Told(write_and_end)
        call_command("migrate", stderr=told)
    assert "trying again" in told.getvalue()
    assert "spare" in columns() and Contact.objects.count() == 1


def test_it_gives_up_in_the_end_and_changes_nothing(altering):
    with other(), pytest.raises(CommandError, match="Another transaction holds what a migration needs"):
        call_command("migrate", lock_minutes=0)
    assert "spare" not in columns()
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_nothing_is_locked_where_nothing_changed():
    """The triggers of the history and of pipelines, and the wall's policies, are left as they are."""
    with other() as backup:
        backup.execute("LOCK inquiries_inquiryhistory, inquiries_pipelinestep, contacts_contact IN ACCESS SHARE MODE")
        call_command("migrate", verbosity=0, lock_minutes=0)


def add_index():
    index = models.Index(fields=["pro", "deleted_at"], name="spare_index")
    operation, state = AddIndexOnline("contact", index), ProjectState.from_apps(Contact._meta.apps)
    after = state.clone()
    operation.state_forwards("contacts", after)
    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("contacts", editor, state, after)


def is_valid():
    """True or False for an index that is there, None for one that is not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indisvalid FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE relname = 'spare_index'"
        )
        return next(iter(cursor.fetchone() or ()), None)


@pytest.fixture
def no_index():
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX IF EXISTS spare_index")


def test_an_index_is_made_while_others_read_and_write(pro, no_index):
    with other() as backup, psycopg.connect(database_url(), autocommit=True) as writer:
        ended = threading.Event()

        def write_and_end():
            waiting = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%' AND wait_event_type = 'Lock'"
            while not writer.execute(waiting).fetchone():
                pass
            writer.execute("UPDATE contacts_contact SET name = 'Nadia'")
            backup.rollback()
            ended.set()

        threading.Thread(target=write_and_end).start()
        add_index()
        assert ended.wait(10)
    assert is_valid() is True
    add_index()  # A migration that is begun again finds it.
    assert is_valid() is True


def test_an_index_that_was_ended_half_way_is_made_anew(no_index):
    with other(), psycopg.connect(database_url(), autocommit=True) as killed:
        killed.execute("SET lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            killed.execute("CREATE INDEX CONCURRENTLY spare_index ON contacts_contact (deleted_at)")
    assert is_valid() is False
    add_index()
    assert is_valid() is True
