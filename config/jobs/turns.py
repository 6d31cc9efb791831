"""Turns between Pros: of the jobs that wait in a queue, those of a Pro who had few lately are begun first.

Each process keeps its own account of what it enqueued, as asking the others would take longer than most jobs.
"""

import threading
import time
from dataclasses import replace
from typing import Any

from django.tasks import Task

# By so many jobs a Pro may be behind the others of a queue.
MOST = 50
# Priority of work that comes after all other.
BACKGROUND = -MOST - 1
FORGOTTEN_PER_SECOND = 1.0
MAX_ACCOUNTS = 10_000


class Accounts:
    """Jobs that were enqueued lately, by queue and Pro: (number, when it was counted)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, int], tuple[float, float]] = {}

    def clear(self) -> None:
        self._counts = {}

    def count(self, queue: str, pro_id: int) -> int:
        """Count one more job; returns how many there were before, of which one is forgotten each second."""
        now = time.monotonic()
        with self._lock:
            if len(self._counts) >= MAX_ACCOUNTS:
                self._counts = {key: kept for key, kept in self._counts.items() if _left(kept, now)}
            before = _left(self._counts.get((queue, pro_id), (0.0, now)), now)
            self._counts[queue, pro_id] = (min(before + 1, 2 * MOST), now)
            return int(before)


def _left(kept: tuple[float, float], now: float) -> float:
    number, at = kept
    return max(number - (now - at) * FORGOTTEN_PER_SECOND, 0.0)


_accounts = Accounts()


def in_turn[T: Task[..., Any]](task: T, pro_id: int) -> T:
    """The task, to be enqueued for a Pro: after as many jobs of others as this Pro had lately in its queue.

    Not for what must leave in its order, such as the answers to one person.
    """
    before = _accounts.count(task.queue_name, pro_id)
    return replace(task, priority=max(task.priority - min(before, MOST), -100)) if before else task
