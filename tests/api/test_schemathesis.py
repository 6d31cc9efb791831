"""Schemathesis: every route conforms to its OpenAPI document for generated requests, and each is answered with success.

`make api-check` makes a thousand examples an operation, with three seeds, on both databases.
"""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.servers.basehttp import WSGIRequestHandler

import config.urls  # noqa: F401 - with it every route is declared
from config.accounts.access import REFUSALS, REQUESTS
from config.api import idempotency
from config.api.endpoint import Api

from ..inquiries import hub as hubs
from .documents import described, make_document
from .known import known_requests, make_known_rows
from .rules import with_rules

hub = hubs.hub
HOOKS = Path(__file__).parent / "schemathesis_hooks.py"
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "10")  # an operation
# Values at the bounds of each field ("coverage") are most of the time; `tests/hostile` sends worse ones meanwhile.
PHASES = os.environ.get("SCHEMATHESIS_PHASES", "examples,fuzzing")
SEEDS = os.environ.get("SCHEMATHESIS_SEEDS", "1").split()
# With so many requests an operation each is to meet a success.
ENOUGH = 50
# Operations whose success no generated request meets, and why.
WITHOUT_SUCCESS = {
    "POST /api/inquiries/{id}/attachments": "a generated file is of no accepted type",
    "GET /api/v1/contacts/{id}/export/{export_id}/file": "the worker makes it, and a newer one replaces it",
}


@pytest.fixture
def known(db, hub, monkeypatch, tmp_path):
    """Token without rate limit, and a file with requests that reach a row; UserHub knows every user."""
    hub.say({"name": "Jan de Vries", "email": "jan@example.org"})
    for limit in (REQUESTS, REFUSALS):
        monkeypatch.setattr(limit, "times", 10**9)
    # No key is ever repeated: a stored response describes former data.
    monkeypatch.setattr(idempotency, "KEY_LIFETIME", timedelta(0))
    # Headers and body are sent in two packets, which Nagle's algorithm would delay.
    monkeypatch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)
    rows, token = make_known_rows()
    file = tmp_path / "known.json"
    file.write_text(json.dumps(known_requests(rows)))
    return token, file


@pytest.mark.thorough
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("api", Api.registered, ids=lambda api: api.title)
def test_all_checks(live_server, known, tmp_path: Path, api: Api, seed: str):
    token, file = known
    written, answered = tmp_path / "openapi.json", tmp_path / "answered"
    document = make_document(api)
    written.write_text(json.dumps(with_rules(document)))
    # The documents do not mention that texts must not contain NUL.
    config = tmp_path / "schemathesis.toml"
    config.write_text(f'hooks = "{HOOKS}"\n[generation]\nallow-x00 = false\n')
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", str(written)]
    command += ["--url", live_server.url, "-H", f"Authorization: Bearer {token}"]
    command += ["--phases", PHASES, "--checks", "all", "--max-examples", EXAMPLES, "--seed", seed]
    environment = {**os.environ, "NO_COLOR": "1", "KNOWN_REQUESTS": str(file), "ANSWERED": str(answered)}
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines = {tuple(line.rsplit(" ", 1)) for line in answered.read_text().splitlines()}
    succeeded = {operation for operation, status in lines if status.startswith("2")}
    # Of few requests chance may leave one without.
    expected = set(described(document)) - set(WITHOUT_SUCCESS) if int(EXAMPLES) >= ENOUGH else set()
    missing = expected - succeeded
    assert not missing, [(operation, sorted(s for o, s in lines if o == operation)) for operation in missing]
