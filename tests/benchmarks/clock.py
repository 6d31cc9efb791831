"""How time is measured: by the clock on the wall, or with BENCHMARK_CLOCK=processor by the processor's.

The second one counts what this process and its process of PostgreSQL take of a processor. Other programs on the machine
change it little, so that a change can be judged while the machine is not quiet; it leaves out waiting for a disk.
"""

import os
import time
from pathlib import Path

from django.db import connection

BY_PROCESSOR = os.environ.get("BENCHMARK_CLOCK") == "processor"


def seconds() -> float:
    """The time now; only differences mean something."""
    return time.process_time() + _database_seconds() if BY_PROCESSOR else time.perf_counter()


def processor_seconds(pid: int) -> float:
    """Time that a process has taken of a processor; 0 when it has ended."""
    try:
        # In nanoseconds; the other files of the system count in hundredths of a second.
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except FileNotFoundError:
        return 0.0


def _database_seconds() -> float:
    if connection.vendor != "postgresql" or connection.connection is None:
        return 0.0
    return processor_seconds(connection.connection.info.backend_pid)
