"""Machines of others that somebody here waits for: not many at once, and none right after one of them hung.

Each process keeps its own account, as asking the others would take longer than the wait that it saves.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class LeftAloneError(Exception):
    """The peer is not called: it hung a moment ago, or enough callers wait for it."""


class Peer:
    """A breaker: `at_once` calls at a time, and none for `pause` seconds after one that raised one of `hangs`.

    After the pause one call at a time tries whether it answers again. To a peer that refuses at once the breaker has no
    objection: nobody waits for that.
    """

    def __init__(self, *, at_once: int, pause: float, hangs: tuple[type[Exception], ...] = (TimeoutError,)) -> None:
        self.at_once, self.pause, self.hangs = at_once, pause, hangs
        self._lock = threading.Lock()
        self._calls = 0
        self.reset()

    def reset(self) -> None:
        """Forget that it hung."""
        self._is_doubtful, self._paused_until = False, 0.0

    @contextmanager
    def call(self) -> Iterator[None]:
        """Call the peer in the block. Raises LeftAloneError at its beginning."""
        with self._lock:
            if time.monotonic() < self._paused_until or self._calls >= (1 if self._is_doubtful else self.at_once):
                raise LeftAloneError
            self._calls += 1
        try:
            yield
        except self.hangs:
            self._is_doubtful, self._paused_until = True, time.monotonic() + self.pause
            raise
        else:
            self._is_doubtful = False
        finally:
            with self._lock:
                self._calls -= 1
