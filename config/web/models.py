"""Counters of the rate limits and of /metrics, shared by all processes."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain

from django.db import connection, models

from config.cursors import execute
from config.round_trips import write_now


class RateCountQuerySet(models.QuerySet["RateCount"]):
    def hit(self, key: str, *, seconds: int, times: int = 1) -> int:
        """Add `times` to the count of `key` in the current window of `seconds`; returns the new count."""
        [count] = self.hit_all([(key, seconds)], times=times)
        return count

    def hit_all(self, keys: Sequence[tuple[str, int]], *, times: int = 1) -> list[int]:
        """The same for several keys, all different, each with the seconds of its window.

        One statement, so that concurrent workers each get their own numbers. Windows are aligned to the clock. Outside
        of a transaction it waits for no disk: a crash of the machine may lose what was counted in the second before.
        """
        now = int(time.time())
        # The key may be user input, and PostgreSQL stores no NUL.
        rows = [(key.replace("\x00", "")[:200], now // seconds * seconds + seconds, times) for key, seconds in keys]
        sql = (
            f"INSERT INTO web_ratecount (key, expires_at, count) VALUES {', '.join(['(%s, %s, %s)'] * len(rows))} "  # noqa: S608
            "ON CONFLICT (key, expires_at) DO UPDATE SET count = web_ratecount.count + excluded.count "
            f"RETURNING key, count{_UNFORCED if _is_unforced('postgresql') else ''}"
        )
        with _without_disk():
            found = write_now(connection, sql, [*chain(*rows)]).fetchall()
        counts = {key: count for key, count, *_ in found}
        return [counts[key] for key, _expires_at, _times in rows]


# In the statement itself, as another one would take longer than what it saves.
_UNFORCED = ", set_config('synchronous_commit', 'off', true)"


def _is_unforced(vendor: str) -> bool:
    """True for a statement that is a transaction of its own, on this database."""
    return connection.vendor == vendor and not connection.in_atomic_block


@contextmanager
def _without_disk() -> Iterator[None]:
    """Have SQLite wait for no disk in the block; the next commit that does writes what the block wrote as well."""
    if not _is_unforced("sqlite"):
        yield
        return
    [[before]] = execute(connection, "PRAGMA synchronous", [], keeps_plan=True).fetchall()
    execute(connection, f"PRAGMA synchronous={min(before, 1)}", [], keeps_plan=True)
    try:
        yield
    finally:
        execute(connection, f"PRAGMA synchronous={before}", [], keeps_plan=True)


class RateCount(models.Model):
    """Count of `key` in the window that ends at `expires_at` (Unix seconds)."""

    key = models.CharField(max_length=200)
    expires_at = models.BigIntegerField()
    count = models.PositiveBigIntegerField()

    objects = RateCountQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "expires_at"], name="web_ratecount_key")]
        indexes = [models.Index(fields=["expires_at"], name="web_ratecount_expires")]

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"


class MetricCount(models.Model):
    """A counter of /metrics since the beginning; `labels` as Prometheus' text has them."""

    name = models.CharField(max_length=80)
    labels = models.CharField(max_length=300, blank=True)
    value = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "labels"], name="web_metriccount_key")]

    def __str__(self) -> str:
        return f"{self.name}{{{self.labels}}} {self.value:g}"


def prune_rate_counts() -> int:
    """Delete the counts of past windows; returns their number."""
    return RateCount.objects.filter(expires_at__lt=int(time.time())).delete()[0]
