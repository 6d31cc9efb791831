"""Division of the suite among its workers."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.suite import long_ones_first


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
