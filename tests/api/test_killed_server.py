"""Kill of the web server under load: acknowledged creations persist, and every key can be sent again."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from config.api.models import IdempotencyKey
from contacts.models import Contact, ContactEvent, ContactIdentity

from ..factories import make_token

KILLS, THREADS, KEYS = 3, 8, 160
BEFORE_THE_KILL = 50  # acknowledged


def database_url():
    """URL of the test database, for another process."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """gunicorn with its workers, as `manage.py start` runs it, on the test database."""

    def __init__(self, port, token):
        self.port, self.token = port, token
        own = {**os.environ, "DATABASE_URL": database_url(), "API_REQUESTS_PER_MINUTE": "100000"}
        command = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "-b", f"127.0.0.1:{port}"]
        self.process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=own, start_new_session=True)

    def until_up(self):
        for _ in range(600):
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.ask("GET", "/healthz")[0] == 200:
                    return self
            time.sleep(0.05)
        pytest.fail("the server does not answer")

    def ask(self, method, path, body=None, **headers):
        """Status, headers and body. Raises OSError or HTTPException for an incomplete response."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            line.request(method, path, body, {"Host": "testserver", **headers})
            response = line.getresponse()
            return response.status, response.headers, response.read()
        finally:
            line.close()

    def post(self, key):
        body = json.dumps({"name": key, "email": f"{key}@example.org"})
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Idempotency-Key": key}
        return self.ask("POST", "/api/v1/contacts", body, **headers)

    def kill(self):
        """Kill all of its processes."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def start(pro):
    token, port, started = make_token(pro), free_port(), []

    def one():
        started.append(Server(port, token))
        return started[-1].until_up()

    yield one
    for server in started:
        server.kill()


def post_until_killed(server, keys):
    """Post in several threads and kill the server meanwhile; returns {key: (location, body)} of acknowledged posts."""
    acknowledged, has_enough = {}, threading.Event()

    def work(part):
        for key in part:
            try:
                status, headers, body = server.post(key)
            except (OSError, http.client.HTTPException):
                return
            assert status == 201, body
            acknowledged[key] = (headers["Location"], body)
            if len(acknowledged) >= BEFORE_THE_KILL:
                has_enough.set()

    threads = [threading.Thread(target=work, args=(keys[n::THREADS],)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    assert has_enough.wait(60)
    server.kill()
    for thread in threads:
        thread.join(30)
    return acknowledged


def post_again(server, key):
    """Repeat a post. A dead connection may hold the key until the database notices."""
    for _ in range(20):
        status, headers, body = server.post(key)
        if status != 409:
            return status, headers, body
        time.sleep(0.25)
    pytest.fail(f"{key} is stuck")


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_every_acknowledged_creation_stands_and_every_key_works(start):
    all_keys = []
    for number in range(KILLS):
        keys = [f"kill{number}-{n}" for n in range(KEYS)]
        acknowledged = post_until_killed(start(), keys)
        assert BEFORE_THE_KILL <= len(acknowledged) < KEYS
        server = start()
        for key in keys:
            status, headers, body = post_again(server, key)
            assert status == 201
            if key in acknowledged:
                assert (headers["Location"], body) == acknowledged[key]
                assert headers["Idempotency-Replayed"] == "true"
        server.kill()
        all_keys += keys
    assert_complete(all_keys)


def assert_complete(keys):
    """Check that each key has one contact with identity, event, stored response and search text."""
    rows = {row.name: row for row in Contact.objects.all()}
    assert (sorted(rows), Contact.objects.count()) == (sorted(keys), len(keys))
    held = set(ContactIdentity.objects.held().values_list("contact", "external_id"))
    assert held == {(row.pk, row.email) for row in rows.values()}
    events = sorted(ContactEvent.objects.values_list("contact", "kind"))
    assert events == sorted((row.pk, "created") for row in rows.values())
    answers = {json.loads(bytes(key.body))["data"]["id"] for key in IdempotencyKey.objects.all()}
    assert answers == {str(row.pk) for row in rows.values()}
    assert IdempotencyKey.objects.count() == len(keys)
    assert all(Contact.objects.search(f"{row.email}").get() == row for row in list(rows.values())[::20])
