"""Division of the suite between the databases and among its workers."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.suite import divide, long_ones_first, make_share


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
    return SimpleNamespace(
        nodeid=path, path=Path(path.partition("::")[0]), fixturenames=fixtures, get_closest_marker=found.get
    )


def mark(name: str, **kwargs: Any) -> Any:
    return SimpleNamespace(name=name, kwargs=kwargs)


def table(path: str, count: int, *marks: Any, **more: Any) -> list[Any]:
    return [a_test(f"{path}[{number}]", *marks, **more) for number in range(count)]


def divided(items: list[Any]) -> tuple[list[str], list[str]]:
    """The names on SQLite and on PostgreSQL, without the path of the file."""
    return tuple([item.nodeid.partition("::test_")[2] for item in divide(items, on)] for on in (False, True))  # type: ignore[return-value]


def test_verbs_run_on_both_and_what_has_no_database_on_sqlite():
    items = [a_test("test_merge.py::test_a"), a_test("test_phones.py::test_b", fixtures=())]
    items.append(a_test("test_matrix.py::test_c", fixtures=("module_rows",)))
    assert divided(items) == (["a", "b", "c"], ["a", "c"])


@pytest.mark.parametrize("name", ["test_merge_page.py", "test_offer_pages.py", "test_admin.py", "test_admin_types.py"])
def test_those_of_a_page_run_in_turns(name):
    items = [a_test(f"{name}::test_{letter}") for letter in "abc"] + table(f"{name}::test_d", 2)
    assert divided(items) == (["a", "c", "d[1]"], ["b", "d[0]"])


def test_the_rows_of_a_table_run_in_turns_and_each_test_on_both():
    items = [*table("test_submit_api.py::test_a", 4), *table("test_submit_api.py::test_b", 5)]
    assert divided(items) == (["a[0]", "a[2]", "b[0]", "b[2]", "b[4]"], ["a[1]", "a[3]", "b[1]", "b[3]"])


def test_those_of_migrations_run_in_turns():
    fixtures = ("migrate", "transactional_db")
    items = [a_test(f"test_{letter}.py::test_{letter}", fixtures=fixtures) for letter in "abc"]
    items.append(a_test("test_d.py::test_d", mark("dialect"), fixtures=fixtures))
    assert divided(items) == (["a", "c", "d"], ["b", "d"])


def test_those_of_released_migrations_run_in_neither():
    items = [a_test("test_b.py::test_a", mark("released_migration")), a_test("test_b.py::test_b")]
    assert divided(items) == (["b"], ["b"])


def test_few_rows_run_on_both():
    names = ["a[0]", "a[1]", "a[2]"]
    assert divided(table("test_submit_api.py::test_a", 3)) == (names, names)


@pytest.mark.parametrize(
    ("marks", "fixtures"),
    [
        ([mark("dialect")], ("db",)),
        ([mark("skipif")], ("db",)),
        ([mark("django_db", transaction=True)], ()),
        ([], ("transactional_db",)),
        ([], ("live_server",)),
    ],
)
@pytest.mark.parametrize("name", ["test_search.py", "test_merge_page.py"])
def test_what_sql_decides_and_what_commits_runs_on_both(name, marks, fixtures):
    items = table(f"{name}::test_a", 6, *marks, fixtures=fixtures)
    assert divided(items) == ([f"a[{number}]" for number in range(6)],) * 2


def test_the_browser_runs_on_postgresql_and_its_smoke_on_both():
    walk = table("test_board_page.py::test_a", 4, mark("browser"), fixtures=("live_server",))
    smoke = a_test("test_board_page.py::test_b", mark("browser"), mark("smoke"), fixtures=("live_server",))
    assert divided([*walk, smoke]) == (["b"], ["a[0]", "a[1]", "a[2]", "a[3]", "b"])


def test_every_test_is_in_one_half_at_least():
    paths = ["test_list_page.py::test_a", "test_list_api.py::test_b", "test_text.py::test_c"]
    items = [item for path in paths for count in (1, 4, 7) for item in table(f"{path}{count}", count)]
    ours = [{item.nodeid for item in divide(items, on)} for on in (False, True)]
    assert ours[0] | ours[1] == {item.nodeid for item in items}


def test_a_divided_list_falls_to_both_in_equal_parts(monkeypatch):
    request: Any = SimpleNamespace(config=SimpleNamespace(getoption=lambda _name: True))
    parts = []
    for url in ("", "postgres://"):
        monkeypatch.setenv("TEST_DATABASE_URL", url)
        take = make_share(request)
        parts.append((take("abcde"), take("abcde", turn=1)))
    assert parts == [(list("ace"), list("bd")), (list("bd"), list("ace"))]


def test_a_list_that_is_not_divided_is_whole():
    request: Any = SimpleNamespace(config=SimpleNamespace(getoption=lambda _name: False))
    assert make_share(request)("abc", turn=1) == list("abc")
