"""Load and call the shared status package, another system that stores the history of inquiries too.

STATUS_HISTORY_BACKEND is the dotted path of a `StatusPackage`: a module, an object in one, or a class, which is
instantiated without arguments once per process. Calls run in a thread of their own, for STATUS_HISTORY_TIMEOUT at most,
and never in a transaction, so that a slow package blocks nobody else.
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

# Concurrent calls per process, those that timed out but still run included.
MAX_CALLS = 8
# No calls are made for this time after a timeout, in seconds.
PAUSE = 30.0


class StatusPackage(Protocol):
    """The interface of a shared status package. Calls come from several threads and processes."""

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
        """Store one entry for good. The return value is ignored; an exception means that it was not stored.

        `from_status` is None for the first entry of an inquiry, `changed_by` a UserHub id, `created_at` in UTC. Storing
        an entry with the same `uid` again must not duplicate it. Entries of one inquiry come in order.
        """

    def entries(self, inquiry_id: int) -> Iterable[Mapping[str, Any] | object]:
        """All entries of one inquiry, as dicts or objects with the names of `record`.

        `uid` (or its text), `inquiry_id`, `to_status` and `created_at` (with a time zone, or ISO 8601 text) are
        required; others may be missing or None, and further ones are ignored. Entries of other programs have their own
        uids.
        """


class InvalidPackageError(Exception):
    """STATUS_HISTORY_BACKEND names no usable status package; the message has the reason."""


class PackageTimeoutError(Exception):
    """The package timed out, now or within the last PAUSE seconds. The call may still succeed."""


def load_package(path: str) -> StatusPackage:
    """Load the package at the dotted path. Raises InvalidPackageError."""
    try:
        package = _resolve(path)
        package = package() if isinstance(package, type) else package
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InvalidPackageError(f"it cannot be loaded ({reason})") from error
    missing = [name for name in ("record", "entries") if not callable(getattr(package, name, None))]
    if missing:
        raise InvalidPackageError(f"what it names has no {' and no '.join(f'{name}(…)' for name in missing)}")
    return package


def _resolve(path: str) -> Any:
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError as error:
        parent, _, name = path.rpartition(".")
        # Only if this path itself is no module: a failed import inside a module must be reported.
        if not parent or error.name != path:
            raise
    module = importlib.import_module(parent)
    if not hasattr(module, name):
        raise ImportError(f"module {parent!r} has no {name!r}")
    return getattr(module, name)


_load_once = lru_cache(load_package)


def configured_package() -> StatusPackage | None:
    """The package that STATUS_HISTORY_BACKEND names, if any."""
    path = settings.STATUS_HISTORY_BACKEND
    return _load_once(path) if path else None


# --- Calls


class _Caller:
    """Limits the calls of this process."""

    def __init__(self) -> None:
        self.slots = threading.BoundedSemaphore(MAX_CALLS)
        self.paused_until = 0.0

    def call[T](self, work: Callable[[], T]) -> T:
        """Run `work` in a thread; returns or raises as it does.

        Raises PackageTimeoutError after STATUS_HISTORY_TIMEOUT, and at once during the pause after a timeout.
        """
        if time.monotonic() < self.paused_until or not self.slots.acquire(blocking=False):
            raise PackageTimeoutError("left alone, as it took too long a moment ago")
        answer: list[T] = []
        failure: list[Exception] = []

        def run() -> None:
            try:
                answer.append(work())
            except Exception as error:
                failure.append(error)
            except BaseException as error:
                # SystemExit and the like must not end the waiting thread.
                failure.append(RuntimeError(repr(error)))
            finally:
                connections.close_all()
                self.slots.release()

        # A daemon thread, so that a hanging call does not keep the process from exiting.
        thread = threading.Thread(target=run, daemon=True, name="status-package")
        thread.start()
        thread.join(settings.STATUS_HISTORY_TIMEOUT)
        if failure:
            raise failure[0]
        if not answer:
            self.paused_until = time.monotonic() + PAUSE
            raise PackageTimeoutError(f"no answer within {settings.STATUS_HISTORY_TIMEOUT} s")
        return answer[0]


caller = _Caller()


def record_entry(package: StatusPackage, entry: Mapping[str, Any]) -> None:
    """Store one entry. Raises PackageTimeoutError, or the package's exceptions."""
    caller.call(lambda: package.record(**entry))


def read_entries(package: StatusPackage, inquiry_id: int) -> list[Entry]:
    """The package's entries of one inquiry, by time.

    Raises PackageTimeoutError, ValueError or msgspec's ValidationError for invalid data, or the package's exceptions.
    """
    rows = msgspec.convert(caller.call(lambda: list(package.entries(inquiry_id))), list[_Row], from_attributes=True)
    if any(row.inquiry_id != inquiry_id for row in rows):
        raise ValueError("entries of another inquiry")
    entries = [row.entry() for row in rows]
    # Fails for text that cannot be encoded, such as a lone surrogate.
    msgspec.json.encode(entries)
    return sorted({entry.uid: entry for entry in entries}.values(), key=lambda entry: entry.created_at)


def has_entry(package: StatusPackage, inquiry_id: int, uid: uuid.UUID) -> bool:
    """True if the package has this entry. Raises as `read_entries` does, but validates the uids alone."""
    rows = msgspec.convert(caller.call(lambda: list(package.entries(inquiry_id))), list[_RowUid], from_attributes=True)
    return any(str(row.uid) == str(uid) for row in rows)


def read_entries_or_none(inquiry_id: int) -> list[Entry]:
    """The configured package's entries of one inquiry; none without a package, and after a logged failure."""
    package = configured_package()
    if package is None:
        return []
    try:
        return read_entries(package, inquiry_id)
    except Exception as error:
        logger.warning("the status package gave no history of inquiry %s: %s", inquiry_id, describe_error(error))
        return []


def describe_error(error: Exception) -> str:
    """The error in one line of at most 300 characters."""
    text = f"{type(error).__name__}: {error}".replace("\0", "").encode("utf-8", "replace").decode()
    return " ".join(text.split())[:300]


Id = Annotated[int, Meta(ge=-(2**63), le=GREATEST_ID)]


class _RowUid(Struct):
    uid: Any


class _Row(Struct, kw_only=True):
    """An entry as a package returns it."""

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
