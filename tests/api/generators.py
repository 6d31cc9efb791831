"""Generators of clients, run on the OpenAPI documents as an integrator runs them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils.text import slugify

from config.api.endpoint import Api

from .documents import make_document

# Linter and generator of types in JavaScript, installed by `make .venv/node`.
NODE_MODULES = Path(sys.prefix) / "node" / "node_modules"


def write_document(api: Api, folder: Path) -> Path:
    """Write the document of `api` into `folder`, as it is sent; returns its file."""
    file = folder / f"{slugify(api.title)}.json"
    file.write_text(json.dumps(make_document(api)))
    return file


def generate_client(document: Path, folder: Path, package: str) -> None:
    """Generate a Python client of a document as `package` in `folder`. Fails the test at any warning."""
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(document), "--meta", "none"]
    config = folder / "generator.yml"
    # It would otherwise call a formatter.
    config.write_text("post_hooks: []\n")
    command += ["--output-path", str(folder / package), "--config", str(config), "--fail-on-warning"]
    run(command)


def run_node(tool: str, *arguments: str) -> str:
    """Run a tool of the Node packages and return what it prints; skips the test without Node or the packages."""
    program = NODE_MODULES / ".bin" / tool
    if not shutil.which("node") or not program.exists():
        pytest.skip("needs Node and `make .venv/node`")
    return run([str(program), *arguments])


def run(command: list[str]) -> str:
    """Run a command and return what it prints. Fails the test when it fails."""
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
