"""Division of the whole suite between the two databases: see docs/testing.md.

`pytest --divided` is what `make test` says, once on SQLite and once on PostgreSQL. Without it everything runs that was
asked for.
"""

import os
from itertools import islice

import pytest

DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "leave to the run on the other database what need not run on both: see docs/testing.md"
    parser.addoption("--divided", action="store_true", help=text)
    text = "run axe in every language on every width in both colour schemes: see docs/testing.md"
    parser.addoption("--every-combination", action="store_true", help=text)


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are processors: now and then one waits for a process that its test has started."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("divided"):
        is_ours = runs_on_postgresql if os.environ.get("TEST_DATABASE_URL") else runs_on_sqlite
        config.hook.pytest_deselected(items=[item for item in items if not is_ours(item)])
        workers = getattr(config, "workerinput", {}).get("workercount", 1)
        items[:] = long_ones_first(list(filter(is_ours, items)), workers)


def long_ones_first(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """Begin each worker's share with a share of the long ones: xdist gives every worker an equal part of the list.

    Begun last, a long one would keep all workers but its own waiting at the end, and so would all of them in one share.
    """
    long = [item for item in items if item.get_closest_marker("long")]
    short = iter([item for item in items if not item.get_closest_marker("long")])
    ordered: list[pytest.Item] = []
    for number in range(workers):
        size = (len(items) - len(ordered)) // (workers - number)
        first = long[number::workers]
        ordered += [*first, *islice(short, max(0, size - len(first)))]
    return ordered + list(short)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    # `make test ARGS="-k …"` may pick tests of one half alone.
    if session.config.getoption("divided") and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        session.exitstatus = pytest.ExitCode.OK


def runs_on_sqlite(item: pytest.Item) -> bool:
    """Everything but the browser, of which a few tests show that the pages work here too, and `postgresql`."""
    if item.get_closest_marker("postgresql"):
        return False
    return not item.get_closest_marker("browser") or bool(item.get_closest_marker("smoke"))


def runs_on_postgresql(item: pytest.Item) -> bool:
    """True for tests with a database, the whole browser suite included."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(item.get_closest_marker("django_db") or fixtures & DATABASE_FIXTURES)
