"""Schemathesis: every route conforms to its OpenAPI document for generated requests."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.servers.basehttp import WSGIRequestHandler

from config.accounts.access import REFUSALS, REQUESTS
from config.accounts.me import api as me_api
from config.api import idempotency
from config.api.endpoint import Api
from config.events.api import api as hooks_api
from contact_requests.api import api as pro_api
from contacts.api import api as contacts_api
from inquiries.api import api as inquiries_api

from ..factories import (
    ContactFactory,
    InquiryFactory,
    InquiryTypeFactory,
    PropertyFactory,
    RequestFactory,
    make_token,
)
from ..inquiries import hub as hubs
from .documents import make_document
from .rules import with_rules

hub = hubs.hub
HOOKS = Path(__file__).parent / "schemathesis_hooks.py"
SEEDS = os.environ.get("SCHEMATHESIS_SEEDS", "1").split()
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "10")  # an operation


@pytest.fixture
def token(pro, hub, monkeypatch):
    """Token without rate limit; UserHub knows every user."""
    hub.say({"name": "Jan de Vries", "email": "jan@example.org"})
    for limit in (REQUESTS, REFUSALS):
        monkeypatch.setattr(limit, "times", 10**9)
    # No key is ever repeated: a stored response describes former data.
    monkeypatch.setattr(idempotency, "KEY_LIFETIME", timedelta(0))
    # Headers and body are sent in two packets, which Nagle's algorithm would delay.
    monkeypatch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)
    ContactFactory.create_batch(3, pro=pro)
    RequestFactory.create_batch(3, property=PropertyFactory(pro=pro, reference="AP-101"))
    for _ in range(3):
        InquiryFactory(pro=pro, inquiry_type=InquiryTypeFactory())
    return make_token(pro)


@pytest.mark.long
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("api", [contacts_api, pro_api, inquiries_api, hooks_api, me_api], ids=lambda api: api.title)
def test_all_checks(live_server, token, tmp_path: Path, api: Api, seed: str):
    described = tmp_path / "openapi.json"
    described.write_text(json.dumps(with_rules(make_document(api))))
    # The documents do not mention that texts must not contain NUL.
    config = tmp_path / "schemathesis.toml"
    config.write_text(f'hooks = "{HOOKS}"\n[generation]\nallow-x00 = false\n')
    command = [
        sys.executable,
        "-m",
        "schemathesis.cli",
        "--config-file",
        str(config),
        "run",
        str(described),
        "--url",
        live_server.url,
    ]
    command += ["-H", f"Authorization: Bearer {token}", "--checks", "all", "--max-examples", EXAMPLES, "--seed", seed]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"})
    assert ended.returncode == 0, ended.stdout + ended.stderr
