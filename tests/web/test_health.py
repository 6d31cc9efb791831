from pathlib import Path

import pytest
from django.db import connection


def test_alive_asks_nothing_of_the_database(nobody):
    response = nobody.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.django_db
def test_ready_when_the_database_answers_and_is_migrated(nobody):
    response = nobody.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"database": "ok", "migrations": "ok", "files": "ok"})


@pytest.mark.django_db
def test_not_ready_while_a_migration_waits(nobody):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'web' AND name = '0003_loose_file_moves'")
    response = nobody.get("/readyz")
    assert (response.status_code, response.json()) == (
        503,
        {"database": "ok", "migrations": "1 waiting", "files": "ok"},
    )


@pytest.mark.django_db
def test_not_ready_while_the_disk_is_full_or_closed(nobody, settings, tmp_path, monkeypatch):
    settings.VAR_DIR = tmp_path / "gone"
    assert nobody.get("/readyz").json() == {"database": "ok", "migrations": "ok", "files": "not writable"}
    # A device that has no room, ever.
    full = Path("/dev/full")
    monkeypatch.setattr("config.web.health.tempfile.TemporaryFile", lambda **_: full.open("wb", buffering=0))
    response = nobody.get("/readyz")
    assert (response.status_code, response.json()["files"]) == (503, "full")
