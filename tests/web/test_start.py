"""`manage.py start` in a process of its own, with its own port and folder."""

import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import CommandError

from config.web.management.commands import start
from tests.databases import SQLiteTemplates, template_key
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]


def is_free(port: int) -> bool:
    try:
        start.claim_port(port)
    except CommandError:
        return False
    return True


class Started:
    """Running `manage.py start`; `output` is what it has printed so far."""

    def __init__(self, folder: Path, port: int, **environment: str) -> None:
        own = {"PATH": os.environ["PATH"], "ENV_FILE": "", "DEBUG": "true", "LOG_LEVEL": "WARNING"}
        own |= {"VAR_DIR": str(folder / "var"), "PORT": str(port)} | environment
        command = [sys.executable, "manage.py", "start"]
        self.port, self.output, self.folder = port, "", folder / "var"
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        with self.process.stdout as out:
            for line in out:
                self.output += line

    def until_up(self) -> "Started":
        ends = time.monotonic() + 180
        while "Ctrl-C stops both" not in self.output:
            assert self.process.poll() is None and time.monotonic() < ends, self.output
            time.sleep(0.05)
        return self

    def get(self, path: str, token: str = "") -> tuple[int, bytes]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            line.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
            response = line.getresponse()
            return response.status, response.read()
        finally:
            line.close()

    def ended(self, sign: signal.Signals | None = None) -> int:
        """Send `sign`, if any, and return the exit code. Fails if a child process survives or the port stays in use."""
        if sign:
            self.process.send_signal(sign)
        code = self.process.wait(30)
        # All that it starts shares this pipe: it closes when the last of them has ended.
        self.reader.join(5)
        assert not self.reader.is_alive()
        assert is_free(self.port)
        return code


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., Started]]:
    """Function that runs `manage.py start` on one port and in one folder; stopped after the test."""
    port, all_of_them = free_port(), []

    def begin(**environment: str) -> Started:
        all_of_them.append(Started(tmp_path, port, **environment))
        return all_of_them[-1]

    yield begin
    for started in all_of_them:
        if started.process.poll() is None:
            started.ended(signal.SIGTERM)


def manage(folder: Path, *args: str) -> str:
    own = {"PATH": os.environ["PATH"], "ENV_FILE": "", "DEBUG": "true", "VAR_DIR": str(folder / "var")}
    command = [sys.executable, "manage.py", *args]
    return subprocess.run(command, cwd=ROOT, env=own, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def migrated(tmp_path: Path, request: pytest.FixtureRequest, django_db_setup: None) -> Path:
    """A folder whose database is migrated and empty: one test is enough to see `start` migrate."""
    templates, key = SQLiteTemplates(Path(request.config.cache.mkdir("databases"))), template_key()
    (tmp_path / "var").mkdir()
    if templates.exists(key):  # With the tests' own database on PostgreSQL there may be none.
        templates.copy(key, str(tmp_path / "var" / "vestibule.sqlite3"))
    else:
        manage(tmp_path, "migrate", "-v0")
    return tmp_path


def stored_pros(folder: Path) -> list[tuple[str]]:
    """The names of the Pros, in rows of one column."""
    with closing(sqlite3.connect(folder / "var" / "vestibule.sqlite3")) as database:
        return database.execute("SELECT name FROM accounts_pro").fetchall()


def open_to_others(folder: Path) -> list[Path]:
    """The files and folders in `folder` and below that group or others may read, write or enter."""
    paths = [folder, *folder.rglob("*")]
    assert len(paths) > 3
    return [path for path in paths if path.stat().st_mode & 0o077]


@pytest.mark.thorough
def test_first_and_second_start(begin):
    first = begin().until_up()
    assert first.get("/healthz") == (200, b"ok")
    assert first.get("/readyz/web")[0] == 200
    site = re.escape(f"http://127.0.0.1:{first.port}")
    welcome = re.fullmatch(
        rf"""Preparing the database \(\d+ migrations\)
Loading the demo

Vestibule runs on {site}

  Property page  {site}/properties/t3-vue-vieux-port-marseille
  Sign in        claire@example.com  password vestibule-demo
  Staff          staff@example.com  password vestibule-demo  \({site}/admin/\)
  Token          (vst_\S+)
  Try it         curl -H 'Authorization: Bearer \1' {site}/pro/contact-requests
  Mailbox        {site}/mailbox  \(what would have been sent\)

Ctrl-C stops both, web server and worker.
""",
        first.output.rstrip("\n") + "\n",
    )
    assert welcome, first.output
    status, body = first.get("/pro/contact-requests", token=welcome[1])
    assert (status, len(json.loads(body)["data"])) == (200, 17)
    assert first.ended(signal.SIGINT) == 0

    second = begin(WEB_CONCURRENCY="1").until_up()
    assert "Preparing" not in second.output and "Loading" not in second.output
    token = re.search(r"Token +(\S+)", second.output)
    assert token and token[1] != welcome[1]
    assert second.get("/pro/contact-requests", token=token[1]) == (status, body)
    assert second.ended(signal.SIGTERM) == 0
    assert open_to_others(second.folder) == []


@pytest.mark.thorough
def test_own_data_is_left_alone(begin, migrated):
    manage(migrated, "create_pro", "Mine", "--email", "me@example.com")
    started = begin(WEB_CONCURRENCY="1").until_up()
    site = f"http://127.0.0.1:{started.port}"
    assert started.output.split("\n") == [
        "",
        f"Vestibule runs on {site}",
        "",
        f"  Mailbox        {site}/mailbox  (what would have been sent)",
        "",
        "Ctrl-C stops both, web server and worker.",
        "",
    ]
    assert started.ended(signal.SIGHUP) == 0
    assert stored_pros(migrated) == [("Mine",)]


@pytest.mark.thorough
def test_where_debug_is_off_there_is_no_demo(begin, migrated):
    started = begin(DEBUG="false", SITE_URL="https://desk.example.com", WEB_CONCURRENCY="1").until_up()
    lines = started.output.splitlines()
    assert lines[:2] == [
        "Gathering the static files",
        "Nobody can sign in yet: manage.py create_pro makes the first Pro",
    ]
    assert "Vestibule runs on https://desk.example.com" in lines
    assert "password" not in started.output and "mailbox" not in started.output
    assert started.ended(signal.SIGINT) == 0
    assert stored_pros(migrated) == []


@pytest.mark.thorough
def test_a_taken_port_is_one_clear_line(begin):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        started = begin(PORT=str(port))
        assert started.process.wait(30) == 1
    started.reader.join(5)
    assert started.output == f"CommandError: Port {port} is already in use; choose another one with PORT=…\n"


@pytest.mark.thorough
def test_a_database_that_does_not_answer_is_one_clear_line(begin):
    started = begin(DATABASE_URL="postgres://me:hunter2@127.0.0.1:1/none")
    assert started.ended() == 1
    assert started.output.startswith("CommandError: The database does not answer: ")
    assert (started.output.count("\n"), "hunter2" in started.output) == (1, False)
