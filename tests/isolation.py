"""Isolation of tests: what one leaves behind, in rows, files and the process, no other meets."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

from config.accounts.access import REFUSALS, REQUESTS
from config.audit.recording import forget_recorded
from config.jobs import turns
from config.web import aside
from contacts.conversations.webhooks import CALLS
from inquiries.customers import userhub


def _emptied(folder: Path) -> Iterator[Path]:
    yield folder
    if folder.exists():
        shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def media() -> Iterator[Path]:
    """Folder of the uploads, emptied after each test."""
    yield from _emptied(Path(settings.MEDIA_ROOT))


@pytest.fixture(autouse=True)
def attachment_folder() -> Iterator[Path]:
    """Folder of the attachments, emptied after each test."""
    yield from _emptied(Path(settings.STORAGES["attachments"]["OPTIONS"]["location"]))


def forget_requests() -> None:
    """Drop what requests leave behind in the process: counts of the limits, writes, the reader's language."""
    for limit in (REQUESTS, REFUSALS, CALLS):
        limit._pending.clear()
    aside._waiting.clear()
    forget_recorded()
    turns._accounts.clear()
    userhub.awaited.reset()
    translation.deactivate()


@pytest.fixture(autouse=True)
def fresh_process() -> Iterator[None]:
    yield
    forget_requests()


Case = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def case(db: None, subtests: pytest.Subtests) -> Case:
    """One row of a table of inputs: `with case("nul", field="status"):` names it in a failure.

    A large table is one test with a case for each row, rather than a test for each row. A case leaves no rows behind
    for the next one, and a failed one does not keep the others from running.
    """

    @contextmanager
    def run(label: str, /, **more: Any) -> Iterator[None]:
        with subtests.test(label, **more):
            try:
                with rolled_back():
                    yield
            finally:
                forget_requests()

    return run


@contextmanager
def rolled_back() -> Iterator[None]:
    savepoint = transaction.atomic()
    savepoint._from_testcase = True  # As the test's own transaction: `durable` blocks may stand within.
    with savepoint:
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def module_rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Let fixtures of a module write rows for all its tests; each test still rolls back its own."""
    with django_db_blocker.unblock(), rolled_back():
        yield


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Any:
    """Check foreign keys of a module's rows once: PostgreSQL would check all of them anew at the end of each test."""
    made = yield
    if "module_rows" in fixturedef.argnames:
        with request.getfixturevalue("django_db_blocker").unblock():
            connection.check_constraints()
    return made
