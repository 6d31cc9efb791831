"""GET /pro/contact-requests: the page and its filters."""

import json
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.accounts.models import ApiToken
from contact_requests.models import ContactRequest

from ..factories import PropertyFactory, RequestFactory
from .listing import EMPTY, LIST, START, ids, keys


@pytest.fixture
def house(pro):
    return PropertyFactory(
        pro=pro,
        id=uuid.UUID("aaaaaaaa-0000-4000-8000-000000000001"),
        slug="maison-du-port",
        title="Maison du Port",
    )


def test_the_whole_page_byte_for_byte(api, pro, house, store):
    full = store(
        id=uuid.UUID("bbbbbbbb-0000-4000-8000-000000000001"),
        name="Hélène Dupont",
        email="helene@example.org",
        phone="+33612345678",
        message='Is it "free"?\nBest',
        status="replied",
        read_at=START + timedelta(hours=1),
        replied_at=START + timedelta(hours=2, microseconds=7999),
    )
    bare = store(
        1.0006, id=uuid.UUID("bbbbbbbb-0000-4000-8000-000000000002"), name="Zoé", email="", phone="+33612345678"
    )
    ContactRequest.objects.update(updated_at=START + timedelta(hours=3))
    house_body = {
        "id": "aaaaaaaa-0000-4000-8000-000000000001",
        "slug": "maison-du-port",
        "title": "Maison du Port",
    }
    expected = {
        "data": [
            {
                "id": "bbbbbbbb-0000-4000-8000-000000000002",
                "proId": pro.pk,
                "propertyId": "aaaaaaaa-0000-4000-8000-000000000001",
                "contactId": str(bare.contact_id),
                "name": "Zoé",
                "email": None,
                "phone": "+33612345678",
                "message": "Is it still free?",
                "status": "new_request",
                "createdAt": "2026-02-10T14:30:01.000Z",
                "updatedAt": "2026-02-10T17:30:00.000Z",
                "readAt": None,
                "repliedAt": None,
                "property": house_body,
            },
            {
                "id": "bbbbbbbb-0000-4000-8000-000000000001",
                "proId": pro.pk,
                "propertyId": "aaaaaaaa-0000-4000-8000-000000000001",
                "contactId": str(full.contact_id),
                "name": "Hélène Dupont",
                "email": "helene@example.org",
                "phone": "+33612345678",
                "message": 'Is it "free"?\nBest',
                "status": "replied",
                "createdAt": "2026-02-10T14:30:00.000Z",
                "updatedAt": "2026-02-10T17:30:00.000Z",
                "readAt": "2026-02-10T15:30:00.000Z",
                "repliedAt": "2026-02-10T16:30:00.007Z",
                "property": house_body,
            },
        ],
        "cursor": {"next": None},
        "hasMore": False,
    }
    response = api.get(LIST)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response.content.decode() == json.dumps(expected, ensure_ascii=False, separators=(",", ":"))


def test_nothing_received_yet(api):
    assert api.get(LIST).json() == EMPTY


def test_times_are_utc_in_every_time_zone_of_a_pro(api, pro, store):
    pro.time_zone = "Asia/Tokyo"
    pro.save()
    store()
    assert api.get(LIST).json()["data"][0]["createdAt"] == "2026-02-10T14:30:00.000Z"


def test_the_session_sees_what_the_token_sees(api, browser, store):
    store()
    assert browser.get(LIST).content == api.get(LIST).content


def test_another_pros_requests_are_not_listed(other_api, other_browser, store):
    store()
    assert other_api.get(LIST).json() == other_browser.get(LIST).json() == EMPTY


def test_the_quarantine_is_not_listed(api, store):
    store(contact=None, quarantined_at=timezone.now(), quarantine_reason="honeypot")
    assert api.get(LIST).json() == EMPTY


def test_the_write_scope_reads_too(api_with, store):
    row = store()
    assert ids(api_with("contact_requests:write").get(LIST)) == [str(row.pk)]


def test_the_use_of_a_token_is_stored_once_a_minute(api):
    tokens = ApiToken.objects
    assert tokens.get().last_used_at is None
    api.get(LIST)
    first = tokens.get().last_used_at
    api.get(LIST)
    assert tokens.get().last_used_at == first
    earlier = first - timedelta(seconds=61)
    tokens.update(last_used_at=earlier)
    api.get(LIST)
    assert tokens.get().last_used_at > first


def test_a_refused_token_is_not_stored_as_used(api):
    ApiToken.objects.get().revoke()
    api.get(LIST)
    assert ApiToken.objects.get().last_used_at is None


@pytest.mark.parametrize("rows", [1, 50])
def test_a_page_by_token_costs_two_queries(api, store, rows):
    api.get(LIST)
    for number in range(rows):
        store(number)
    with CaptureQueriesContext(connection) as queries:
        assert len(ids(api.get(LIST, limit=50))) == rows
    assert len(queries) == 2, queries.captured_queries


