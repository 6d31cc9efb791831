"""GET /pro/contact-requests: the page, its filters and its cursor."""

import base64
import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.accounts.models import ApiToken
from contact_requests.models import ContactRequest

from ..factories import ContactFactory, PropertyFactory, RequestFactory

LIST = "/pro/contact-requests"
EMPTY = {"data": [], "cursor": {"next": None}, "hasMore": False}
START = datetime(2026, 2, 10, 14, 30, tzinfo=UTC)


@pytest.fixture
def house(pro):
    return PropertyFactory(
        pro=pro,
        id=uuid.UUID("aaaaaaaa-0000-4000-8000-000000000001"),
        slug="maison-du-port",
        title="Maison du Port",
    )


@pytest.fixture
def contact(pro):
    return ContactFactory(pro=pro)


@pytest.fixture
def receive(house, contact):
    """Makes requests about the house; `at` is in seconds after 14:30."""

    def one(at=0.0, **fields):
        fields = {"property": house, "contact": contact, **fields}
        return RequestFactory(created_at=START + timedelta(seconds=at), **fields)

    return one


def ids(response):
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["data"]]


def keys(rows):
    return [str(row.pk) for row in rows]


# --- The answer


def test_the_whole_page_byte_for_byte(api, pro, house, receive):
    full = receive(
        id=uuid.UUID("bbbbbbbb-0000-4000-8000-000000000001"),
        name="Hélène Dupont",
        email="helene@example.org",
        phone="+33612345678",
        message='Is it "free"?\nBest',
        status="replied",
        read_at=START + timedelta(hours=1),
        replied_at=START + timedelta(hours=2, microseconds=7999),
    )
    bare = receive(
        1.0006, id=uuid.UUID("bbbbbbbb-0000-4000-8000-000000000002"), name="Zoé", email="", phone="+33612345678"
    )
    ContactRequest.objects.update(updated_at=START + timedelta(hours=3))
    place = {
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
                "property": place,
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
                "property": place,
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


def test_times_are_utc_whatever_the_pros_time_zone(api, pro, receive):
    pro.time_zone = "Asia/Tokyo"
    pro.save()
    receive()
    assert api.get(LIST).json()["data"][0]["createdAt"] == "2026-02-10T14:30:00.000Z"


def test_the_session_sees_what_the_token_sees(api, browser, receive):
    receive()
    assert browser.get(LIST).content == api.get(LIST).content


def test_another_pros_requests_are_not_listed(other_api, other_browser, receive):
    receive()
    assert other_api.get(LIST).json() == other_browser.get(LIST).json() == EMPTY


def test_what_waits_in_quarantine_is_not_listed(api, receive):
    receive(contact=None, quarantined_at=timezone.now(), quarantine_reason="honeypot")
    assert api.get(LIST).json() == EMPTY


def test_the_write_scope_reads_too(api_with, receive):
    row = receive()
    assert ids(api_with("contact_requests:write").get(LIST)) == [str(row.pk)]


def test_the_use_of_a_token_is_noted_once_a_minute(api):
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


def test_a_refused_token_is_not_noted_as_used(api):
    ApiToken.objects.get().revoke()
    api.get(LIST)
    assert ApiToken.objects.get().last_used_at is None


@pytest.mark.parametrize("rows", [1, 50])
def test_a_page_by_token_costs_two_queries(api, receive, rows):
    api.get(LIST)
    for number in range(rows):
        receive(number)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(ids(api.get(LIST, limit=50))) == rows
    assert len(queries) == 2, queries.captured_queries


@pytest.mark.parametrize("rows", [1, 50])
def test_a_page_by_session_costs_three_queries(browser, receive, rows):
    browser.get(LIST)
    for number in range(rows):
        receive(number)
    with CaptureQueriesContext(connection) as queries:
        assert len(ids(browser.get(LIST, {"limit": 50}))) == rows
    assert len(queries) == 3, queries.captured_queries


# --- Parameters


def test_twenty_rows_are_a_page(api, receive):
    rows = [receive(-number) for number in range(21)]
    assert ids(api.get(LIST)) == keys(rows[:20])


@pytest.mark.parametrize("limit", [1, 100])
def test_a_page_is_as_long_as_asked(api, receive, limit):
    rows = [receive(-number) for number in range(101)]
    response = api.get(LIST, limit=limit)
    assert ids(response) == keys(rows[:limit])
    assert response.json()["hasMore"] is True


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("0", "Expected int >= 1"),
        ("-1", "Expected int >= 1"),
        ("101", "Expected int <= 100"),
        (str(2**31), "Expected int <= 100"),
        (str(2**63), "Expected int <= 100"),
        (str(2**80), "Expected int <= 100"),
        ("9" * 5000, "Integer value out of range"),
        ("abc", "Expected int, got str"),
        ("", "Expected int, got str"),
        ("NaN", "Expected int, got str"),
        ("Infinity", "Expected int, got str"),
        ("1e1", "Expected int, got str"),
        ("20.0", "Expected int, got str"),
        (" 20", "Expected int, got str"),
        ("+20", "Expected int, got str"),
        ("２０", "Expected int, got str"),
        ("null", "Expected int, got str"),
        ("20,20", "Expected int, got str"),
    ],
)
def test_another_limit_is_400(api, limit, message):
    response = api.get(LIST, limit=limit)
    details = [{"field": "limit", "message": message}]
    body = {"error": {"code": "VALIDATION_ERROR", "message": f"limit: {message}", "details": details}}
    assert (response.status_code, response.json()) == (400, body)


