"""Filled databases that are kept between runs: each run works on a copy, so that nothing of it stays.

The name of a filled database, the template, holds a hash of all migrations and of what fills it. Of each size the three
that were used last are kept.
"""

import hashlib
import io
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command, get_commands
from django.db import connection

from ..databases import template_key
from .kept import kept_folder, locked
from .tables import analyze, fill
from .words import Shape

KEPT = 3


@contextmanager
def copied_database(shape: Shape) -> Iterator[None]:
    """Connect Django to a copy of the filled database of this shape; the first time it is filled, in minutes."""
    copies: Copies = PostgreSQLCopies() if connection.vendor == "postgresql" else SQLiteCopies()
    template = f"bench_{shape.rows}_{_key(shape)}"
    run = f"bench_run_{os.getpid()}"
    with locked(template):
        if not copies.exists(template):
            began = time.monotonic()
            print(f"Filling {connection.display_name} with {shape.rows:,} rows a table; it is kept", flush=True)  # noqa: T201
            copies.make(template, shape)
            print(f"Filled in {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201
        copies.copy(template, run)
        copies.prune(f"bench_{shape.rows}_", keep=template)
    copies.connect(run)
    try:
        yield
    finally:
        copies.drop(run)


def _key(shape: Shape) -> str:
    digest = hashlib.sha256(f"{template_key()} {shape}".encode())
    for source in ("rows.py", "tables.py", "words.py"):
        digest.update((Path(__file__).parent / source).read_bytes())
    return digest.hexdigest()[:12]


def _fill_and_analyze(shape: Shape) -> None:
    call_command("migrate", verbosity=0)
    fill(shape)
    # Counts that are kept by triggers: none was called.
    if "recount" in get_commands():
        call_command("recount", stdout=io.StringIO())
    analyze()


class PostgreSQLCopies:
    """Databases on the server, copied by it."""

    def __init__(self) -> None:
        self.drop_abandoned()

    def run(self, *statements: str) -> list[tuple[str, ...]]:
        with connection.creation._nodb_cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def names(self, prefix: str) -> list[str]:
        return [name for (name,) in self.run(f"SELECT datname FROM pg_database WHERE starts_with(datname, '{prefix}')")]  # noqa: S608

    def exists(self, template: str) -> bool:
        return template in self.names(template)

    def connect(self, name: str) -> None:
        connection.close()
        connection.settings_dict["NAME"] = name

    def make(self, template: str, shape: Shape) -> None:
        unfinished = f"{template}_unfinished"
        self.run(f"DROP DATABASE IF EXISTS {unfinished}", f"CREATE DATABASE {unfinished}")
        self.connect(unfinished)
        _fill_and_analyze(shape)
        connection.close()
        self.run(f"ALTER DATABASE {unfinished} RENAME TO {template}")

    def copy(self, template: str, run: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {run}", f"CREATE DATABASE {run} TEMPLATE {template} STRATEGY FILE_COPY")
        _use(template)

    def drop(self, run: str) -> None:
        self.connect("vestibule")
        self.run(f"DROP DATABASE IF EXISTS {run} WITH (FORCE)")

    def drop_abandoned(self) -> None:
        """Drop the copies of runs that were killed."""
        for name in self.names("bench_run_"):
            if not Path(f"/proc/{name.rpartition('_')[2]}").exists():
                self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def prune(self, prefix: str, keep: str) -> None:
        """Drop the templates that were used longest ago."""
        names = sorted(self.names(prefix), key=_last_use, reverse=True)
        for name in [name for name in names[KEPT:] if name != keep and not name.endswith("_unfinished")]:
            self.run(f"DROP DATABASE IF EXISTS {name}")


class SQLiteCopies:
    """Files in the folder."""

    def path(self, name: str) -> Path:
        return kept_folder() / f"{name}.sqlite3"

    def exists(self, template: str) -> bool:
        return self.path(template).exists()

    def connect(self, name: str) -> None:
        connection.close()
        connection.settings_dict["NAME"] = str(self.path(name))

    def make(self, template: str, shape: Shape) -> None:
        unfinished = f"{template}_unfinished"
        self.drop(unfinished)
        self.connect(unfinished)
        _fill_and_analyze(shape)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        self.path(unfinished).rename(self.path(template))

    def copy(self, template: str, run: str) -> None:
        self.drop(run)
        shutil.copyfile(self.path(template), self.path(run))
        _use(template)

    def drop(self, run: str) -> None:
        connection.close()
        for file in kept_folder().glob(f"{run}.sqlite3*"):
            file.unlink()

    def prune(self, prefix: str, keep: str) -> None:
        """Delete the templates that were used longest ago."""
        names = [file.stem for file in kept_folder().glob(f"{prefix}*.sqlite3")]
        for name in sorted(names, key=_last_use, reverse=True)[KEPT:]:
            if name != keep and not name.endswith("_unfinished"):
                self.path(name).unlink()


def _use(template: str) -> None:
    (kept_folder() / f"{template}.used").touch()


def _last_use(template: str) -> float:
    used = kept_folder() / f"{template}.used"
    return used.stat().st_mtime if used.exists() else 0.0


type Copies = PostgreSQLCopies | SQLiteCopies
