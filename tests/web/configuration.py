"""Settings read anew with other environment variables, and Python run with them."""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import pytest

import config

ROOT = Path(__file__).resolve().parents[2]
MODULES = ("environment", "backends", "server_settings", "service_settings", "settings", "gunicorn")


def load(tmp_path: Path, module: str = "settings", **environment: str) -> ModuleType:
    """Import `config.settings`, or another of `MODULES`, anew with these environment variables alone.

    Raises SystemExit, whose code is the line on standard error, where a variable stops the start.
    """
    own = {"ENV_FILE": "", "VAR_DIR": str(tmp_path / "var")} | environment
    with patch.dict(os.environ, own, clear=True), pytest.MonkeyPatch.context() as until_then:
        for name in MODULES:
            for namespace, key in ((sys.modules, f"config.{name}"), (vars(config), name)):
                until_then.setitem(namespace, key, None)  # Gives it back afterwards.
                del namespace[key]
        return importlib.import_module(f"config.{module}")


@contextmanager
def stops_at(name: str) -> Iterator[None]:
    with pytest.raises(SystemExit) as stopped:
        yield
    assert_stops_at(name, str(stopped.value))


def assert_stops_at(name: str, message: str) -> None:
    assert message.startswith(f"Vestibule cannot start: {name} ")
    assert len(message.splitlines()) == 1
    assert "hunter2" not in message


def run(tmp_path: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these environment variables alone."""
    own = {"PATH": os.environ["PATH"], "ENV_FILE": "", "VAR_DIR": str(tmp_path / "var"), "PYTHONWARNINGS": "default"}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=own | environment, capture_output=True, text=True, timeout=60
    )


def assert_stopped_at(name: str, result: subprocess.CompletedProcess[str]) -> None:
    assert (result.returncode, result.stdout) == (1, "")
    assert_stops_at(name, result.stderr)