def test_the_status_filter(api, receive):
    new, read, replied = receive(3), receive(2, status="read"), receive(1, status="replied")
    assert ids(api.get(LIST, status="new_request")) == [str(new.pk)]
    assert ids(api.get(LIST, status="read")) == [str(read.pk)]
    assert ids(api.get(LIST, status="replied")) == [str(replied.pk)]


@pytest.mark.parametrize("status", ["new", "", "READ", "null", "read,replied", "closed"])
def test_a_status_outside_the_three_is_400(api, status):
    response = api.get(LIST, status=status)
    message = "Choose one of: new_request, read, replied."
    details = [{"field": "status", "message": message}]
    body = {"error": {"code": "VALIDATION_ERROR", "message": f"status: {message}", "details": details}}
    assert (response.status_code, response.json()) == (400, body)


def test_the_property_filter(api, pro, receive):
    flat = PropertyFactory(pro=pro)
    about_house, about_flat = receive(1), receive(property=flat)
    assert ids(api.get(LIST, propertyId=str(flat.pk))) == [str(about_flat.pk)]
    assert ids(api.get(LIST, propertyId=str(about_house.property_id))) == [str(about_house.pk)]


def test_another_pros_property_and_no_property_give_nothing(api, receive):
    receive()
    foreign = RequestFactory()
    assert api.get(LIST, propertyId=str(foreign.property_id)).json() == EMPTY
    assert api.get(LIST, propertyId=str(uuid.uuid4())).json() == EMPTY


@pytest.mark.parametrize("value", ["", "null", "7", "{aaaaaaaa-0000-4000-8000-000000000001}", "' OR 1=1 --"])
def test_a_property_id_that_is_none_is_400(api, value):
    response = api.get(LIST, propertyId=value)
    details = [{"field": "propertyId", "message": "Invalid UUID"}]
    body = {"error": {"code": "VALIDATION_ERROR", "message": "propertyId: Invalid UUID", "details": details}}
    assert (response.status_code, response.json()) == (400, body)


def test_filters_and_cursor_together(api, pro, receive):
    flat = PropertyFactory(pro=pro)
    wanted = [receive(-number, property=flat, status="read") for number in range(5)]
    for number in range(5):
        receive(-number - 0.5, property=flat)
        receive(-number - 0.5, status="read")
    query = {"status": "read", "propertyId": str(flat.pk), "limit": 3}
    first = api.get(LIST, **query)
    second = api.get(LIST, **query, cursor=first.json()["cursor"]["next"])
    assert ids(first) + ids(second) == keys(wanted)
    assert (second.json()["cursor"], second.json()["hasMore"]) == ({"next": None}, False)


def test_unknown_parameters_are_ignored(api, receive):
    row = receive()
    query = {"page": "7", "proId": "1", "order": "; DROP TABLE", "limit ": "x", "Status": "read", "x\x00": "\x00"}
    assert ids(api.get(LIST, **query)) == [str(row.pk)]


# --- The cursor


