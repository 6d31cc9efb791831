import ctypes
import errno
import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from config.web.readiness import waiting_migrations

HOST = "127.0.0.1"
COMMANDS = {
    "web server": [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "-b", f"{HOST}:{settings.PORT}"],
    "worker": [sys.executable, "manage.py", "worker"],
}
POLL_INTERVAL = 0.2  # seconds
PR_SET_PDEATHSIG = 1
# gunicorn waits up to 20 seconds for running requests.
STOP_TIMEOUT = 25.0  # seconds


class Command(BaseCommand):
    help = "Bring the database up to date and run web server and worker together, until Ctrl-C."

    def handle(self, **options: Any) -> None:
        claim_port(settings.PORT)
        try:
            demo = self._prepare()
        except KeyboardInterrupt:
            return
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {str(error).splitlines()[0]}") from error
        failure = ProcessGroup(COMMANDS).run(once_up=lambda: self._say(welcome(demo)), is_up=is_answering)
        if failure:
            raise CommandError(failure)

    def _prepare(self) -> dict[str, Any]:
        """Migrate, and load the demo into an empty database; returns the output of `manage.py demo --json`."""
        if waiting := waiting_migrations():
            self._say(f"Preparing the database ({waiting} migrations)")
            call_command("migrate", verbosity=0, interactive=False)
        if not settings.DEBUG:
            self._say("Gathering the static files")
            call_command("collectstatic", verbosity=0, interactive=False)
        is_first = not get_user_model()._default_manager.exists()
        # The demo's passwords are public, so a production installation starts empty.
        wants_demo = is_first and settings.DEBUG
        if wants_demo:
            self._say("Loading the demo")
        elif is_first:
            self._say("Nobody can sign in yet: manage.py create_pro makes the first Pro")
        out = io.StringIO()
        call_command("demo", json=True, existing=not wants_demo, stdout=out)
        return json.loads(out.getvalue())

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def claim_port(port: int) -> None:
    """Raise CommandError if the port is in use or not allowed."""
    with socket.socket() as probe:
        # As in gunicorn: connections in TIME_WAIT do not occupy the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            is_taken = error.errno == errno.EADDRINUSE
            why = "is already in use" if is_taken else f"cannot be used ({error.strerror})"
            raise CommandError(f"Port {port} {why}; choose another one with PORT=…") from error


def is_answering() -> bool:
    """True once the web server responds at /healthz."""
    line = http.client.HTTPConnection(HOST, settings.PORT, timeout=2)
    try:
        line.request("GET", "/healthz", headers={"Host": urlsplit(settings.SITE_URL).netloc})
        return line.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def welcome(demo: dict[str, Any]) -> str:
    """Text with the URL and the sign-ins; `demo` is the output of `manage.py demo --json`."""
    site = f"http://{HOST}:{settings.PORT}" if settings.DEBUG else settings.SITE_URL
    lines = ["", f"Vestibule runs on {site}", ""]
    for pro in demo["pros"][:1]:
        lines += [f"  Property page  {site}/properties/{house['slug']}" for house in pro.get("properties", [])[:1]]
        lines += [f"  Sign in        {pro['email']}  password {pro['password']}"]
        if demo["staff"]:
            lines += [
                f"  Staff          {demo['staff']['email']}  password {demo['staff']['password']}  ({site}/admin/)"
            ]
        lines += [f"  Token          {pro['token']}"]
        lines += [f"  Try it         curl -H 'Authorization: Bearer {pro['token']}' {site}/pro/contact-requests"]
    if settings.DEBUG:
        lines += [f"  Mailbox        {site}/mailbox  (what would have been sent)"]
    return "\n".join([*lines, "", "Ctrl-C stops both, web server and worker.", ""])


class ProcessGroup:
    """Programs that run and stop together: when one ends, or on a signal, all are stopped."""

    def __init__(self, commands: dict[str, list[str]]) -> None:
        self.commands = commands
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.signals = 0

    def run(self, *, once_up: Callable[[], None], is_up: Callable[[], bool]) -> str:
        """Run until SIGINT, SIGTERM or SIGHUP (returns "") or until a program ends (returns an error message).

        Calls `once_up` once, when `is_up` first returns True.
        """
        handlers = {
            sign: signal.signal(sign, self._count_signal) for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        try:
            for name, command in self.commands.items():
                self.running[name] = self._start_program(command)
            return self._watch(once_up, is_up)
        finally:
            self._stop()
            for sign, handler in handlers.items():
                signal.signal(sign, handler)

    def _count_signal(self, *_: object) -> None:
        # Raises no exception, which could leave a half-started program; the loop polls the count.
        self.signals += 1

    @staticmethod
    def _start_program(command: list[str]) -> subprocess.Popen[bytes]:
        # In a session of its own, so that the terminal's Ctrl-C reaches this process alone.
        return subprocess.Popen(  # noqa: S603
            command,
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )

    def _watch(self, once_up: Callable[[], None], is_up: Callable[[], bool]) -> str:
        is_announced = False
        while not self.signals:
            for name, program in self.running.items():
                if program.poll() is not None:
                    return (
                        f"The {name} has ended by itself ({_exit_reason(program.returncode)}); everything is stopped."
                    )
            if not is_announced and is_up():
                once_up()
                is_announced = True
            time.sleep(POLL_INTERVAL)
        return ""

    def _stop(self) -> None:
        """Terminate all, and kill what is left after the timeout or at a second signal."""
        for program in self.running.values():
            program.terminate()
        deadline = time.monotonic() + STOP_TIMEOUT
        while self._is_any_running() and time.monotonic() < deadline and self.signals < 2:
            time.sleep(POLL_INTERVAL)
        for program in self.running.values():
            _kill_group(program)

    def _is_any_running(self) -> bool:
        return any(program.poll() is None for program in self.running.values())


def _end_with_parent() -> None:
    """Have Linux send SIGTERM to this process when its parent is killed: it would keep the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _kill_group(program: subprocess.Popen[bytes]) -> None:
    """Kill the remaining processes of a program: workers outlive a killed server."""
    try:
        os.killpg(program.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
    program.wait()


def _exit_reason(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
