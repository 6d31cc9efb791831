"""The verdicts of the benchmark's table; its speed is measured by `make bench` alone."""

import pytest

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
