"""One line of the benchmark's table, and how its number is taken."""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass
class Figure:
    """A measured number; without a goal it is for information."""

    work: str
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
        return f"  {self.work:<56} {self.value:10.2f} {self.unit:<5} {' '.join(goals):<7} {verdict}".rstrip()


def median(works: Iterable[Callable[[], Any]]) -> float:
    """The median of what each takes, in milliseconds; each runs once before, so that nothing is read from disk."""
    taken = []
    for work in works:
        work()
        at = time.perf_counter()
        work()
        taken.append((time.perf_counter() - at) * 1000)
    return statistics.median(taken)
