"""Databases of their own to restore into, and commands of processes of their own."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.core.management import call_command
from django.db import connection

from config.backups.contents import kept_models, read_rows, uploaded_files
from tests.databases import Templates, template_key
from tests.servers import database_url


class Installation:
    """A database with a folder of data of its own; `run` is a command there."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        folder.mkdir(exist_ok=True)

    def start(self, *command: str, **environment: str) -> subprocess.Popen[str]:
        own = {**os.environ, "DATABASE_URL": self.url, "VAR_DIR": str(self.folder), **environment}
        return subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=settings.BASE_DIR,
            env=own,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *command: str, **environment: str) -> str:
        """Run a command, which must succeed; its standard output."""
        process = self.start(*command, **environment)
        output, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
        return output

    def refused(self, *command: str, **environment: str) -> str:
        """Run a command, which must fail; its last line on standard error."""
        process = self.start(*command, **environment)
        _output, errors = process.communicate(timeout=300)
        assert process.returncode == 1, errors
        return errors.splitlines()[-1]

    def call(self, *command: str) -> str:
        """Run a command that needs no file, in this process, which is quicker; its standard output."""
        output = io.StringIO()
        with self.connected():
            call_command(*command, stdout=output)
        return output.getvalue()

    def contents(self) -> dict[str, list[list[object]]]:
        """The rows of each table, and the content of each file."""
        stores = {
            "attachments": FileSystemStorage(self.folder / "attachments"),
            "default": FileSystemStorage(self.folder / "media"),
        }
        with self.connected():
            return read_contents(stores)

    @contextmanager
    def connected(self) -> Iterator[None]:
        """A context whose queries are of this database, which is of the kind that is tested."""
        tested = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = urlsplit(self.url).path.removeprefix("/")
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = tested


def read_contents(stores: dict[str, FileSystemStorage] | None = None) -> dict[str, list[list[object]]]:
    """The rows of each table, and the content of each file."""
    contents = {model._meta.label: list(read_rows(model)) for model in kept_models()}
    files = [file for model in kept_models() for file in uploaded_files(model)]
    contents["files"] = [
        [file.member, (stores or storages)[file.storage].open(file.name).read()]  # type: ignore[index]
        for file in files
    ]
    return contents


@pytest.fixture
def here(tmp_path: Path, transactional_db: None) -> Installation:
    """The test database."""
    return Installation(database_url(), Path(settings.VAR_DIR))


@pytest.fixture
def new(templates: Templates, tmp_path: Path, transactional_db: None) -> Iterator[Installation]:
    """A database of the same kind that has only just been migrated."""
    with new_database(templates, tmp_path) as installation:
        yield installation


@contextmanager
def new_database(templates: Templates, folder: Path) -> Iterator[Installation]:
    name = f"{connection.settings_dict['NAME']}_restored"
    with templates.locked():
        templates.copy(template_key(), name)
    yield Installation(database_url(name=name), folder / "restored")
    if connection.vendor == "postgresql":
        with connection.creation._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    else:
        templates.empty(name)
