"""Charts of the reports: rectangles of an SVG that pages stretch, each for a day, week or month."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from django.utils.formats import date_format

from .periods import DAY, Period
from .rollup import Figures

# The coordinates of a chart.
WIDTH, HEIGHT = 1000, 200
MAX_DAYS, MAX_WEEKS = 45, 45 * 7


class Step(NamedTuple):
    """A day, week or month of a period, with its figures."""

    period: Period
    label: str
    figures: Figures


class Bar(NamedTuple):
    """A rectangle, and what it says."""

    x: int
    y: int
    width: int
    height: int
    kind: str
    title: str


def divide(period: Period, by_day: Mapping[date, Figures]) -> list[Step]:
    """A period in days, in weeks from Monday on, or in months, with the figures of each."""
    return [Step(part, _label(part, period), _sum(part, by_day)) for part in _parts(period)]


def _parts(period: Period) -> Iterator[Period]:
    first = period.first
    while first <= period.last:
        last = first
        if period.length > MAX_WEEKS:
            last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - DAY
        elif period.length > MAX_DAYS:
            last = first + (6 - first.weekday()) * DAY
        yield Period(first, min(last, period.last))
        first = last + DAY


def _label(part: Period, period: Period) -> str:
    if period.length > MAX_WEEKS:
        return date_format(part.first, "N Y")
    first = date_format(part.first, "j N")
    return first if part.length == 1 else f"{first} – {date_format(part.last, 'j N')}"


def _sum(part: Period, by_day: Mapping[date, Figures]) -> Figures:
    total = Figures()
    for day in part.days:
        if figures := by_day.get(day):
            total.add(figures)
    return total


def draw_counts(steps: list[Step]) -> tuple[list[Bar], int]:
    """Two bars for each step, of what came and what was answered; and the number at the top."""
    top = max((max(step.figures.new, step.figures.answered) for step in steps), default=0)
    bars = []
    for number, step in enumerate(steps):
        left, width = _place(number, len(steps))
        half = max(1, width // 2)
        for x, kind, n in ((left, "new", step.figures.new), (left + half, "answered", step.figures.answered)):
            height = _height(n, top)
            bars.append(Bar(x, HEIGHT - height, half, height, kind, f"{step.label}: {n}"))
    return [bar for bar in bars if bar.height], top


def draw_times(steps: list[Step]) -> tuple[list[Bar], int]:
    """A bar for each step from its median to its 90th percentile, and a line at the median; the seconds at the top."""
    top = max((step.figures.ninetieth or 0 for step in steps), default=0)
    bars = []
    for number, step in enumerate(steps):
        median, ninetieth = step.figures.median, step.figures.ninetieth
        if median is None or ninetieth is None:
            continue
        x, width = _place(number, len(steps))
        low, high = _height(median, top), _height(ninetieth, top)
        bars.append(Bar(x, HEIGHT - high, width, max(1, high - low), "range", step.label))
        bars.append(Bar(x, HEIGHT - max(low, 4), width, 4, "median", step.label))
    return bars, top


def _place(number: int, steps: int) -> tuple[int, int]:
    """Left edge and width of a step, with a gap of a quarter."""
    left, right = WIDTH * number // steps, WIDTH * (number + 1) // steps
    return left, max(2, (right - left) * 3 // 4)


def _height(n: int, top: int) -> int:
    return max(2, n * HEIGHT // top) if n and top else 0
