"""Division of the whole suite between the two databases: see docs/testing.md.

`pytest --divided` is what `make test` says, once on SQLite and once on PostgreSQL, and `pytest --divided --rest` what
`make test-rest` says. Without them everything runs that was asked for.
"""

import os
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

# Marks of tests that run on a database whatever the turn of their file.
NO_TURNS = ("dialect", "browser", "skipif", "postgresql")
DATABASE_FIXTURES = {"db", "module_rows", "committed_rows", "transactional_db", "live_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "run most tests on one of the two databases alone: see docs/testing.md"
    parser.addoption("--divided", action="store_true", help=text)
    text = "run what --divided leaves to the other database, and nothing else"
    parser.addoption("--rest", action="store_true", help=text)
    text = "run axe in every language on every width in both colour schemes: see docs/testing.md"
    parser.addoption("--every-combination", action="store_true", help=text)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """As many as there are processors, on each database: now and then one waits for a browser or for the other one.

    The rest has twice as many tests on PostgreSQL, and one more worker there.
    """
    return (os.cpu_count() or 1) + (is_postgresql() and config.getoption("rest"))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out files of which nothing runs: reading all tests takes each worker a tenth of its time."""
    if not config.getoption("divided") or config.getoption("rest") or not collection_path.match("test_*.py"):
        return None
    path = collection_path.relative_to(config.rootpath).as_posix()
    is_here = runs_on(path, is_postgresql()) or names_no_turns(collection_path)
    return None if is_here else True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("divided"):
        if config.getoption("rest"):
            refuse_unnamed(items)
        ours = divide(items, is_postgresql(), config.getoption("rest"))
        kept = set(ours)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        workers = getattr(config, "workerinput", {}).get("workercount", 1)
        items[:] = long_ones_first(ours, workers)


def thorough_but(*core: object, of: Iterable[object]) -> list[Any]:
    """Parameters of a test: the core ones run in `make test`, all others in `make test-rest`."""
    parameters = list(of)
    assert set(core) <= set(parameters), core
    return [each if each in core else pytest.param(each, marks=pytest.mark.thorough) for each in parameters]


def is_postgresql() -> bool:
    return bool(os.environ.get("TEST_DATABASE_URL"))


def runs_on(path: str, on_postgresql: bool) -> bool:
    """Tell if the tests of a file run on this database, but for those of `NO_TURNS`.

    One file of three on PostgreSQL, which has the browser; by its path, so that a new file changes no other's turn.
    """
    return (crc32(path.encode()) % 3 == 2) == on_postgresql


def names_no_turns(path: Path) -> bool:
    """Tell if a file may have tests that run on a database whatever the turn of the file."""
    return path.parent.name == "browser" or any(f"mark.{name}" in path.read_text() for name in NO_TURNS)


def refuse_unnamed(items: list[pytest.Item]) -> None:
    """Raise UsageError for tests whose file does not name the mark: the other database would not read the file."""
    files = {item.path for item in items if not is_taken_in_turns(item)}
    if unnamed := [str(path) for path in sorted(files) if not names_no_turns(path)]:
        raise pytest.UsageError(f"Name one of the marks {NO_TURNS} in the file itself: {', '.join(unnamed)}")


def divide(items: list[pytest.Item], on_postgresql: bool, is_rest: bool) -> list[pytest.Item]:
    """The items that run on this database; those marked `thorough` all in the rest, on each that they can run on.

    Those of released migrations are left to `make upgrade-check`.
    """
    ours = []
    for item in items:
        if item.get_closest_marker("released_migration"):
            continue
        runs = {False: runs_on_sqlite(item), True: runs_on_postgresql(item)}
        if item.get_closest_marker("thorough"):
            is_ours = is_rest and runs[on_postgresql]
        elif not is_taken_in_turns(item):
            is_ours = not is_rest and runs[on_postgresql]
        else:
            is_here = runs_on(item.nodeid.partition("::")[0], on_postgresql)
            # The rest has no use for what needs no database.
            is_ours = is_here != is_rest and (all(runs.values()) or not is_rest)
        if is_ours:
            ours.append(item)
    return ours


def is_taken_in_turns(item: pytest.Item) -> bool:
    """False for a test of SQL itself, and for one that is skipped where it cannot run: it must get there."""
    return not any(item.get_closest_marker(name) for name in NO_TURNS)


def fixtures_of(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


def long_ones_first(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """Begin each worker's share with a share of the long ones: xdist gives every worker an equal part of the list.

    Begun last, a long one would keep all workers but its own waiting at the end, and so would all of them in one share.
    """
    long = [item for item in items if is_long(item)]
    short = iter([item for item in items if not is_long(item)])
    ordered: list[pytest.Item] = []
    for number in range(workers):
        size = (len(items) - len(ordered)) // (workers - number)
        first = long[number::workers]
        ordered += [*first, *islice(short, max(0, size - len(first)))]
    return ordered + list(short)


def is_long(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("long", "thorough"))


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
