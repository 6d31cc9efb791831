"""Long runs, worked batch by batch in jobs that hand over before others have waited long."""

import time
from collections.abc import Callable
from contextlib import suppress

from django.db import DatabaseError, connection

# On SQLite a batch keeps all other writers waiting; they get in between two batches.
PAUSE = 0.05  # seconds
# After this time a job hands over to a new one, behind the jobs of other offices that are queued.
MAX_JOB_TIME = 5.0  # seconds


def work_batches(work: Callable[[bool], bool], note_error: Callable[[str], object]) -> None:
    """Call `work` until it returns False; its argument is True once the job's time is over, for the last batch.

    The name of an exception is noted for people before the worker retries the job.
    """
    ends = time.monotonic() + MAX_JOB_TIME
    try:
        while work(time.monotonic() >= ends):
            if connection.vendor == "sqlite":
                time.sleep(PAUSE)
    except Exception as error:
        with suppress(DatabaseError):
            note_error(type(error).__name__)
        raise
