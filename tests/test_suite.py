"""Division of the suite between the databases and among its workers."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.suite import divide, long_ones_first, thorough_but


def item(name: str, is_long: bool) -> Any:
    return SimpleNamespace(name=name, get_closest_marker=lambda _name: is_long)


@pytest.mark.parametrize(
    ("long", "short", "workers", "expected"),
    [
        ("ABC", "defghi", 1, "ABCdefghi"),
        ("ABCD", "efghijk", 3, "ADeBfghCijk"),
        ("ABCD", "", 3, "ADBC"),
        ("", "abc", 2, "abc"),
        ("", "", 2, ""),
    ],
)
def test_each_workers_share_begins_with_long_ones(long, short, workers, expected):
    items = [*(item(name, False) for name in short), *(item(name, True) for name in long)]
    assert "".join(each.name for each in long_ones_first(items, workers)) == expected


def a_test(path: str, *marks: Any, fixtures: tuple[str, ...] = ("db",)) -> Any:
    """A test as `divide` sees it: "test_book.py::test_name[row]"."""
    found = {mark.name: mark for mark in marks}
    return SimpleNamespace(nodeid=path, fixturenames=fixtures, get_closest_marker=found.get)


def mark(name: str) -> Any:
    return SimpleNamespace(name=name)


def table(path: str, count: int, *marks: Any, **more: Any) -> list[Any]:
    return [a_test(f"{path}[{number}]", *marks, **more) for number in range(count)]


def names(items: list[Any], on_postgresql: bool, *, is_rest: bool = False) -> list[str]:
    """The names of those that run, without the path of the file."""
    return [item.nodeid.partition("::test_")[2] for item in divide(items, on_postgresql, is_rest)]


def divided(items: list[Any]) -> tuple[list[str], list[str]]:
    """The names on SQLite and on PostgreSQL."""
    return names(items, False), names(items, True)


def rest(items: list[Any]) -> tuple[list[str], list[str]]:
    return names(items, False, is_rest=True), names(items, True, is_rest=True)


def test_those_of_a_file_run_in_turns_and_the_others_of_each_database_in_the_rest():
    items = [a_test(f"test_phones.py::test_{letter}") for letter in "abcd"] + table("test_phones.py::test_e", 3)
    assert divided(items) == (["b", "c", "e[0]", "e[1]"], ["a", "d", "e[2]"])
    assert rest(items) == tuple(reversed(divided(items)))


def test_files_begin_on_either_database():
    begins = [divided([a_test(f"test_{number}.py::test_a")]) for number in range(300)]
    on_postgresql = begins.count(([], ["a"]))
    assert (80 < on_postgresql < 120, begins.count((["a"], []))) == (True, 300 - on_postgresql)


def test_what_has_no_database_runs_on_sqlite_alone():
    items = [a_test("test_phones.py::test_a", fixtures=())]
    items.append(a_test("test_phones.py::test_b", fixtures=("module_rows",)))
    assert (divided(items), rest(items)) == ((["a"], ["b"]), (["b"], []))


@pytest.mark.parametrize("name", ["dialect", "skipif"])
def test_what_sql_decides_runs_on_both(name):
    items = table("test_search.py::test_a", 3, mark(name))
    every = ["a[0]", "a[1]", "a[2]"]
    assert (divided(items), rest(items)) == ((every, every), ([], []))


def test_those_of_released_migrations_run_in_neither():
    items = [a_test("test_phones.py::test_a", mark("released_migration"))]
    assert (divided(items), rest(items)) == (([], []), ([], []))


def test_thorough_ones_run_in_the_rest_on_both():
    killed = [a_test("test_kills.py::test_a", mark("thorough")), a_test("test_kills.py::test_b")]
    killed.append(a_test("test_kills.py::test_c", mark("thorough"), mark("postgresql")))
    axe = a_test("test_access.py::test_d", mark("thorough"), mark("browser"), fixtures=("live_server",))
    on_sqlite, on_postgresql = divided([*killed, axe])
    assert on_sqlite + on_postgresql == ["b"]
    on_sqlite, on_postgresql = rest([*killed, axe])
    assert sorted({*on_sqlite} - {"b"}) == ["a"]
    assert sorted({*on_postgresql} - {"b"}) == ["a", "c", "d"]
    assert (on_sqlite + on_postgresql).count("b") == 1


def test_rows_of_a_table_that_are_not_of_the_core_are_thorough():
    with pytest.raises(AssertionError):
        thorough_but("c", of="ab")
    core, other = thorough_but("a", of="ab")
    assert (core, other.values, [mark.name for mark in other.marks]) == ("a", ("b",), ["thorough"])


def test_the_browser_runs_on_postgresql_and_its_smoke_on_both():
    walk = table("test_board.py::test_a", 3, mark("browser"), fixtures=("live_server",))
    smoke = a_test("test_board.py::test_b", mark("browser"), mark("smoke"), fixtures=("live_server",))
    assert divided([*walk, smoke]) == (["b"], ["a[0]", "a[1]", "a[2]", "b"])
    assert rest([*walk, smoke]) == ([], [])
