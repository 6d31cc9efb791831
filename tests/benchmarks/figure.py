"""A line of the benchmark's table, and the measurement of its number."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .clock import seconds


@dataclass
class Figure:
    """A measured number; without a goal it is informative only.

    `spread` are the smallest and the greatest of its rounds. `point` places it on a plot: (plot, line, x).
    """

    label: str
    value: float
    unit: str = "ms"
    at_most: float | None = None
    at_least: float | None = None
    spread: tuple[float, float] | None = None
    point: tuple[str, str, float | str] | None = None

    def __post_init__(self) -> None:
        print(self, flush=True)  # noqa: T201

    @property
    def is_missed(self) -> bool:
        is_over = self.at_most is not None and self.value > self.at_most
        return is_over or (self.at_least is not None and self.value < self.at_least)

    @property
    def goal(self) -> str:
        goals = [f"<= {self.at_most:g}"] if self.at_most is not None else []
        goals += [f">= {self.at_least:g}"] if self.at_least is not None else []
        return " ".join(goals)

    @property
    def verdict(self) -> str:
        return ("MISSED" if self.is_missed else "ok") if self.goal else ""

    def to_row(self) -> dict[str, Any]:
        return {**asdict(self), "goal": self.goal, "is_missed": self.is_missed}

    def __str__(self) -> str:
        line = f"  {self.label:<56} {self.value:10.2f} {self.unit:<5} {self.goal:<7} {self.verdict}".rstrip()
        return f"{line}  [{self.spread[0]:.2f} to {self.spread[1]:.2f}]" if self.spread else line


# Statements are prepared when they come for the sixth time, and their plan is kept after five more.
UNTIL_KEPT = 11


def of_rounds(label: str, values: Sequence[float], unit: str = "ms", **more: Any) -> Figure:
    """The median of several rounds with its spread."""
    return Figure(label, statistics.median(values), unit, spread=(min(values), max(values)), **more)


def ratios(label: str, values: Sequence[float], others: Sequence[float], unit: str = "x", **goals: Any) -> Figure:
    """The median of the quotients of rounds that were measured side by side."""
    return of_rounds(label, [one / other for one, other in zip(values, others, strict=True)], unit, **goals)


def median(functions: Iterable[Callable[[], Any]]) -> float:
    """Return the median duration of the functions in milliseconds; each runs once before, to warm the caches."""
    durations = []
    for function in functions:
        function()
        start = seconds()
        function()
        durations.append((seconds() - start) * 1000)
    return statistics.median(durations)


def in_turns(works: list[Callable[[], Any]], times: int, rounds: int = 3, *, before: int = 1) -> list[list[float]]:
    """The median durations in ms of each of the works in each round; they take turns, call by call.

    Each runs `before` times first, to warm the caches.
    """
    for work in works * before:
        work()
    return [list(medians) for medians in zip(*(_round(works, times) for _ in range(rounds)), strict=True)]


def _round(works: Sequence[Callable[[], Any]], times: int) -> list[float]:
    durations: list[list[float]] = [[] for _ in works]
    for _ in range(times):
        for work, measured in zip(works, durations, strict=True):
            start = seconds()
            work()
            measured.append((seconds() - start) * 1000)
    return [statistics.median(measured) for measured in durations]
