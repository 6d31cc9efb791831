"""The shared status package: another system that keeps the history of inquiries too.

STATUS_HISTORY_BACKEND is the dotted path of a `StatusPackage`: a module, an object in one, or a class that is made
without arguments, once per process. It is called in a thread of its own, for no longer than STATUS_HISTORY_TIMEOUT, and
never while a transaction is open, so that its slowness is nobody else's.
"""

import importlib
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Protocol

import msgspec
from django.conf import settings
from django.db import connections
from msgspec import Meta, Struct

from ..ids import GREATEST_ID
from .entry import Entry

logger = logging.getLogger("vestibule.inquiries.history")

# Calls that may be under way in one process, those that nobody waits for any more included.
CALLS = 8
# After a call that took too long the package is left alone for so long, in seconds.
PAUSE = 30.0


class StatusPackage(Protocol):
    """What an installation's shared status package has to offer. Calls come from several threads and processes."""

    def record(
        self,
        *,
        uid: uuid.UUID,
        inquiry_id: int,
        from_status: str | None,
        from_label: str,
        to_status: str,
        to_label: str,
        changed_by: int | None,
        by_user_id: int | None,
        by_token_id: int | None,
        by_name: str,
        note: str,
        created_at: datetime,
    ) -> object:
        """Keep one entry for good; what it returns is not looked at, what it raises means that it was not kept.

        `from_status` is None for the first entry of an inquiry, `changed_by` a UserHub id, `created_at` in UTC. The
        same `uid` is the same entry: given once more it must not be kept twice. Entries of one inquiry come in order.
        """

    def entries(self, inquiry_id: int) -> Iterable[Mapping[str, Any] | object]:
        """What is kept for one inquiry, as dicts or objects with the names of `record`.

        At least `uid` (or its text), `inquiry_id`, `to_status` and `created_at` (with its time zone, or ISO 8601 text);
        others may be missing or None, and further ones are ignored. Those that other programs recorded have uids of
        their own.
        """


class Unusable(Exception):
    """STATUS_HISTORY_BACKEND names nothing that could be a status package; the message says why."""


class Silent(Exception):
    """The package took too long, now or a moment ago: it may still do what it was asked to."""


def load(path: str) -> StatusPackage:
    """What the dotted path names. Raises Unusable."""
    try:
        found = _resolve(path)
        found = found() if isinstance(found, type) else found
    except Exception as error:
        raise Unusable(f"it cannot be loaded ({' '.join(str(error).split()) or type(error).__name__})") from error
    missing = [name for name in ("record", "entries") if not callable(getattr(found, name, None))]
    if missing:
        raise Unusable(f"what it names has no {' and no '.join(f'{name}(…)' for name in missing)}")
    return found


def _resolve(path: str) -> Any:
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError as error:
        parent, _, name = path.rpartition(".")
        # Only when just that is no module: what a module itself imports in vain is to be told.
        if not parent or error.name != path:
            raise
    module = importlib.import_module(parent)
    if not hasattr(module, name):
        raise ImportError(f"module {parent!r} has no {name!r}")
    return getattr(module, name)


_loaded = lru_cache(load)


def configured() -> StatusPackage | None:
    """The installation's package, if it has one."""
    path = settings.STATUS_HISTORY_BACKEND
    return _loaded(path) if path else None


# --- Calling it


class _Line:
    """The calls of this process."""

    def __init__(self) -> None:
        self.free = threading.BoundedSemaphore(CALLS)
        self.silent_until = 0.0

    def call[T](self, work: Callable[[], T]) -> T:
        """What `work` returns or raises. Raises Silent when that takes longer than STATUS_HISTORY_TIMEOUT."""
        if time.monotonic() < self.silent_until or not self.free.acquire(blocking=False):
            raise Silent("left alone, as it took too long a moment ago")
        answer: list[T] = []
        failure: list[Exception] = []

        def run() -> None:
            try:
                answer.append(work())
            except Exception as error:
                failure.append(error)
            except BaseException as error:
                # Whoever waits is not to end with it.
                failure.append(RuntimeError(repr(error)))
            finally:
                connections.close_all()
                self.free.release()

        # A daemon: a call that hangs does not keep the process from ending.
        thread = threading.Thread(target=run, daemon=True, name="status-package")
        thread.start()
        thread.join(settings.STATUS_HISTORY_TIMEOUT)
        if failure:
            raise failure[0]
        if not answer:
            self.silent_until = time.monotonic() + PAUSE
            raise Silent(f"no answer within {settings.STATUS_HISTORY_TIMEOUT} s")
        return answer[0]


line = _Line()


def record(package: StatusPackage, entry: Mapping[str, Any]) -> None:
    """Hand over one entry. Raises Silent, or whatever the package raises."""
    line.call(lambda: package.record(**entry))


def entries(package: StatusPackage, inquiry_id: int) -> list[Entry]:
    """What it keeps for one inquiry, by time. Raises Silent, ValueError or msgspec's ValidationError for nonsense, or
    what the package raises."""
    rows = msgspec.convert(line.call(lambda: list(package.entries(inquiry_id))), list[_Row], from_attributes=True)
    if any(row.inquiry_id != inquiry_id for row in rows):
        raise ValueError("entries of another inquiry")
    found = [row.entry() for row in rows]
    # What nobody could be told is nonsense too, such as half a character.
    msgspec.json.encode(found)
    return sorted({entry.uid: entry for entry in found}.values(), key=lambda entry: entry.created_at)


def has(package: StatusPackage, inquiry_id: int, uid: uuid.UUID) -> bool:
    """Whether it keeps this entry of the inquiry. Raises as `entries` does, but minds nothing besides the uids."""
    rows = msgspec.convert(line.call(lambda: list(package.entries(inquiry_id))), list[_Known], from_attributes=True)
    return any(str(row.uid) == str(uid) for row in rows)


def entries_or_nothing(inquiry_id: int) -> list[Entry]:
    """The same, or none where there is no package or it has nothing sensible to say."""
    package = configured()
    if package is None:
        return []
    try:
        return entries(package, inquiry_id)
    except Exception as error:
        logger.warning("the status package did not say what inquiry %s went through: %s", inquiry_id, said(error))
        return []


def said(error: Exception) -> str:
    """What went wrong, in one line of 300 characters at most."""
    words = f"{type(error).__name__}: {error}".replace("\0", "").encode("utf-8", "replace").decode()
    return " ".join(words.split())[:300]


Id = Annotated[int, Meta(ge=-(2**63), le=GREATEST_ID)]


class _Known(Struct):
    uid: Any


class _Row(Struct, kw_only=True):
    """An entry as a package tells it."""

    uid: uuid.UUID
    inquiry_id: int
    from_status: str | None = None
    from_label: str | None = None
    to_status: str
    to_label: str | None = None
    changed_by: Id | None = None
    by_user_id: Id | None = None
    by_token_id: Id | None = None
    by_name: str | None = None
    note: str | None = None
    created_at: Annotated[datetime, Meta(tz=True)]

    def entry(self) -> Entry:
        return Entry(
            uid=self.uid,
            inquiry_id=self.inquiry_id,
            from_status=self.from_status,
            from_label=self.from_label or "",
            to_status=self.to_status,
            to_label=self.to_label or "",
            changed_by=self.changed_by,
            by_user_id=self.by_user_id,
            by_token_id=self.by_token_id,
            by_name=self.by_name or "",
            note=self.note or "",
            created_at=self.created_at,
        )
