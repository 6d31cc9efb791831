"""State of all that an installation needs to answer: for /readyz and the commands."""

import tempfile
from functools import cache
from itertools import chain

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from .errors import DISK_FULL
from .hooks import hooks


def waiting_migrations() -> int:
    """How many migrations of this release the database lacks. Raises DatabaseError."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def state_of_web() -> dict[str, str]:
    """Parts that a web process needs, each "ok" or what is wrong with it."""
    return _database_state() | _files_state() | {"static": static_state()}


def state_of_all() -> dict[str, str]:
    """The same with what other processes do: the apps' submodules `readiness` tell."""
    state = state_of_web()
    for module in hooks("readiness", "state"):
        state |= module.state()
    return state


def _database_state() -> dict[str, str]:
    try:
        waiting = waiting_migrations()
    except DatabaseError:
        return {"database": "unreachable", "migrations": "unknown"}
    return {"database": "ok", "migrations": f"{waiting} waiting" if waiting else "ok"}


def _files_state() -> dict[str, str]:
    """Try to write a file to the folder of the installation: uploads, and the database of SQLite, are in it."""
    try:
        with tempfile.TemporaryFile(dir=settings.VAR_DIR, buffering=0) as file:
            file.write(bytes(4096))
    except OSError as error:
        return {"files": "full" if error.errno in DISK_FULL else "not writable"}
    return {"files": "ok"}


@cache
def static_state() -> str:
    """Return "ok", or how many static files are not gathered. A process reads their list once, as it starts."""
    hashed = getattr(staticfiles_storage, "hashed_files", None)
    if hashed is None:
        return "ok"  # In development they are served from where they are written.
    names = {name for name, _storage in chain.from_iterable(finder.list([]) for finder in get_finders())}
    missing = [name for name in names if name not in hashed or not staticfiles_storage.exists(hashed[name])]
    return f"{len(missing)} missing" if missing else "ok"
