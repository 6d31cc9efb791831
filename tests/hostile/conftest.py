from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, TransactionTestCase

from config.accounts.models import User

from ..access.matrix import sign_in
from ..access.rows import Rows
from ..factories import UserFactory
from . import attack
from .attack import Attack, Canaries


@pytest.fixture(scope="module")
def committed_rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Let fixtures of a module commit rows for all its tests, so that each request is a transaction of its own.

    Within one around them all, PostgreSQL keeps whatever was rolled back in it, and looks at it again and again.
    """
    with django_db_blocker.unblock():
        yield
        TransactionTestCase._fixture_teardown(None)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def rows(committed_rows: None) -> Rows:
    return Rows("ownword", 4_700_001)


@pytest.fixture
def callers(rows: Rows, canaries: Canaries) -> dict[str, Client]:
    staff = UserFactory(pro=None, is_staff=True, is_superuser=True)
    clients = {"owner": sign_in(rows[User]), "staff": sign_in(staff), "nobody": Client(raise_request_exception=False)}
    for client in clients.values():
        canaries.secrets |= {morsel.value for morsel in client.cookies.values()}
        client.cookies["crumb"] = "canarycookie"
    return clients


@pytest.fixture
def canaries() -> Iterator[Canaries]:
    with Canaries().listening() as listening:
        yield listening


@pytest.fixture
def assault(canaries: Canaries) -> Iterator[Attack]:
    """An Attack; at its end the test fails with all that it has found."""
    begun = Attack(canaries)
    yield begun
    assert begun.faults == [], "\n".join(["", *begun.faults])


def pytest_sessionfinish(session: pytest.Session) -> None:
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["hostile"] = ([*attack.addresses], [*attack.fields], dict(attack.totals))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add what a worker has seen."""
    addresses, fields, totals = getattr(node, "workeroutput", {}).get("hostile", ([], [], {}))
    attack.addresses.update(map(tuple, addresses))
    attack.fields.update(map(tuple, fields))
    attack.totals.update(totals)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if attack.totals:
        counts = {"addresses": len(attack.addresses), "fields": len(attack.fields), **attack.totals}
        terminalreporter.section("hostile input")
        terminalreporter.line(", ".join(f"{count:,} {name}" for name, count in counts.items()))
