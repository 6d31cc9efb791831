"""The former release's own tests, on a database with the tables of this release.

While a site is brought up to date, and after a rollback, that is what runs. `make upgrade-check` runs all of its tests
that use the database, each where it can tell something, `make test-rest` those of its forms, its JSON and its jobs.
"""

import os
import shutil
import subprocess
import sys
from functools import partial

import pytest
from django.conf import settings
from django.db import connection

from tests.databases import template_key

from .former import missing_commit, unpack
from .over_new_schema import KEY

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]
FEW = [
    "tests/contact_requests/test_create_api.py",
    "tests/contact_requests/test_public_form.py",
    "tests/contact_requests/test_receive.py",
    "tests/contact_requests/test_answers.py",
    "tests/contacts/test_create_api.py",
    "tests/contacts/test_new_page.py",
    "tests/contacts/test_delete_api.py",
    "tests/inquiries/test_submit.py",
    "tests/inquiries/test_move.py",
    "tests/jobs/test_claiming.py",
    "tests/jobs/test_housekeeping.py",
    "tests/accounts/test_sign_in.py",
]
ALL = [f"tests/{name}" for name in ("accounts", "api", "contact_requests", "contacts", "counts", "inquiries", "jobs")]
# They look at migrations, at what `migrate` makes, or start a process that makes a database of its own.
NOT_OF_TABLES = "not migrat and not killed and not commands and not demo and not setup_command"
ON_ALL_PROCESSORS = ["-n", "auto", "--dist", "worksteal"]
DATABASE = "former"
FAILED = 1  # pytest, when tests have failed


@pytest.fixture
def former(tmp_path_factory, templates):
    """A folder with the former release, whose tests find a database with this release's tables."""
    if missing := missing_commit():
        pytest.skip(missing)
    folder = tmp_path_factory.mktemp("former")
    unpack(folder)
    shutil.copy(settings.BASE_DIR / "tests/upgrade/over_new_schema.py", folder)
    name = f"{DATABASE}_template_{KEY}"
    if connection.vendor == "sqlite":
        target = folder / ".pytest_cache/d/databases"
        target.mkdir(parents=True)
        name = str(target / f"{KEY}.sqlite3")
    with templates.locked():
        templates.copy(template_key(), name)
    return folder


def test_its_tests_pass_on_the_new_tables(former):
    is_whole = os.environ.get("UPGRADE") == "whole"
    picked = [*ALL, "--divided", "-k", NOT_OF_TABLES, *ON_ALL_PROCESSORS] if is_whole else [*FEW, "-n", "0"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment |= {"PYTHONPATH": str(former)}
    if connection.vendor == "postgresql":
        environment["TEST_DATABASE_URL"] = os.environ["TEST_DATABASE_URL"].replace("/vestibule?", f"/{DATABASE}?")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "over_new_schema", "--maxfail", "20", *picked]
    run = partial(subprocess.run, cwd=former, env=environment, text=True)
    if not is_whole:
        result = run(command, capture_output=True)
        assert result.returncode == 0, result.stdout[-12000:] + result.stderr[-3000:]
        return
    result = run(command)
    if result.returncode == FAILED:
        # Nobody mends a test of a release that is out: one that failed by chance passes when it is run by itself.
        print("Once more, those that failed:", flush=True)  # noqa: T201
        result = run([*command, "--last-failed", "-n", "0"])
    assert result.returncode == 0
