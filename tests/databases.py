"""The test database: a copy of a template that is migrated once, and put back to it after each test that commits.

Tests of migrations have an empty one instead: `migrate`.

The template is kept between runs, in pytest's cache folder for SQLite and on the server for PostgreSQL. Its name holds
a hash of all that a migration and the handlers of `post_migrate` make of a database; when that changes, a new one is
made. `pytest --create-db` makes a new one in any case.
"""

import fcntl
import hashlib
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import django
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import ProgrammingError, connection, transaction
from django.db.migrations.state import StateApps
from django.test import TransactionTestCase

from config.audit import db_constraints as audit
from config.counts.keeping import kept_counts
from inquiries.history import db_constraints as history

from .migrations import executor_to

KEPT_COUNTS = {model.counted.counts for model in kept_counts()}
# No test pulls the plug. The servers and workers that tests kill are processes with settings of their own.
SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA secure_delete=ON;"


@pytest.fixture(scope="session")
def templates(request: pytest.FixtureRequest, django_db_modify_db_settings: None) -> "Templates":
    """Named after the database of the settings, whose name the first copy changes."""
    folder = Path(request.config.cache.mkdir("databases"))
    return SQLiteTemplates(folder) if connection.vendor == "sqlite" else PostgreSQLTemplates(folder)


@pytest.fixture(scope="session")
def django_db_setup(
    templates: "Templates",
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_createdb: bool,
) -> Iterator[None]:
    """In place of the fixture of pytest-django, which migrates for each worker."""
    original_name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        connection.settings_dict["OPTIONS"] = {**connection.settings_dict["OPTIONS"], "init_command": SQLITE_PRAGMAS}
    with django_db_blocker.unblock():
        make_test_database(templates, anew=django_db_createdb)
        migrated = read_tables()
    # Django's own flush truncates fifty tables and sends `post_migrate`: a quarter of a second each time.
    assert hasattr(TransactionTestCase, "_fixture_teardown")
    TransactionTestCase._fixture_teardown = lambda self: put_back(migrated)  # type: ignore[attr-defined]
    yield
    with django_db_blocker.unblock():
        connection.close()
        templates.drop(connection.settings_dict["NAME"])
        connection.settings_dict["NAME"] = original_name


def make_test_database(templates: "Templates", anew: bool = False) -> None:
    """Make the test database and connect to it. The first of several workers makes the template, the others wait."""
    with templates.locked():
        key = template_key()
        if anew or not templates.exists(key):
            connection.creation.create_test_db(verbosity=0, autoclobber=True)
            connection.close()
            templates.drop_all()
            templates.keep(key)
        else:
            name = connection.creation._get_test_db_name()
            connection.close()
            templates.copy(key, name)
            connection.settings_dict["NAME"] = name


@pytest.fixture
def migrate(templates: "Templates", transactional_db: None) -> Iterator[Callable[[str, str], StateApps]]:
    """Function that migrates an empty database to a migration of an app and returns the models of then.

    Forwards alone: back from the newest migration would take ten times as long. The state that a test begins with is
    kept as a template too. The test database is copied anew afterwards.
    """
    begun: list[tuple[str, str]] = []

    def migrate_to(app: str, name: str) -> StateApps:
        if not begun:
            begin_at(templates, app, name)
        begun.append((app, name))
        executor = executor_to(app, name)
        executor.migrate([(app, name)])
        return executor.loader.project_state([(app, name)]).apps

    yield migrate_to
    with templates.locked():
        connection.close()
        templates.copy(template_key(), connection.settings_dict["NAME"])


def begin_at(templates: "Templates", app: str, name: str) -> None:
    """Make the test database anew, migrated as far as this."""
    database, key = connection.settings_dict["NAME"], template_key(f"{app}.{name}")
    with templates.locked():
        connection.close()
        if templates.exists(key):
            templates.copy(key, database)
            return
        templates.empty(database)
        executor_to(app, name).migrate([(app, name)])
        connection.close()
        templates.keep(key)


