"""Counts of what happens, for /metrics: kept in the memory of each process, and added to the database now and then.

So any process of any machine answers with the counts of all, workers included, and none is lost when one ends. Nothing
is counted where /metrics is closed.
"""

import threading
import time
from collections import defaultdict
from contextlib import suppress
from itertools import chain

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction

from .aside import write_aside
from .models import MetricCount

type Labels = tuple[tuple[str, str], ...]

FLUSH_SECONDS = 10.0
ROWS = 200
# Upper bounds of durations, in seconds.
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_lock = threading.Lock()
_counts: defaultdict[tuple[str, Labels], float] = defaultdict(float)
_flushed_at = 0.0


def is_counting() -> bool:
    """True where somebody may read the counts."""
    return bool(settings.METRICS_TOKEN or settings.METRICS_ADDRESSES)


def count(name: str, value: float = 1, /, **labels: str) -> None:
    """Add to a counter. The values of labels are of the program's, and few: each set of them is a row for ever."""
    if is_counting():
        with _lock:
            _counts[name, tuple(sorted(labels.items()))] += value


def observe(name: str, seconds: float, /, **labels: str) -> None:
    """Add a duration to a histogram: its buckets, which are not cumulated yet, its sum and its number."""
    bound = next((f"{bound:g}" for bound in BUCKETS if seconds <= bound), "+Inf")
    count(f"{name}_bucket", le=bound, **labels)
    count(f"{name}_sum", seconds, **labels)


def flush_when_due() -> None:
    """Have the counts added to the database after the answer, if that was not done for some seconds."""
    global _flushed_at
    if is_counting() and time.monotonic() - _flushed_at >= FLUSH_SECONDS:
        _flushed_at = time.monotonic()
        write_aside(flush)


def keep_flushing() -> threading.Event:
    """Have the counts of this process added while nobody calls it, by a thread of its own, until the event is set."""
    is_over = threading.Event()

    def run() -> None:
        while not is_over.wait(FLUSH_SECONDS):
            flush_idle()

    threading.Thread(target=run, name="counters", daemon=True).start()
    return is_over


def flush_idle() -> None:
    """Add the counts if no request has for some seconds. They wait for the next time while the database is away."""
    global _flushed_at
    if not _counts or time.monotonic() - _flushed_at < FLUSH_SECONDS:
        return
    _flushed_at = time.monotonic()
    try:
        with suppress(DatabaseError, InterfaceError):
            flush()
    finally:
        # No connection waits for the next time.
        connection.close()


def flush() -> None:
    """Add the counts of this process to those of the database; they stay here when that fails."""
    with _lock:
        taken = dict(_counts)
        _counts.clear()
    # In one order, so that no two processes wait for each other.
    rows = sorted((name, write_labels(labels), value) for (name, labels), value in taken.items())
    try:
        with transaction.atomic():
            _add_counts(rows)
    except Exception:
        with _lock:
            for key, value in taken.items():
                _counts[key] += value
        raise


def _add_counts(rows: list[tuple[str, str, float]]) -> None:
    for start in range(0, len(rows), ROWS):
        part = rows[start : start + ROWS]
        sql = (
            f"INSERT INTO {MetricCount._meta.db_table} (name, labels, value) "  # noqa: S608 - constants only
            f"VALUES {', '.join(['(%s, %s, %s)'] * len(part))} "
            f"ON CONFLICT (name, labels) DO UPDATE SET value = {MetricCount._meta.db_table}.value + excluded.value"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, list(chain(*part)))


def write_labels(labels: Labels) -> str:
    """Labels in Prometheus' text format: 'method="GET",route="home"'."""
    return ",".join(f'{name}="{_escape(value)}"' for name, value in labels)


def _escape(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
