"""The verdicts of the benchmark's table; its speed is measured by `make bench` alone."""

import pytest

from tests.benchmarks import growth
from tests.benchmarks.figure import Figure


@pytest.mark.parametrize(
    ("value", "goal", "verdict"),
    [
        (5.0, {"at_most": 5.0}, "<= 5    ok"),
        (5.01, {"at_most": 5.0}, "<= 5    MISSED"),
        (0.6, {"at_least": 0.6}, ">= 0.6  ok"),
        (0.59, {"at_least": 0.6}, ">= 0.6  MISSED"),
        (float("inf"), {}, ""),
    ],
)
def test_a_goal_is_reached_up_to_its_own_value(value, goal, verdict, capsys):
    figure = Figure("a page", value, **goal)
    line = f"  {'a page':<56} {value:10.2f} ms    {verdict}".rstrip()
    assert (str(figure), capsys.readouterr().out) == (line, f"{line}\n")
    assert figure.is_missed == ("MISSED" in verdict)


def test_growth_is_reckoned_from_the_rows_that_came_last():
    key = ("contacts_contact", "")
    measured = (100_000, {key: 30_000_000}), (1_000_000, {key: 210_000_000})
    reckoned = [growth.reckon((100_000, 30_000_000), (1_000_000, 210_000_000), rows) for rows in (1_000_000, 2_000_000)]
    assert reckoned == [210_000_000, 410_000_000]
    assert [line.split() for line in growth.lines(*measured)] == [
        ["bytes", "a", "row", "100,000", "1,000,000", "GB", "at", "10^8"],
        ["contacts_contact", "300.0", "210.0", "20.0"],
        ["together", "20.0"],
        ["all", "of", "these", "tables", "20.0"],
    ]
