"""Lanes of the worker: the jobs that it runs at the moment, and the queues of which it takes the next.

A queue is named after what its jobs wait for: a mail server, a provider, UserHub. So one that hangs holds few threads,
and is left alone for a while; its jobs wait in their queue, without an attempt being counted.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection
from datetime import datetime
from itertools import chain
from uuid import UUID

from django_tasks_db.models import DBTaskResult

from .claiming import Queues, claim_more
from .several import several_of

DEFAULT = "default"
# Queues whose jobs wait for the database and processor, or for many different machines.
OWN = {DEFAULT, "bulk", "imports", "reading", "media", "mailboxes", "events", "push"}
AT_ONCE = 2
# A job that took so long has waited for a peer that hangs, whatever became of it.
HANG, PAUSE = 8.0, 30.0  # seconds

# A job's id, and when it was claimed.
Attempt = tuple[UUID, datetime]


def _attempt_of(job: DBTaskResult) -> Attempt:
    return job.pk, job.started_at


class Lanes:
    """The jobs of `threads` threads, two of which are left to the queue "default", for whose jobs people wait."""

    def __init__(self, queues: Queues, worker_id: str, threads: int) -> None:
        self.queues, self.worker_id = queues, worker_id
        self.most_others = max(threads - 2, 1)
        self._lock = threading.Lock()
        # By the job and its attempt: when the lease of this process lapses, the job is claimed anew, perhaps by this
        # process too, while its former attempt still runs here.
        self._running: dict[Attempt, str] = {}
        self._began: dict[Attempt, float] = {}
        # Jobs that were claimed together with one of these.
        self._more: dict[Attempt, list[UUID]] = {}
        self._paused_until: dict[str, float] = {}

    def take(self) -> DBTaskResult | None:
        """Claim the next job of a queue that is free."""
        with self._lock:
            job = self.queues.claim(self.worker_id, *self._choose())
            if job:
                attempt = _attempt_of(job)
                self._running[attempt], self._began[attempt] = job.queue_name, time.monotonic()
            return job

    def take_more(self, job: DBTaskResult, wait: Callable[[float], object]) -> list[DBTaskResult]:
        """Claim further jobs that are run together with one that was taken; they count as one with it.

        `wait` is called with the seconds in which others may come.
        """
        several = several_of(job.task_path)
        if (most := several.at_most - 1) <= 0:
            return []
        jobs = self._claim_more(job, most)
        if several.seconds and len(jobs) < most:
            wait(several.seconds)
            jobs += self._claim_more(job, most - len(jobs))
        return jobs

    def _claim_more(self, job: DBTaskResult, most: int) -> list[DBTaskResult]:
        with self._lock:
            jobs = claim_more(job, self.worker_id, most)
            self._more.setdefault(_attempt_of(job), []).extend(each.pk for each in jobs)
            return jobs

    def end(self, job: DBTaskResult) -> None:
        """Note that a job that was taken is done, or given up, and those taken together with it."""
        attempt = _attempt_of(job)
        with self._lock:
            self._more.pop(attempt, None)
            queue, seconds = self._running.pop(attempt), time.monotonic() - self._began.pop(attempt)
            if queue not in OWN and seconds >= HANG:
                self._paused_until[queue] = time.monotonic() + PAUSE
            else:
                self._paused_until.pop(queue, None)

    def held(self) -> Collection[UUID]:
        """The jobs that run now."""
        with self._lock:
            return [*(id for id, _started_at in self._running), *chain.from_iterable(self._more.values())]

    def _choose(self) -> tuple[bool, list[str]]:
        """Return true when only jobs of "default" may begin, and the queues of which none may."""
        running = Counter(self._running.values())
        busy = [queue for queue in {*running, *self._paused_until} if not self._is_free(queue, running[queue])]
        return running.total() - running[DEFAULT] >= self.most_others, sorted(busy)

    def _is_free(self, queue: str, running: int) -> bool:
        if (until := self._paused_until.get(queue)) is None:
            return running < AT_ONCE
        # One job tries whether the peer answers again.
        return time.monotonic() >= until and not running