@pytest.mark.parametrize("rows", [1, 50])
def test_a_page_by_session_costs_two_queries(browser, store, rows):
    browser.get(LIST)
    for number in range(rows):
        store(number)
    with CaptureQueriesContext(connection) as queries:
        assert len(ids(browser.get(LIST, {"limit": 50}))) == rows
    assert len(queries) == 2, queries.captured_queries


def test_twenty_rows_are_a_page(api, store):
    rows = [store(-number) for number in range(21)]
    assert ids(api.get(LIST)) == keys(rows[:20])


@pytest.mark.parametrize("limit", [1, 100])
def test_a_page_is_as_long_as_asked(api, store, limit):
    rows = [store(-number) for number in range(101)]
    response = api.get(LIST, limit=limit)
    assert ids(response) == keys(rows[:limit])
    assert response.json()["hasMore"] is True


LIMITS = {
    "0": "Expected int >= 1",
    "-1": "Expected int >= 1",
    "101": "Expected int <= 100",
    str(2**31): "Expected int <= 100",
    str(2**63): "Expected int <= 100",
    str(2**80): "Expected int <= 100",
    "9" * 5000: "Integer value out of range",
    "abc": "Expected int, got str",
    "": "Expected int, got str",
    "NaN": "Expected int, got str",
    "Infinity": "Expected int, got str",
    "1e1": "Expected int, got str",
    "1e1.0": "Expected int, got str",
    "20.5": "Expected int, got str",
    "20.": "Expected int, got str",
    ".0": "Expected int, got str",
    "0.0": "Expected int >= 1",
    "101.0": "Expected int <= 100",
    "9" * 5000 + ".0": "Integer value out of range",
    " 20": "Expected int, got str",
    "+20": "Expected int, got str",
    "２０": "Expected int, got str",
    "null": "Expected int, got str",
    "20,20": "Expected int, got str",
}


def assert_refused(response, field, message):
    details = [{"field": field, "message": message}]
    body = {"error": {"code": "VALIDATION_ERROR", "message": f"{field}: {message}", "details": details}}
    assert (response.status_code, response.json()) == (400, body)


def test_another_limit_is_400(api, case):
    for limit, message in LIMITS.items():
        with case("limit", limit=limit[:30]):
            assert_refused(api.get(LIST, limit=limit), "limit", message)


def test_the_status_filter(api, store):
    new, read, replied = store(3), store(2, status="read"), store(1, status="replied")
    assert ids(api.get(LIST, status="new_request")) == [str(new.pk)]
    assert ids(api.get(LIST, status="read")) == [str(read.pk)]
    assert ids(api.get(LIST, status="replied")) == [str(replied.pk)]


@pytest.mark.parametrize("status", ["new", "", "READ", "null", "read,replied", "closed"])
def test_an_unknown_status_is_400(api, status):
    assert_refused(api.get(LIST, status=status), "status", "Choose one of: new_request, read, replied.")


def test_the_property_filter(api, pro, store):
    flat = PropertyFactory(pro=pro)
    about_house, about_flat = store(1), store(property=flat)
    assert ids(api.get(LIST, propertyId=str(flat.pk))) == [str(about_flat.pk)]
    assert ids(api.get(LIST, propertyId=str(about_house.property_id))) == [str(about_house.pk)]


def test_another_pros_property_and_no_property_give_nothing(api, store):
    store()
    foreign = RequestFactory()
    assert api.get(LIST, propertyId=str(foreign.property_id)).json() == EMPTY
    assert api.get(LIST, propertyId=str(uuid.uuid4())).json() == EMPTY


@pytest.mark.parametrize("value", ["", "null", "7", "{aaaaaaaa-0000-4000-8000-000000000001}", "' OR 1=1 --"])
def test_an_invalid_property_id_is_400(api, value):
    assert_refused(api.get(LIST, propertyId=value), "propertyId", "Invalid UUID")


def test_filters_and_cursor_together(api, pro, store):
    flat = PropertyFactory(pro=pro)
    matching = [store(-number, property=flat, status="read") for number in range(5)]
    for number in range(5):
        store(-number - 0.5, property=flat)
        store(-number - 0.5, status="read")
    query = {"status": "read", "propertyId": str(flat.pk), "limit": 3}
    first = api.get(LIST, **query)
    second = api.get(LIST, **query, cursor=first.json()["cursor"]["next"])
    assert ids(first) + ids(second) == keys(matching)
    assert (second.json()["cursor"], second.json()["hasMore"]) == ({"next": None}, False)


def test_unknown_parameters_are_ignored(api, store):
    row = store()
    query = {"page": "7", "proId": "1", "order": "; DROP TABLE", "limit ": "x", "Status": "read", "x\x00": "\x00"}
    assert ids(api.get(LIST, **query)) == [str(row.pk)]
