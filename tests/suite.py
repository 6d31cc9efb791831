"""Division of the whole suite between the two databases: see docs/testing.md.

`pytest --divided` is what `make test` says, once on SQLite and once on PostgreSQL. Without it everything runs that was
asked for.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Any, Protocol

import pytest

COMMITTING_FIXTURES = {"transactional_db", "live_server"}
DATABASE_FIXTURES = {"db", "module_rows", "committed_rows", *COMMITTING_FIXTURES}
# Pages are read by the same views, forms and templates on either database. What they call has tests of its own.
PAGES = re.compile(r"^test_(.+_pages?|admin.*)\.py$")
# So many rows make a table of inputs.
TABLE = 4


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "leave to the run on the other database what need not run on both: see docs/testing.md"
    parser.addoption("--divided", action="store_true", help=text)
    text = "run axe in every language on every width in both colour schemes: see docs/testing.md"
    parser.addoption("--every-combination", action="store_true", help=text)


def pytest_xdist_auto_num_workers() -> int:
    """As many as there are processors, on PostgreSQL one more: there now and then one waits for a browser."""
    return (os.cpu_count() or 1) + is_postgresql()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("divided"):
        ours = divide(items, is_postgresql())
        kept = set(ours)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        workers = getattr(config, "workerinput", {}).get("workercount", 1)
        items[:] = long_ones_first(ours, workers)


def is_postgresql() -> bool:
    return bool(os.environ.get("TEST_DATABASE_URL"))


def divide(items: list[pytest.Item], on_postgresql: bool) -> list[pytest.Item]:
    """The items that run on this database. Those of released migrations are left to `make upgrade-check`."""
    rows = Counter(map(function_of, items))
    places: Counter[str] = Counter()
    ours = []
    for item in items:
        if item.get_closest_marker("released_migration"):
            continue
        runs = {False: runs_on_sqlite(item), True: runs_on_postgresql(item)}
        if all(runs.values()) and (group := taken_in_turns(item, rows[function_of(item)])):
            is_second = places[group] % 2 == 1
            runs[not is_second] = False
            places[group] += 1
        if runs[on_postgresql]:
            ours.append(item)
    return ours


def function_of(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


def taken_in_turns(item: pytest.Item, rows: int) -> str:
    """The group of items that are taken in turns by the databases, "" for an item that runs on both."""
    # One that is skipped where it cannot run must get there.
    if any(item.get_closest_marker(name) for name in ("dialect", "browser", "skipif")):
        return ""
    # Migrations of rows are written for models; those that write SQL have tests marked `dialect`.
    if "migrate" in fixtures_of(item):
        return "migrations"
    if commits(item):
        return ""
    if PAGES.match(item.path.name):
        return str(item.path)
    return function_of(item) if rows >= TABLE else ""


class Share(Protocol):
    def __call__(self, values: Iterable[Any], turn: int = 0) -> list[Any]: ...


def commits(item: pytest.Item) -> bool:
    """True for a test whose rows are seen by other connections: races, kills, servers."""
    mark = item.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction")) or bool(fixtures_of(item) & COMMITTING_FIXTURES)


def fixtures_of(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def share(request: pytest.FixtureRequest) -> Share:
    """Function of a list that returns what of it falls to this database: all of it or, divided, every other one.

    With an odd `turn` the other ones.
    """
    return make_share(request)


def make_share(request: pytest.FixtureRequest) -> Share:
    def take(values: Iterable[Any], turn: int = 0) -> list[Any]:
        start = (is_postgresql() + turn) % 2
        return list(values)[start::2] if request.config.getoption("divided") else list(values)

    return take


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
    return bool(item.get_closest_marker("django_db") or fixtures_of(item) & DATABASE_FIXTURES)
