"""Hooks of schemathesis: rows that requests create are learnt from the answers, and asked for by later ones."""

import json
import uuid
from importlib.util import module_from_spec, spec_from_file_location
from types import SimpleNamespace

import pytest
import requests
import schemathesis

from ..factories import make_token
from .test_schemathesis import HOOKS

pytestmark = pytest.mark.django_db(transaction=True)

LIST, ONE = "/api/v1/contacts", "/api/v1/contacts/{id}"
STORED = {"id": "1"}


@pytest.fixture
def hooks(monkeypatch, tmp_path):
    """The hooks as a run of schemathesis loads them, with one row that is known before."""
    rows = {
        f"GET {ONE}": [STORED],
        f"DELETE {ONE}": [STORED],
        f"POST {ONE}/restore": [STORED],
        f"DELETE {ONE}/consents/{{consent_id}}": [{**STORED, "consent_id": "2"}],
        f"POST {LIST}": [],
        "GET /api/inquiries/{id}": [STORED],
    }
    file = tmp_path / "known.json"
    file.write_text(json.dumps({name: {"path": path, "query": {}, "body": None} for name, path in rows.items()}))
    monkeypatch.setenv("KNOWN_REQUESTS", str(file))
    monkeypatch.setenv("ANSWERED", str(tmp_path / "answered"))
    spec = spec_from_file_location("hooks_of_a_run", HOOKS)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    schemathesis.hooks.unregister_all()


@pytest.fixture
def created(hooks, live_server, pro):
    """The id of a contact that a request has created, whose answer the hooks have seen."""
    headers = {"Authorization": f"Bearer {make_token(pro)}"}
    body = {"name": "Jan", "phone": "0612345678"}
    response = requests.post(live_server.url + LIST, json=body, headers=headers, timeout=60)
    answer = schemathesis.Response.from_requests(response, verify=True)
    hooks.after_call(None, a_case("POST", LIST), answer)
    return response.json()["data"]["id"]


def a_case(method, path, **ids):
    return SimpleNamespace(method=method, path=path, path_parameters=ids, query=None, body=None)


def test_a_created_row_is_known_at_its_address_and_below(hooks, created):
    learnt = {operation: known["new"] for operation, known in hooks.KNOWN.items() if "new" in known}
    row = [{"id": created}]
    assert learnt == {f"GET {ONE}": row, f"DELETE {ONE}": row, f"POST {ONE}/restore": row}


def test_ids_of_no_row_become_those_of_both_rows_and_nothing_learnt_is_deleted(hooks, created):
    """Also while the operation has met no success: a new contact has nothing by which it could be answered."""
    asked = {(method, is_met): set() for method in ("GET", "DELETE") for is_met in (False, True)}
    for (method, is_met), ids in asked.items():
        hooks.SUCCEEDED = {f"{method} {ONE}"} if is_met else set()
        for number in range(50):
            case = a_case(method, ONE, id=str(uuid.UUID(int=number)))
            hooks.before_call(None, case, {})
            ids.add(case.path_parameters["id"])
    unchanged = {str(uuid.UUID(int=number)) for number in range(50)}
    assert {key: ids - unchanged for key, ids in asked.items()} == {
        ("GET", False): {"1", created},
        ("GET", True): {"1", created},
        ("DELETE", False): {"1"},
        ("DELETE", True): {"1"},
    }
    assert [bool(ids & unchanged) for ids in asked.values()] == [False, True, False, True]