class LockedFolder:
    """Folder of pytest's cache in which workers wait for one another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def locked(self) -> Iterator[None]:
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class SQLiteTemplates(LockedFolder):
    def exists(self, key: str) -> bool:
        return self._path(key).exists()

    def copy(self, key: str, name: str) -> None:
        self.empty(name)
        shutil.copyfile(self._path(key), name)

    def empty(self, name: str) -> None:
        for file in (name, f"{name}-wal", f"{name}-shm"):
            Path(file).unlink(missing_ok=True)

    def drop(self, name: str) -> None:
        self.empty(name)

    def drop_all(self) -> None:
        for old in self.folder.glob("*.sqlite3*"):
            old.unlink()

    def keep(self, key: str) -> None:
        """Keep the test database as a template. An interrupted copy is none."""
        copy = self._path(key).with_suffix(".sqlite3-unfinished")
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as source, closing(sqlite3.connect(copy)) as to:
            source.backup(to)
        copy.rename(self._path(key))

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.sqlite3"


class PostgreSQLTemplates(LockedFolder):
    """Databases beside the one of the settings, named after it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.prefix = f"{settings.DATABASES['default']['NAME']}_template_"

    def exists(self, key: str) -> bool:
        return self._name(key) in self._names()

    def copy(self, key: str, name: str) -> None:
        self.drop(name)
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{self._name(key)}"')

    def empty(self, name: str) -> None:
        self.drop(name)
        self._run(f'CREATE DATABASE "{name}"')

    def drop(self, name: str) -> None:
        try:
            # A thread of the live server keeps its connection until the browser closes its own.
            self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        except ProgrammingError:
            # Autovacuum is at work there, which is not ours to end; a plain DROP has it ended.
            self._run(f'DROP DATABASE IF EXISTS "{name}"')

    def drop_all(self) -> None:
        self._run(*(f'DROP DATABASE "{name}"' for name in self._names()))

    def keep(self, key: str) -> None:
        """Keep the test database as a template."""
        self._run(f'CREATE DATABASE "{self._name(key)}" TEMPLATE "{connection.settings_dict["NAME"]}"')

    def _name(self, key: str) -> str:
        return f"{self.prefix}{key}"

    def _names(self) -> list[str]:
        with connection.creation._nodb_cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self.prefix])
            return [name for (name,) in cursor.fetchall()]

    def _run(self, *statements: str) -> None:
        with connection.creation._nodb_cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


type Templates = SQLiteTemplates | PostgreSQLTemplates


def template_key(place: str = "newest") -> str:
    """A hash of a migration and of all, of what they and each app's `apps.py` import, and of the search's index."""
    digest = hashlib.sha256(f"{django.__version__} {sqlite3.sqlite_version} {place}".encode())
    for path in sorted(set(_template_sources())):
        digest.update(str(path.name).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _template_sources() -> Iterator[Path]:
    root = settings.BASE_DIR
    for pattern in ("config/search/*.py", "config/counts/*.py", "*/models/*_count.py"):
        yield from root.glob(pattern)
    for app in map(Path, (config.path for config in apps.get_app_configs())):
        migrations = list((app / "migrations").glob("*.py"))
        yield from migrations
        for importer in [*migrations, app / "apps.py"]:
            if importer.exists():
                for dots, name in re.findall(r"^from (\.?)([\w.]+) import", importer.read_text(), re.M):
                    module = (app if dots else root) / f"{name.replace('.', '/')}.py"
                    if module.exists():
                        yield module


class Table(NamedTuple):
    """A table as the migrations leave it. A migration that a test runs may give its columns another order."""

    name: str
    columns: list[str]
    rows: list[tuple[Any, ...]]

    def read(self, cursor: Any) -> list[tuple[Any, ...]]:
        cursor.execute(f"SELECT {', '.join(self.columns)} FROM {self.name} ORDER BY 1")  # noqa: S608
        return cursor.fetchall()

    def fill(self, cursor: Any) -> None:
        values = ", ".join(["%s"] * len(self.columns))
        statement = f"INSERT INTO {self.name} ({', '.join(self.columns)}) VALUES ({values})"  # noqa: S608
        cursor.executemany(statement, self.rows)


def read_tables() -> list[Table]:
    """Every table with its rows."""
    tables = []
    with connection.cursor() as cursor:
        for name in connection.introspection.django_table_names(only_existing=True):
            cursor.execute(f"SELECT * FROM {name} ORDER BY 1")  # noqa: S608 - no name is typed by anybody
            quoted = [connection.ops.quote_name(column[0]) for column in cursor.description]
            tables.append(Table(name, quoted, cursor.fetchall()))
    return tables


def put_back(tables: list[Table]) -> None:
    """Give every table the rows that the migrations left in it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(f'EXISTS (SELECT 1 FROM {table.name})' for table in tables)}")  # noqa: S608
        pairs = zip(tables, cursor.fetchone(), strict=True)
        changed = [t for t, is_filled in pairs if (is_filled and not t.rows) or (t.rows and t.read(cursor) != t.rows)]
    # Deleting a row of a counted table changes its counts.
    emptied = sorted((table.name for table in changed), key=KEPT_COUNTS.__contains__)
    refilled = [table for table in changed if table.rows]
    with _writable(emptied), connection.cursor() as cursor:
        for name in emptied:
            cursor.execute(f"DELETE FROM {name}")  # noqa: S608
        for table in refilled:
            table.fill(cursor)
        # A flush or a migration may have started the sequence anew.
        models = connection.introspection.installed_models([table.name for table in refilled])
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
    ContentType.objects.clear_cache()


@contextmanager
def _writable(tables: list[str]) -> Iterator[None]:
    """A transaction in which these tables can be emptied, append-only ones too."""
    with ExitStack() as stack:
        stack.enter_context(transaction.atomic())
        if history.TABLE in tables:
            stack.enter_context(history.released(connection.alias))
        if not {*audit.TABLES}.isdisjoint(tables):
            stack.enter_context(audit.released(connection.alias))
        yield
