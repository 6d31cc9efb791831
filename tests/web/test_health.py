from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models.functions import Now

from config.jobs.models import WorkerLease
from config.web.readiness import static_state

WEB = {"database": "ok", "migrations": "ok", "files": "ok", "static": "ok"}
MANIFEST = "whitenoise.storage.CompressedManifestStaticFilesStorage"


@pytest.fixture
def worker(db):
    """A worker that is alive, as its lease says."""
    WorkerLease.objects.renew("desk-1:421:aaaaaaaa")
    return "desk-1:421:aaaaaaaa"


def ask(client, path="/readyz"):
    response = client.get(path)
    return response.status_code, response.json()


def test_alive_asks_nothing_of_the_database(nobody):
    response = nobody.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


def test_ready_when_everything_is_there(nobody, worker):
    assert ask(nobody) == (200, WEB | {"worker": "ok"})
    assert ask(nobody, "/readyz/web") == (200, WEB)


def test_not_ready_while_a_migration_waits(nobody, worker):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'web' AND name = '0004_metric_count'")
    assert ask(nobody) == (503, WEB | {"migrations": "1 waiting", "worker": "ok"})
    assert ask(nobody, "/readyz/web") == (503, WEB | {"migrations": "1 waiting"})


def test_not_ready_while_the_disk_is_full_or_closed(nobody, worker, settings, tmp_path, monkeypatch):
    settings.VAR_DIR = tmp_path / "gone"
    assert ask(nobody) == (503, WEB | {"files": "not writable", "worker": "ok"})
    # A device that has no room, ever.
    full = Path("/dev/full")
    monkeypatch.setattr("config.web.readiness.tempfile.TemporaryFile", lambda **_: full.open("wb", buffering=0))
    assert ask(nobody) == (503, WEB | {"files": "full", "worker": "ok"})


@pytest.fixture
def static_folder(settings, tmp_path):
    """The folder of the static files as production has it, empty."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": MANIFEST, "OPTIONS": {"location": tmp_path / "static"}},
    }
    static_state.cache_clear()
    yield tmp_path / "static"
    static_state.cache_clear()


@pytest.mark.thorough
def test_not_ready_until_the_static_files_are_gathered(nobody, worker, static_folder):
    status, state = ask(nobody, "/readyz/web")
    count, _, word = state["static"].partition(" ")
    assert (status, int(count) > 20, word) == (503, True, "missing")
    call_command("collectstatic", verbosity=0, interactive=False)
    static_state.cache_clear()
    assert ask(nobody, "/readyz/web") == (200, WEB)
    next(static_folder.glob("css/*.*.css")).unlink()
    static_state.cache_clear()
    assert ask(nobody, "/readyz/web") == (503, WEB | {"static": "1 missing"})


def test_a_worker_that_restarts_is_missed_by_nobody(nobody, worker):
    WorkerLease.objects.end(worker)
    assert ask(nobody) == (200, WEB | {"worker": "ok"})


def test_not_ready_without_a_worker(nobody, worker, settings):
    limit = timedelta(minutes=1, seconds=settings.WORKER_LEASE_SECONDS)
    WorkerLease.objects.update(renewed_at=Now() - limit + timedelta(seconds=5))
    assert ask(nobody)[0] == 200
    WorkerLease.objects.update(renewed_at=Now() - timedelta(hours=2))
    status, state = ask(nobody)
    assert (status, state["worker"][:12], ask(nobody, "/readyz/web")[0]) == (503, "silent for 7", 200)
    WorkerLease.objects.all().delete()
    assert ask(nobody) == (503, WEB | {"worker": "none"})


def test_staff_see_that_no_worker_runs(staff_browser, worker):
    text = "No worker is running"
    pages = ["/admin/", "/admin/django_tasks_database/dbtaskresult/"]
    assert [text in staff_browser.get(page).content.decode() for page in pages] == [False, False]
    WorkerLease.objects.all().delete()
    assert [text in staff_browser.get(page).content.decode() for page in pages] == [True, True]
