"""OpenAPI documents: valid, complete, for whom is signed in, and with a scope of every route."""

import json

import pytest
from django.core.exceptions import ImproperlyConfigured
from openapi_spec_validator import validate

from config.api.dialect import Dialect
from config.api.endpoint import Api
from config.api.openapi import PARAMETER, build_document
from contact_requests.api import api as pro_api

from ..conftest import Api as Program
from .documents import described, make_document

PAGE = "/docs/api/contact-requests.json"


@pytest.mark.parametrize("api", Api.registered, ids=lambda api: api.title)
def test_the_document_is_valid(api):
    validate(make_document(api))


@pytest.mark.parametrize("api", Api.registered, ids=lambda api: api.title)
def test_every_registered_operation_is_described_with_its_scope(api):
    registered = {f"{o.method} {PARAMETER.sub(r'{\2}', api.dialect.prefix + o.route)}": o.scope for o in api.operations}
    written = described(make_document(api))
    assert set(written) == set(registered)
    for name, operation in written.items():
        assert operation["description"].endswith(f"Scope: `{registered[name]}`.")
        assert operation["summary"]


# --- The page of the document


def test_the_document_needs_a_sign_in_or_a_token(nobody, api):
    response = nobody.get(PAGE)
    assert (response.status_code, response["Location"]) == (302, f"/sign-in?next={PAGE}")
    assert api.get(PAGE).json() == make_document(pro_api)
    assert api.get("/docs/api").status_code == 200
    assert api.get("/docs/api/nothing.json").status_code == 404


def test_a_bad_token_is_refused_as_json(db):
    for path in (PAGE, "/docs/api"):
        response = Program("vst_0").get(path)
        assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
        message = "Send a valid token as Authorization: Bearer."
        assert response.json() == {"error": {"code": "unauthenticated", "message": message}}


def test_the_signed_in_get_the_document(browser):
    response = browser.get(PAGE)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert response.json() == json.loads(json.dumps(build_document(pro_api)))
    assert response.json()["servers"] == [{"url": "http://testserver"}]


def test_a_gated_pro_may_read_on(browser, pro):
    pro.cni_required = True
    pro.save()
    assert browser.get(PAGE).json()["info"]["title"] == "Contact requests"


# --- A route without a scope


@pytest.fixture
def unregistered(monkeypatch):
    """Api that is not registered."""
    monkeypatch.setattr(Api, "registered", [])
    return Api(
        Dialect("/test", {}),
        title="Test",
        description="",
        tags={"Test": ""},
        authenticate=lambda request: None,
        scopes=["contacts:read"],
    )


def test_an_endpoint_without_a_scope_does_not_start(unregistered):
    with pytest.raises(TypeError, match="scope"):
        unregistered.endpoint("GET", "/things")(print)


@pytest.mark.parametrize("scope", ["", "contacts", "contacts:delete", "contacts:read ", None])
def test_an_endpoint_with_an_unknown_scope_does_not_start(unregistered, scope):
    with pytest.raises(ImproperlyConfigured) as raised:
        unregistered.endpoint("GET", "/things", scope=scope)(print)
    assert str(raised.value) == "GET /test/things needs one of the scopes ['contacts:read']"
    assert unregistered.operations == []
