"""Configuration of gunicorn, from the same environment as everything else."""

import contextlib
import gc
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from gunicorn.systemd import sd_notify
from gunicorn.util import getcwd

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from config import settings  # a bad value stops the start here, once, instead of in every worker
from config.backends import ALL_PROS
from config.database import limit_waits

# A release is a link to a folder (deploy/debian): what this process imports yet comes from the folder that it began in,
# and its successor from where the link leads by then.
release = getcwd()
sys.path[:] = [os.path.realpath(path) for path in sys.path]
chdir = os.path.realpath(settings.BASE_DIR)
wsgi_app = "config.wsgi:application"
bind = settings.BIND
workers = settings.WEB_CONCURRENCY
# The database, mails and uploads are for nobody else on the machine.
umask = 0o077
worker_class = "config.serving.worker.BufferingWorker"
threads = settings.WEB_THREADS
# Of one process. Two files each, of 1,024 that a process usually may open.
worker_connections = 400
# A kept connection would stay with one process, however busy.
keepalive = 0
# As long as gunicorn lets it be, and as proxies do; what is longer is refused in the dialect of its API as well.
limit_request_line = 8190
timeout = 60
graceful_timeout = 20
max_requests = 20_000
max_requests_jitter = 2_000
# Only these may say that the visitor came by HTTPS.
forwarded_allow_ips = ",".join(settings.TRUSTED_PROXIES) or "127.0.0.1"
# Requests are logged by the application, with their id and without what was searched for.
accesslog = None
loglevel = "warning"
logconfig_dict = settings.LOGGING
# It would lie in the home folder, where a second installation on the machine has its own.
control_socket_disable = True


def on_starting(server: Any) -> None:
    """Have SIGHUP do what SIGUSR2 does: the successor reads code and settings anew, and takes over the socket.

    gunicorn's own reload gives new workers the settings, and half of the code, that this process has in its memory.
    """
    # After `-m gunicorn` its own way would run a file of gunicorn's folder, whose `http` and `config` hide others of
    # these names. By the script a former release that is gone back to can start its successor as well.
    programs = Path(release, ".venv/bin")
    by_script = [str(programs / "python"), str(programs / "gunicorn")]
    command = by_script if (programs / "gunicorn").exists() else [sys.executable, "-m", "gunicorn"]
    server.START_CTX = {"args": [*command, *sys.argv[1:]], "cwd": release, 0: command[0]}
    server.reload = server.reexec


def worker_exit(_server: Any, _worker: Any) -> None:
    """Keep what this process has counted."""
    with contextlib.suppress(Exception):
        import_module("config.web.counters").flush()


def pre_fork(server: Any, worker: Any) -> None:
    # The number of a former one that has ended may be another process's by now.
    worker.former_master = server.master_pid if server.master_pid == os.getppid() else 0


def post_worker_init(worker: Any) -> None:
    """End the former master once a worker of its successor can answer: the socket is never without either."""
    # What the start has loaded stays. Among so much a full collection waits for tens of thousands of new objects, which
    # takes 3 MB more, and then holds up a request for longer.
    gc.collect()
    gc.freeze()
    if worker.former_master:
        # systemd must not take the end of the former one for that of the service.
        sd_notify(f"MAINPID={os.getppid()}", worker.log)
        os.kill(worker.former_master, signal.SIGTERM)


def post_fork(_server: Any, _worker: Any) -> None:
    if settings.DATABASE_WALL:
        # Each request names its Pro; what runs outside of one sees no row.
        options = settings.DATABASES["default"]["OPTIONS"]
        options["options"] = options["options"].replace(ALL_PROS, "")
    limits = {"lock": settings.DATABASE_LOCK_SECONDS, "statement": settings.DATABASE_STATEMENT_SECONDS}
    limit_waits(settings.DATABASES, **limits)
