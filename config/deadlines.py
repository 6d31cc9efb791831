"""Deadlines of conversations with other machines, and one that several of them share."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_latest_end: ContextVar[float] = ContextVar("latest end of calls", default=math.inf)


class Deadline:
    """An end in `seconds` from now, or earlier where `finish_within` says so."""

    def __init__(self, seconds: float) -> None:
        self.restart(seconds)

    def restart(self, seconds: float) -> None:
        """Begin anew, in a conversation that goes on."""
        self.at = min(time.monotonic() + seconds, _latest_end.get())

    def seconds_left(self) -> float:
        """More than 0; raises TimeoutError when the deadline has passed."""
        if (seconds := self.at - time.monotonic()) <= 0:
            raise TimeoutError
        return seconds


@contextmanager
def finish_within(seconds: float) -> Iterator[None]:
    """Give all conversations that begin in the block one deadline together: somebody waits for them."""
    token = _latest_end.set(min(time.monotonic() + seconds, _latest_end.get()))
    try:
        yield
    finally:
        _latest_end.reset(token)
