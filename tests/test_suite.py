"""Division of the suite between the databases and among its workers."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from tests.suite import divide, long_ones_first, pytest_ignore_collect, refuse_unnamed, thorough_but


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


def test_files_run_in_turns_and_each_on_the_other_database_in_the_rest():
    items = [a_test("test_phones.py::test_a"), *table("test_phones.py::test_b", 2), a_test("test_book.py::test_c")]
    assert divided(items) == (["a", "b[0]", "b[1]"], ["c"])
    assert rest(items) == (["c"], ["a", "b[0]", "b[1]"])


def test_one_file_of_three_runs_on_postgresql():
    runs = [divided([a_test(f"test_{number}.py::test_a")]) for number in range(300)]
    on_postgresql = runs.count(([], ["a"]))
    assert (80 < on_postgresql < 120, runs.count((["a"], []))) == (True, 300 - on_postgresql)


def test_what_has_no_database_runs_once():
    items = [a_test("test_phones.py::test_a", fixtures=()), a_test("test_book.py::test_b", fixtures=())]
    items.append(a_test("test_phones.py::test_c", fixtures=("module_rows",)))
    assert (divided(items), rest(items)) == ((["a", "c"], ["b"]), ([], ["c"]))


@pytest.fixture
def config(pytestconfig) -> Any:
    """The options of `make test`."""
    options = {"divided": True, "rest": False}
    return SimpleNamespace(rootpath=pytestconfig.rootpath, getoption=options.get, options=options)


def test_a_file_is_read_where_something_of_it_runs(config, monkeypatch, tmp_path):
    config.rootpath = tmp_path
    (tmp_path / "browser").mkdir()
    texts = {
        "test_phones.py": "",
        "test_book.py": "",
        "test_search.py": "@pytest.mark.dialect",
        "browser/test_board.py": "",
        "conftest.py": "",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)

    def ignored() -> tuple[list[str], list[str]]:
        both = []
        for on_postgresql in (False, True):
            monkeypatch.setattr("tests.suite.is_postgresql", lambda answer=on_postgresql: answer)
            both.append([name for name in texts if pytest_ignore_collect(tmp_path / name, config)])
        return both[0], both[1]

    assert ignored() == (["test_book.py"], ["test_phones.py"])
    config.options["rest"] = True
    assert ignored() == ([], [])
    config.options.update(divided=False, rest=False)
    assert ignored() == ([], [])


def test_a_mark_that_the_file_does_not_name_is_refused(tmp_path):
    path = tmp_path / "test_search.py"
    path.write_text("from elsewhere import on_both")
    item = a_test("test_search.py::test_a", mark("dialect"))
    item.path = path
    with pytest.raises(pytest.UsageError, match=re.escape(str(path))):
        refuse_unnamed([item])
    path.write_text("@pytest.mark.dialect")
    refuse_unnamed([item])


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
