"""Server and worker of `manage.py start`: when one ends or is asked to stop, nothing is left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from config.web.management.commands import start

TICKING = "import sys, time\nwhile True: open(sys.argv[1], 'a').write('.'); time.sleep(0.02)"
STUBBORN = f"import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n{TICKING}"
# Leaves a process behind, as a killed gunicorn leaves its workers.
LEAVING = f"import os, subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {TICKING!r}, sys.argv[1]])\nos.abort()"


def process_group(**programs: list[str]) -> start.ProcessGroup:
    return start.ProcessGroup({name: [sys.executable, "-c", *command] for name, command in programs.items()})


def is_still(file: Path) -> bool:
    """True if `file` has stopped growing."""
    before = file.stat().st_size
    time.sleep(0.3)
    return file.stat().st_size == before


def test_when_one_ends_the_other_is_stopped(tmp_path):
    ticks = tmp_path / "ticks"
    programs = process_group(server=[TICKING, str(ticks)], worker=["import time; time.sleep(0.5); raise SystemExit(3)"])
    message = programs.run(once_up=lambda: None, is_up=lambda: False)
    assert message == "The worker has ended by itself (exit code 3); everything is stopped."
    assert is_still(ticks)


def test_what_a_killed_server_leaves_behind_is_ended(tmp_path):
    ticks = tmp_path / "ticks"
    ticks.touch()
    message = process_group(server=[LEAVING, str(ticks)]).run(once_up=lambda: None, is_up=lambda: False)
    assert message == "The server has ended by itself (killed by SIGABRT); everything is stopped."
    assert is_still(ticks)


def test_what_does_not_stop_is_killed_in_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr(start, "STOP_TIMEOUT", 0.5)
    ticks = tmp_path / "ticks"
    programs = process_group(server=[STUBBORN, str(ticks)])
    # Asked to stop as soon as it is seen to run.
    message = programs.run(once_up=lambda: os.kill(os.getpid(), signal.SIGTERM), is_up=ticks.exists)
    assert (message, is_still(ticks)) == ("", True)


def test_who_asks_twice_does_not_wait(tmp_path, monkeypatch):
    ticks = tmp_path / "ticks"
    monkeypatch.setattr(start, "STOP_TIMEOUT", float("inf"))

    def ask_twice() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGINT]).start()

    assert process_group(server=[STUBBORN, str(ticks)]).run(once_up=ask_twice, is_up=ticks.exists) == ""
    assert is_still(ticks)


def test_the_signals_are_given_back(tmp_path):
    before = [signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    process_group(server=["pass"]).run(once_up=lambda: None, is_up=lambda: False)
    assert [signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


KILLED = f"""
import os, sys
import django
django.setup()
from config.web.management.commands.start import ProcessGroup
command = [sys.executable, "-c", {TICKING!r}, sys.argv[1]]
is_up = lambda: os.path.exists(sys.argv[1])
ProcessGroup({{"clock": command}}).run(once_up=lambda: print("up", flush=True), is_up=is_up)
"""


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent is gone")
def test_a_killed_master_leaves_nothing_behind(tmp_path):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", KILLED, str(tmp_path / "ticks")]
    master = subprocess.Popen(command, cwd=start.settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True)
    assert master.stdout.readline() == "up\n"
    children = psutil.Process(master.pid).children()
    master.kill()
    master.communicate()
    gone, alive = psutil.wait_procs(children, timeout=30)
    assert (len(gone), alive) == (1, [])
