"""The lease of this process, renewed by a thread of its own while jobs run."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from .models import WorkerLease

logger = logging.getLogger("vestibule.worker")


def renewal_seconds() -> float:
    """Time between two renewals: of five in the time of a lease four may fail."""
    return settings.WORKER_LEASE_SECONDS / 5


@contextmanager
def hold_lease(worker_id: str) -> Iterator[threading.Event]:
    """Renew the lease until the end of the block, when all jobs of this worker are done.

    The event is set once there is a lease: a job that begins earlier would have nobody to tell when the worker is gone.
    """
    is_held, is_over = threading.Event(), threading.Event()
    thread = threading.Thread(target=_renew, args=(worker_id, is_held, is_over), name="lease", daemon=True)
    thread.start()
    try:
        yield is_held
    finally:
        is_over.set()
        thread.join()


def _renew(worker_id: str, is_held: threading.Event, is_over: threading.Event) -> None:
    try:
        while not is_over.is_set():
            if _try(WorkerLease.objects.renew, worker_id):
                is_held.set()
            is_over.wait(renewal_seconds())
        _try(WorkerLease.objects.end, worker_id)
    finally:
        connection.close()


def _try(write: Callable[[str], None], worker_id: str) -> bool:
    try:
        write(worker_id)
    except (DatabaseError, InterfaceError) as error:
        logger.warning("the lease cannot be renewed: %s", type(error).__name__)
        connection.close()
        return False
    return True
