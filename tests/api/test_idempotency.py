"""Idempotency-Key on POST /api/v1/contacts: one creation, one response."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.http import HttpResponse
from django.utils import timezone

from config.accounts.access import REQUESTS
from config.api import idempotency
from config.api.models import IdempotencyKey, prune_idempotency_keys
from contacts.models import Contact

from ..conftest import Api
from ..factories import InquiryFactory, make_token

PATH = "/api/v1/contacts"
BODY = {"name": "Jane", "email": "jane@example.org"}
KEY = "import-2026-02-10/17"


def post(api, key=KEY, body=BODY, path=PATH):
    return api.post(path, body, **{"Idempotency-Key": key})


def error(response):
    return response.status_code, response.json()["error"]["code"]


def age(**by):
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(**by))


def is_nothing_stored():
    return not Contact.objects.exists() and not IdempotencyKey.objects.exists()


def test_a_repeat_is_answered_byte_for_byte(api):
    first = post(api)
    Contact.objects.update(name="Changed since")
    again = post(api)
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.content, again["Location"], again["Content-Type"]) == (
        first.content,
        first["Location"],
        first["Content-Type"],
    )
    assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert Contact.objects.count() == 1


def test_the_response_is_stored(api):
    first = post(api)
    row = IdempotencyKey.objects.get()
    assert (row.status, bytes(row.body), row.location) == (201, first.content, first["Location"])
    assert KEY not in f"{row.scope}{row.request}" and len(row.scope) == 64


def test_without_a_key_every_one_creates(api):
    assert [api.post(PATH, BODY).status_code for _ in range(2)] == [201, 201]
    assert (Contact.objects.count(), IdempotencyKey.objects.count()) == (2, 0)


def test_another_body_is_422(api):
    first = post(api)
    assert error(post(api, body={**BODY, "name": "Other"})) == (422, "idempotency_mismatch")
    # Bytes count, not meaning.
    assert error(post(api, body=json.dumps(BODY, indent=1))) == (422, "idempotency_mismatch")
    assert post(api).content == first.content
    assert Contact.objects.count() == 1


def test_a_body_that_is_too_large_is_413_under_a_known_key_too(api):
    body = json.dumps({**BODY, "more": "x" * 3 * 1024 * 1024})
    assert error(post(api, body=body)) == (413, "payload_too_large")
    post(api)
    assert error(post(api, body=body)) == (413, "payload_too_large")
    assert Contact.objects.count() == 1


def test_another_key_another_pro_is_another_request(api, other_api, pro):
    answers = [post(api), post(api, "k2"), post(other_api)]
    assert [a.status_code for a in answers] == [201] * 3
    assert Contact.objects.count() == 3
    # Another token of the same Pro is the same caller.
    assert post(Api(make_token(pro))).content == answers[0].content


def test_another_path_or_method_is_another_key(rf, db):
    def answer(method, path):
        request = rf.generic(method, path, "{}", "application/json", headers={"Idempotency-Key": KEY})
        key = idempotency.read_key(request, "1", b"{}")
        with key.hold():
            return key.answer(HttpResponse(f"{method} {path}", status=201)).content

    asked = [("POST", "/a"), ("POST", "/b"), ("PUT", "/a")]
    assert [answer(*one) for one in asked] == [f"{m} {p}".encode() for m, p in asked]
    for method, path in asked:
        with pytest.raises(idempotency.AlreadyAnsweredError) as raised:
            answer(method, path)
        assert raised.value.response.content == f"{method} {path}".encode()


def test_a_key_that_is_held_and_given_no_answer_stores_nothing(rf, pro):
    key = idempotency.read_key(rf.post(PATH, headers={"Idempotency-Key": KEY}), str(pro.pk), b"")
    with pytest.raises(RuntimeError, match="gave no response"), key.hold():
        Contact.objects.register(pro, by=None, **BODY)
    assert is_nothing_stored()


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "a\tb", "a\x7fb", "clé", "a\nb"])
def test_a_malformed_key_is_refused(api, key):
    response = post(api, key)
    message = "The key must be 1 to 255 printable ASCII characters."
    assert (response.status_code, response.json()["error"]) == (
        400,
        {
            "code": "validation_error",
            "message": f"Idempotency-Key: {message}",
            "details": [{"field": "Idempotency-Key", "message": message}],
        },
    )
    assert is_nothing_stored()


@pytest.mark.parametrize("key", ["x", "x" * 255, "a b", "~!\"#'%_", "0"])
def test_a_well_formed_key_is_accepted(api, key):
    assert post(api, key).content == post(api, key).content
    assert Contact.objects.count() == 1


def test_a_refusal_is_not_stored(api, api_with):
    assert error(post(api, body={"name": "Jane"})) == (400, "validation_error")
    assert error(post(api, body="{")) == (400, "invalid_request")
    assert error(post(api_with("contacts:read"))) == (403, "forbidden")
    assert is_nothing_stored()
    assert post(api).status_code == 201


def test_the_scope_is_asked_for_before_a_replay(api, api_with):
    post(api)
    assert error(post(api_with("contacts:read"))) == (403, "forbidden")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "broken",
    ["config.api.idempotency._store_response", "contacts.models.Contact.record_event", "contacts.api.to_answer"],
)
@pytest.mark.parametrize(("fault", "status"), [(RuntimeError, 500), (DatabaseError, 500)])
def test_a_fault_in_the_middle_leaves_neither_row_nor_key(api, monkeypatch, broken, fault, status):
    def fail(*_args, **_more):
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(broken, fail)
        assert post(api).status_code == status
    assert is_nothing_stored()
    assert post(api).status_code == 201
    assert (Contact.objects.count(), IdempotencyKey.objects.count()) == (1, 1)


def test_after_a_day_the_key_is_free(api):
    first = post(api)
    age(hours=23, minutes=59)
    assert post(api)["Idempotency-Replayed"] == "true"
    age(hours=24, seconds=1)
    new = post(api, body={**BODY, "name": "New"})
    assert (new.status_code, new["Location"] != first["Location"], "Idempotency-Replayed" in new) == (201, True, False)
    assert (Contact.objects.count(), IdempotencyKey.objects.count()) == (2, 1)
    assert post(api, body={**BODY, "name": "New"}).content == new.content


def test_what_is_older_than_a_day_is_pruned(api):
    post(api, "old")
    age(hours=24, seconds=1)
    post(api, "new")
    assert (prune_idempotency_keys(), prune_idempotency_keys()) == (1, 0)
    assert post(api, "new")["Idempotency-Replayed"] == "true"


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_create_one_fifty_times(api, at_once, monkeypatch):
    monkeypatch.setattr(REQUESTS, "times", 10_000)
    for number in range(50):
        key, body = f"round {number}", {**BODY, "name": f"Jane {number}"}
        answers = at_once(20, lambda _n, key=key, body=body: post(api, key, body))
        kept = [a for a in answers if a.status_code == 201]
        assert len({(a.content, a["Location"]) for a in kept}) == 1
        assert len([a for a in kept if "Idempotency-Replayed" not in a]) == 1
        for other in answers:
            if other.status_code != 201:
                assert error(other) == (409, "idempotency_in_progress")
                assert other["Retry-After"] == "1"
        again = post(api, key, body)
        assert (again.content, again["Idempotency-Replayed"]) == (kept[0].content, "true")
    rows = Contact.objects.order_by("name").values_list("name", flat=True)
    assert list(rows) == sorted(f"Jane {number}" for number in range(50))
    assert IdempotencyKey.objects.count() == 50


def test_a_repeated_deletion_is_answered_alike(api):
    path, key = post(api)["Location"], {"Idempotency-Key": "away"}
    first, again = api.delete(path, **key), api.delete(path, **key)
    assert (first.status_code, again.status_code, again.content) == (204, 204, b"")
    assert ("Content-Type" in again.headers, again["Idempotency-Replayed"]) == (False, "true")
    assert error(api.delete(path)) == error(api.delete(path, **{"Idempotency-Key": "other"})) == (404, "not_found")


def test_a_repeated_action_moves_once(api, pro):
    inquiry = InquiryFactory(pro=pro)
    step = inquiry.inquiry_type.steps.order_by("sort_order")[1].key
    path, key = f"/api/inquiries/{inquiry.pk}/action", {"Idempotency-Key": "move"}
    body = {"action": "update_status", "status": step}
    refused = api.post(path, {"action": "update_status", "status": "nowhere"}, **key)
    first, again = api.post(path, body, **key), api.post(path, body, **key)
    assert (refused.status_code, first.status_code, again.content) == (500, 200, first.content)
    assert api.post(path, {"action": "close"}, **key).status_code == 422
    assert api.post(path, body).status_code == 500
    assert [entry.to_status for entry in inquiry.history.order_by("pk")][1:] == [step]
