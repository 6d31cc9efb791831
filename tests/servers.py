"""gunicorn as `manage.py start` runs it, on the test database, for tests that do something to its processes."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from .ports import free_port


def database_url(address="", name=""):
    """URL of the test database, or of another one beside it, for another process.

    `address` ("host:port") is that of a relay to it.
    """
    name = name or connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}")
    if address:
        url = url._replace(netloc=f"{url.netloc.rpartition('@')[0]}@{address}", query="")
    return url.geturl()


class Server:
    """A web server with its workers; `variables` are those of its environment."""

    def __init__(self, token, port=0, **variables):
        self.port, self.token = port or free_port(), token
        own = {"DATABASE_URL": database_url(), "API_REQUESTS_PER_MINUTE": "100000"}
        command = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "-b", f"127.0.0.1:{self.port}"]
        environment = {**os.environ, **own, **variables}
        self.process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, start_new_session=True)

    def until_up(self):
        for _ in range(600):
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.ask("GET", "/healthz")[0] == 200:
                    return self
            time.sleep(0.05)
        pytest.fail("the server does not answer")

    def ask(self, method, path, body=None, **headers):
        """Status, headers and body. Raises OSError or HTTPException for an incomplete response."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request(method, path, body, {"Host": "testserver", **headers})
            response = line.getresponse()
            return response.status, response.headers, response.read()
        finally:
            line.close()

    def call(self, method, path, body=None, **headers):
        """Answer as `ask` returns it, of a program with the token that speaks JSON."""
        json_body = None if body is None else json.dumps(body)
        own = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return self.ask(method, path, json_body, **own, **headers)

    def post(self, key):
        body = {"name": key, "email": f"{key}@example.org"}
        return self.call("POST", "/api/v1/contacts", body, **{"Idempotency-Key": key})

    def reload(self, seconds=60):
        """Send SIGHUP, and wait until the former master has ended; False when it has not."""
        self.process.send_signal(signal.SIGHUP)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self):
        """Kill all of its processes."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
