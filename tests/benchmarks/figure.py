"""A line of the benchmark's table, and the measurement of its number."""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass
class Figure:
    """A measured number; without a goal it is informative only."""

    label: str
    value: float
    unit: str = "ms"
    at_most: float | None = None
    at_least: float | None = None

    def __post_init__(self) -> None:
        print(self, flush=True)  # noqa: T201

    @property
    def is_missed(self) -> bool:
        is_over = self.at_most is not None and self.value > self.at_most
        return is_over or (self.at_least is not None and self.value < self.at_least)

    def __str__(self) -> str:
        goals = [f"<= {self.at_most:g}"] if self.at_most is not None else []
        goals += [f">= {self.at_least:g}"] if self.at_least is not None else []
        verdict = ("MISSED" if self.is_missed else "ok") if goals else ""
        return f"  {self.label:<56} {self.value:10.2f} {self.unit:<5} {' '.join(goals):<7} {verdict}".rstrip()


def median(functions: Iterable[Callable[[], Any]]) -> float:
    """Return the median duration of the functions in milliseconds; each runs once before, to warm the caches."""
    durations = []
    for function in functions:
        function()
        start = time.perf_counter()
        function()
        durations.append((time.perf_counter() - start) * 1000)
    return statistics.median(durations)