def walk(api, between=lambda: None, **query):
    """The ids of all pages; `between` is called after each page."""
    found, cursor = [], {}
    while True:
        response = api.get(LIST, **query, **cursor)
        found += ids(response)
        body = response.json()
        assert body["hasMore"] == (body["cursor"]["next"] is not None)
        if not body["hasMore"]:
            return found
        cursor = {"cursor": body["cursor"]["next"]}
        between()


def test_forty_five_rows_while_others_arrive(api, receive):
    rows = [receive(-number) for number in range(45)]
    arrivals = []

    def arrive():
        arrivals.append(receive(len(arrivals) + 1))
        RequestFactory(created_at=rows[30].created_at)  # another Pro's

    assert walk(api, arrive, limit=20) == keys(rows)
    assert len(arrivals) == 2
    assert walk(api, limit=20) == keys(arrivals[::-1] + rows)


def test_rows_of_the_same_microsecond_are_in_the_order_of_their_ids(api, receive):
    rows = [receive(0.123456) for _number in range(45)]
    rows.sort(key=lambda row: str(row.pk), reverse=True)
    assert walk(api, limit=20) == keys(rows)
    assert walk(api, limit=1) == keys(rows)


def test_rows_within_one_millisecond_are_kept_apart(api, receive):
    rows = [receive(0.123 + number / 1_000_000) for number in range(9)]
    assert walk(api, limit=2) == keys(rows[::-1])


def test_the_row_at_the_cursor_may_be_gone(api, receive):
    rows = [receive(-number) for number in range(5)]
    cursor = api.get(LIST, limit=2).json()["cursor"]["next"]
    rows[1].delete()
    assert ids(api.get(LIST, limit=2, cursor=cursor)) == keys(rows[2:4])


def test_a_last_page_that_is_exactly_full_is_the_last(api, receive):
    rows = [receive(-number) for number in range(40)]
    first = api.get(LIST)
    last = api.get(LIST, cursor=first.json()["cursor"]["next"])
    assert ids(last) == keys(rows[20:])
    assert (last.json()["cursor"], last.json()["hasMore"]) == ({"next": None}, False)


def test_a_cursor_is_base64url_of_time_and_id(api, receive):
    row = receive(0.000123)
    receive(-1)
    cursor = api.get(LIST, limit=1).json()["cursor"]["next"]
    assert base64.urlsafe_b64decode(cursor + "==") == f"2026-02-10T14:30:00.000123+00:00|{row.pk}".encode()


def test_another_pros_cursor_leads_to_ones_own_rows(api, other_api, receive):
    receive(1)
    receive(0)
    cursor = api.get(LIST, limit=1).json()["cursor"]["next"]
    assert other_api.get(LIST, cursor=cursor).json() == EMPTY


def encoded(text):
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


ID = "bbbbbbbb-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "null",
        "garbage",
        "====",
        "é",
        "\ud800",
        "🏠" * 100,
        "' OR 1=1 --",
        encoded("garbage"),
        encoded(b"\xff\xfe\x00\x01"),
        encoded("\ud800|\udfff"),
        encoded(f"2026-02-10T14:30:00|{ID}"),
        encoded(f"99999-02-10T14:30:00+00:00|{ID}"),
        encoded(f"0001-01-01T00:00:00+14:00|{ID}"),
        encoded(f"9999-12-31T23:59:59-14:00|{ID}"),
        encoded("2026-02-10T14:30:00+00:00|7"),
        encoded("2026-02-10T14:30:00+00:00|"),
        encoded("2026-02-10T14:30:00+00:00"),
        encoded(f"2026-02-10T14:30:00+00:00|{ID}|{ID}"),
        encoded(f"|{ID}"),
        encoded(f"2026-02-30T14:30:00+00:00|{ID}"),
        encoded("2026-02-10T14:30:00+00:00|" + "\x00" * 36),
    ],
)
def test_a_cursor_that_no_page_returned_is_400(api, cursor):
    raw = cursor.encode("utf-8", "surrogatepass")
    response = api.client.get(LIST, {"cursor": raw}, headers=api.headers)
    message = "This cursor is not one that a page returned."
    assert (response.status_code, response.json()) == (400, {"error": {"code": "INVALID_CURSOR", "message": message}})


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00"])
def test_a_cursor_at_the_end_of_time_is_read(api, receive, time):
    row = receive()
    expected = [str(row.pk)] if time.startswith("9") else []
    assert ids(api.get(LIST, cursor=encoded(f"{time}|{ID}"))) == expected
