"""Workers in process namespaces of their own, as in containers: the same host name and the same process ids."""

import os
import shutil
import subprocess
import sys

import pytest
from django.conf import settings
from django_tasks_db.models import DBTaskResult

from tests.benchmarks.serving import database_url

from .jobs import hang_once, note, wait_until

# Only root needs no user namespace for it, and in one it could not reach another user's socket.
AS_ROOT = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
UNSHARE = ["unshare", *AS_ROOT, "--pid", "--fork", "--kill-child"]


@pytest.fixture
def start_worker():
    """Function that starts a worker as the first process of a namespace."""
    if not shutil.which("unshare") or subprocess.call([*UNSHARE, "true"], stderr=subprocess.DEVNULL):
        pytest.skip("this system makes no process namespaces")
    command = [*UNSHARE, sys.executable, "manage.py", "worker", "--interval", "0.05"]
    own = {"DATABASE_URL": database_url(), "PYTHONPATH": str(settings.BASE_DIR), "WORKER_THREADS": "1"}
    environment = {**os.environ, **own}
    started = []

    def start():
        started.append(subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment))

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.django_db(transaction=True)
def test_a_job_of_a_worker_in_another_namespace_is_not_taken_from_it(start_worker, tmp_path):
    kept = hang_once.enqueue(str(tmp_path))
    start_worker()
    wait_until((tmp_path / "begun").exists)
    note.enqueue(str(tmp_path / "lines"), "by the other")
    start_worker()
    wait_until(lambda: DBTaskResult.objects.successful().count() == 1)
    first, second = DBTaskResult.objects.order_by("enqueued_at")
    assert (str(first.id), first.status, len(first.worker_ids)) == (kept.id, "RUNNING", 1)
    (one,), (other,) = first.worker_ids, second.worker_ids
    assert one != other
    assert one.split(":")[:2] == other.split(":")[:2]
