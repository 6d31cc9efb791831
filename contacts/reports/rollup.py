"""The roll-up: figures of each day, counted anew where facts changed.

A day is counted in one transaction that deletes its marks first. Whoever changes facts at that time leaves marks of
their own that are not seen yet, and so stay.
"""

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import batched
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Min, Q

from config.accounts.models import Pro
from config.saving import insert_many

from ..models import AnswerMark, ArrivalMark, FirstResponse, ReportDay, ReportZone, WaitingItem
from .facts import ITEM_COLUMNS, RESPONSE_COLUMNS, answers, arrivals, values_of
from .periods import DAY, Period, midnight, spans, zone_of
from .times import MEDIAN, NINETIETH, bucket_of, percentile

logger = logging.getLogger("vestibule.reports")

MARKS: tuple[Any, ...] = (ArrivalMark, AnswerMark)
# Days of one transaction.
BATCH = 16
# Of one call of housekeeping, so that it keeps nothing else waiting.
SECONDS = 5
type Key = tuple[date, str, str]


@dataclass
class Figures:
    """Counts of one day or more; `times` are the numbers of answers by bucket of office seconds."""

    new: int = 0
    answered: int = 0
    targeted: int = 0
    within: int = 0
    times: Counter[int] = field(default_factory=Counter)

    def add(self, other: "Figures") -> None:
        for name in ("new", "answered", "targeted", "within"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.times.update(other.times)

    @property
    def size(self) -> int:
        """By which the values of a dimension are in order."""
        return self.new + self.answered

    @property
    def late(self) -> int:
        return self.targeted - self.within

    @property
    def share(self) -> float | None:
        """Of those with a target, the share that was within it."""
        return self.within / self.targeted if self.targeted else None

    @property
    def median(self) -> int | None:
        return percentile(self.times, MEDIAN)

    @property
    def ninetieth(self) -> int | None:
        return percentile(self.times, NINETIETH)


def count_days(pro: Pro, days: Iterable[date]) -> dict[Key, Figures]:
    """The figures of these days, from the facts, by (day, dimension, value)."""
    zone, found = zone_of(pro), defaultdict[Key, Figures](Figures)
    for period in spans(days):
        for since, *columns in arrivals(pro, period).values_list("since", *ITEM_COLUMNS).iterator():
            day = since.astimezone(zone).date()
            for dimension, value in values_of(columns):
                found[day, dimension, value].new += 1
        rows = answers(pro, period).values_list("answered_at", "office_seconds", "target_seconds", *RESPONSE_COLUMNS)
        for answered_at, seconds, target, *columns in rows.iterator():
            day, bucket = answered_at.astimezone(zone).date(), bucket_of(seconds)
            for dimension, value in values_of(columns):
                figures = found[day, dimension, value]
                figures.answered += 1
                figures.targeted += target > 0
                figures.within += 0 < target >= seconds
                figures.times[bucket] += 1
    return found


def stale_days(pro: Pro, period: Period) -> list[date]:
    """The days of a period whose roll-up is not that of the facts."""
    if not ReportZone.objects.for_pro(pro).filter(time_zone=pro.time_zone).exists():
        return period.days
    start, end = period.bounds(zone := zone_of(pro))
    days: set[date] = set()
    for model in MARKS:
        marks = model.objects.for_pro(pro).filter(at__gte=start, at__lt=end)
        days |= {at.astimezone(zone).date() for at in marks.values_list("at", flat=True).distinct()}
    return sorted(days)


def refresh_reports() -> None:
    """Count the days anew whose facts changed: housekeeping."""
    until = time.monotonic() + SECONDS
    ids = {id for model in MARKS for id in model.objects.values_list("pro_id", flat=True).distinct()}
    counted = ReportZone.objects.filter(time_zone=F("pro__time_zone"))
    for pro in Pro.objects.filter(Q(pk__in=ids) | ~Q(pk__in=counted.values("pro_id"))).order_by("pk"):
        while _refresh_some(pro):
            if time.monotonic() > until:
                return
    _delete_marks_of_nobody(ids)


def rebuild_reports(pro: Pro) -> int:
    """Count all days of an office anew; returns how many rows the roll-up has."""
    with transaction.atomic():
        _hold_office(pro)
        _mark_all_days(pro)
    while _refresh_some(pro):
        pass
    return ReportDay.objects.for_pro(pro).count()


def _refresh_some(pro: Pro) -> bool:
    """Count some marked days anew, the newest first; False when none is left."""
    with transaction.atomic():
        zone = _hold_office(pro)
        if zone.time_zone != pro.time_zone:
            # Days begin at other moments: no row of it holds any more.
            _mark_all_days(pro)
            ReportDay.objects.for_pro(pro).delete()
            zone.time_zone = pro.time_zone
            zone.save(update_fields=["time_zone"])
        return bool(_count_marked(pro))


def _hold_office(pro: Pro) -> ReportZone:
    """Keep others from counting for the same office until the transaction ends."""
    ReportZone.objects.get_or_create(pro=pro, defaults={"time_zone": ""})
    return ReportZone.objects.select_for_update().get(pro=pro)


def _count_marked(pro: Pro) -> set[date]:
    """Count the marked days before the newest mark; returns them."""
    zone = zone_of(pro)
    newest = [model.objects.for_pro(pro).aggregate(at=Max("at"))["at"] for model in MARKS]
    if not any(newest):
        return set()
    last = max(at for at in newest if at).astimezone(zone).date()
    start, end = Period(last - (BATCH - 1) * DAY, last).bounds(zone)
    days = set[date]()
    for model in MARKS:
        marks = model.objects.for_pro(pro).filter(at__gte=start, at__lt=end)
        seen = {id: at.astimezone(zone).date() for id, at in marks.values_list("pk", "at").iterator()}
        days |= set(seen.values())
        # Those that were seen, and no others.
        for some in batched(seen, 5000):
            model.objects.filter(pk__in=some).delete()
    figures = count_days(pro, days)
    ReportDay.objects.for_pro(pro).filter(day__in=days).delete()
    rows = [
        ReportDay(
            pro=pro,
            day=day,
            dimension=dimension,
            value=value,
            new=each.new,
            answered=each.answered,
            targeted=each.targeted,
            within=each.within,
            times={str(bucket): each.times[bucket] for bucket in sorted(each.times)},
        )
        for (day, dimension, value), each in sorted(figures.items())
    ]
    insert_many(rows)
    return days


def _mark_all_days(pro: Pro) -> None:
    """Mark each day that has facts or a roll-up."""
    zone, edges = zone_of(pro), list[date]()
    for rows, name in ((WaitingItem.objects, "since"), (FirstResponse.objects, "answered_at")):
        bounds: dict[str, datetime | None] = rows.for_pro(pro).aggregate(first=Min(name), last=Max(name))
        edges += [at.astimezone(zone).date() for at in bounds.values() if at]
    rolled = ReportDay.objects.for_pro(pro).aggregate(first=Min("day"), last=Max("day"))
    edges += [day for day in rolled.values() if day]
    if edges:
        ArrivalMark.add(pro, [midnight(day, zone) for day in Period(min(edges), max(edges)).days])


def _delete_marks_of_nobody(ids: Iterable[int]) -> None:
    """Delete marks of offices that are gone."""
    present = set(Pro.objects.filter(pk__in=list(ids)).values_list("pk", flat=True))
    for model in MARKS:
        model.objects.filter(pro_id__in=set(ids) - present).delete()
