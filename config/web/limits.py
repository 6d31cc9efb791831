"""Rate limits, counted over all worker processes."""

import threading
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from .aside import write_aside
from .models import RateCount

# At these a dot in the name of a mailbox means nothing.
DOTLESS = {"gmail.com", "googlemail.com"}


def mailbox_of(email: str) -> str:
    """The mailbox behind an address, for what is counted by it: without case, "+tag" and dots that mean nothing.

    Other spellings of an address give no further attempts. Two people never count as one but where a provider takes
    "+" for a part of the name.
    """
    text = unicodedata.normalize("NFKC", email.replace("\x00", "")).strip().lower()
    user, at, host = text.rpartition("@")
    name = user.partition("+")[0] or user
    host = host.rstrip(".")
    return f"{name.replace('.', '') if host in DOTLESS else name}{at}{host}"[:255]


@dataclass
class Limit:
    """Limit of `times` per window of `seconds` for one key.

    With `batch` > 1 each process counts in memory and tells the database once per `batch` hits, after the answer, so
    that a reading route does not wait for it; a process may then exceed the limit by up to `batch`.
    """

    name: str
    times: int
    seconds: int
    batch: int = 1
    # By key: the end of the window, what the database has counted in it, and what it has not yet been told.
    _pending: dict[str, tuple[int, int, int]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def hit(self, key: object, times: int = 1) -> int:
        """Count `times` for `key`. Returns 0 within the limit, else the seconds until the next window."""
        now = int(time.time())
        return self._wait(self._count(str(key), self._end_of_window(now), times), now)

    def admit(self, key: object, times: int) -> int:
        """Count `times` for `key`; returns how many of them are within the limit, as `hit` would tell one by one."""
        now = int(time.time())
        count = self._count(str(key), self._end_of_window(now), times)
        return min(max(self.times - count + times, 0), times)

    def describe(self, key: object) -> dict[str, str]:
        """Headers of the IETF's draft for a limit that each process counts in memory, after a `hit`.

        Other processes are known as of the last time that this one told the database.
        """
        now = int(time.time())
        ends = self._end_of_window(now)
        window, written, waiting = self._pending.get(str(key), (ends, 0, 0))
        left = max(self.times - (written + waiting if window == ends else 0), 0)
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.times};w={self.seconds}',
            "RateLimit": f'"{self.name}";r={left};t={max(ends - now, 1)}',
        }

    def _end_of_window(self, now: int) -> int:
        return now // self.seconds * self.seconds + self.seconds

    def _wait(self, count: int, now: int) -> int:
        return max(self.seconds - now % self.seconds, 1) if count > self.times else 0

    @staticmethod
    def hit_all(limits: Sequence["Limit"], key: object) -> list[int]:
        """Count one for `key` in each of these limits, in one statement; returns what `hit` does, in their order."""
        now = int(time.time())
        counts = RateCount.objects.hit_all([(f"{limit.name}:{key}", limit.seconds) for limit in limits])
        return [limit._wait(count, now) for limit, count in zip(limits, counts, strict=True)]

    def _count(self, key: str, ends: int, times: int) -> int:
        if self.batch == 1:
            return RateCount.objects.hit(f"{self.name}:{key}", seconds=self.seconds, times=times)
        with self._lock:
            window, written, waiting = self._pending.get(key, (ends, 0, 0))
            if window != ends:
                written = waiting = 0
            waiting += times
            if waiting >= self.batch:
                write_aside(partial(self._write, key, ends, waiting))
                written, waiting = written + waiting, 0
            if len(self._pending) > 10_000:
                self._pending.clear()
            self._pending[key] = (ends, written, waiting)
            return written + waiting

    def _write(self, key: str, ends: int, times: int) -> None:
        written = RateCount.objects.hit(f"{self.name}:{key}", seconds=self.seconds, times=times)
        with self._lock:
            window, _written, waiting = self._pending.get(key, (ends, 0, 0))
            if window == ends:
                self._pending[key] = (ends, written, waiting)
