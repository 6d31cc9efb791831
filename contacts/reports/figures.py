"""Figures of a period, from the roll-up, and from the facts where a day of it has changed since."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from typing import NamedTuple

import msgspec
from django.db.models import Count, QuerySet, Sum, TextField
from django.db.models.functions import Cast

from config.accounts.models import Pro

from ..models import ReportDay
from .facts import DIMENSIONS, waiting, write_value
from .periods import Period
from .rollup import Figures, count_days, stale_days

# A year of an office has a hundred thousand numbers: read as text, and by a decoder in C.
decode_times = msgspec.json.Decoder(dict[int, int]).decode
COUNTS = ("new", "answered", "targeted", "within")


class Line(NamedTuple):
    """The figures of one value of a dimension, and how many wait now."""

    value: str
    figures: Figures
    waiting: int


class Reading:
    """Figures of a period of an office; each day that changed is counted once."""

    def __init__(self, pro: Pro, period: Period) -> None:
        self.pro, self.period = pro, period
        self._stale = stale_days(pro, period)
        self._counted = count_days(pro, self._stale) if self._stale else {}

    def by_day(self) -> dict[date, Figures]:
        """The figures of the whole office, by those days that have any."""
        rows = self._rows("").values_list("day", *COUNTS, Cast("times", TextField()))
        found = {day: _read_figures(counts, times) for day, *counts, times in rows}
        return found | {day: each for (day, dimension, _value), each in self._counted.items() if not dimension}

    def total(self) -> Figures:
        total = Figures()
        for figures in self.by_day().values():
            total.add(figures)
        return total

    def lines(self, dimension: str, most: int | None = None) -> tuple[list[Line], int]:
        """Values of a dimension, those with the most first, and how many there are; at most `most` of them."""
        found = self._counts(dimension)
        waits = count_waiting_by(self.pro, dimension)
        for value in waits:
            found[value]
        order = sorted(found, key=lambda value: (-found[value].size, -waits.get(value, 0), value))
        shown = order[:most]
        self._add_times(dimension, found, None if most is None or len(order) <= most else shown)
        return [Line(value, found[value], waits.get(value, 0)) for value in shown], len(order)

    def _counts(self, dimension: str) -> dict[str, Figures]:
        found = defaultdict[str, Figures](Figures)
        sums = {f"all_{name}": Sum(name) for name in COUNTS}
        rows = self._rows(dimension).order_by().values("value").annotate(**sums)
        for value, *counts in rows.values_list("value", *sums):
            found[value] = Figures(*counts)
        for value, figures in self._counted_of(dimension):
            found[value].add(figures)
        return found

    def _add_times(self, dimension: str, found: dict[str, Figures], values: Collection[str] | None) -> None:
        """Add the distributions of these values, which are read for the values that are shown alone."""
        rows = self._rows(dimension).filter(answered__gt=0)
        rows = rows if values is None else rows.filter(value__in=values)
        sums = defaultdict[str, dict[int, int]](dict)
        for value, times in rows.values_list("value", Cast("times", TextField())).iterator():
            numbers = sums[value]
            for bucket, n in decode_times(times).items():
                numbers[bucket] = numbers.get(bucket, 0) + n
        for value, numbers in sums.items():
            found[value].times.update(numbers)

    def _rows(self, dimension: str) -> "QuerySet[ReportDay]":
        rows = ReportDay.objects.for_pro(self.pro).filter(dimension=dimension)
        rows = rows.filter(day__gte=self.period.first, day__lte=self.period.last)
        return rows.exclude(day__in=self._stale) if self._stale else rows

    def _counted_of(self, dimension: str) -> Iterator[tuple[str, Figures]]:
        return ((value, each) for (_day, name, value), each in self._counted.items() if name == dimension)


def count_waiting_by(pro: Pro, dimension: str) -> dict[str, int]:
    """How many wait now, by value."""
    column = DIMENSIONS[dimension].of_item
    rows = waiting(pro).order_by().values(column).annotate(number=Count("pk")).values_list(column, "number")
    return {write_value(value): n for value, n in rows}


def _read_figures(counts: list[int], times: str) -> Figures:
    new, answered, targeted, within = counts
    return Figures(new, answered, targeted, within, Counter(decode_times(times)))
