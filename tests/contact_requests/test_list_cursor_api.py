"""GET /pro/contact-requests: the cursor, over pages that change meanwhile and for input that no page returned."""

import base64

import pytest

from ..factories import RequestFactory
from .listing import EMPTY, LIST, ids, keys


def walk(api, between=lambda: None, **query):
    """The ids of all pages; `between` is called after each page."""
    walked, cursor = [], {}
    while True:
        response = api.get(LIST, **query, **cursor)
        walked += ids(response)
        body = response.json()
        assert body["hasMore"] == (body["cursor"]["next"] is not None)
        if not body["hasMore"]:
            return walked
        cursor = {"cursor": body["cursor"]["next"]}
        between()


def test_forty_five_rows_while_others_arrive(api, store):
    rows = [store(-number) for number in range(45)]
    arrivals = []

    def arrive():
        arrivals.append(store(len(arrivals) + 1))
        RequestFactory(created_at=rows[30].created_at)  # another Pro's

    assert walk(api, arrive, limit=20) == keys(rows)
    assert len(arrivals) == 2
    assert walk(api, limit=20) == keys(arrivals[::-1] + rows)


def test_rows_of_the_same_microsecond_are_in_the_order_of_their_ids(api, store):
    rows = [store(0.123456) for _number in range(45)]
    rows.sort(key=lambda row: str(row.pk), reverse=True)
    assert walk(api, limit=20) == keys(rows)
    assert walk(api, limit=1) == keys(rows)


def test_rows_within_one_millisecond_are_told_apart(api, store):
    rows = [store(0.123 + number / 1_000_000) for number in range(9)]
    assert walk(api, limit=2) == keys(rows[::-1])


def test_the_row_at_the_cursor_may_be_gone(api, store):
    rows = [store(-number) for number in range(5)]
    cursor = api.get(LIST, limit=2).json()["cursor"]["next"]
    rows[1].delete()
    assert ids(api.get(LIST, limit=2, cursor=cursor)) == keys(rows[2:4])


def test_a_last_page_that_is_exactly_full_is_the_last(api, store):
    rows = [store(-number) for number in range(40)]
    first = api.get(LIST)
    last = api.get(LIST, cursor=first.json()["cursor"]["next"])
    assert ids(last) == keys(rows[20:])
    assert (last.json()["cursor"], last.json()["hasMore"]) == ({"next": None}, False)


def test_a_cursor_is_base64url_of_time_and_id(api, store):
    row = store(0.000123)
    store(-1)
    cursor = api.get(LIST, limit=1).json()["cursor"]["next"]
    assert base64.urlsafe_b64decode(cursor + "==") == f"2026-02-10T14:30:00.000123+00:00|{row.pk}".encode()


def test_another_pros_cursor_shows_the_own_rows_alone(api, other_api, store):
    store(1)
    store(0)
    cursor = api.get(LIST, limit=1).json()["cursor"]["next"]
    assert other_api.get(LIST, cursor=cursor).json() == EMPTY


def encoded(text):
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


ID = "bbbbbbbb-0000-4000-8000-000000000001"


INVALID_CURSORS = [
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
]


def test_a_cursor_that_no_page_returned_is_400(api, case):
    message = "This cursor is not one that a page returned."
    body = {"error": {"code": "INVALID_CURSOR", "message": message}}
    for cursor in INVALID_CURSORS:
        with case("cursor", cursor=ascii(cursor)[:60]):
            raw = cursor.encode("utf-8", "surrogatepass")
            response = api.client.get(LIST, {"cursor": raw}, headers=api.headers)
            assert (response.status_code, response.json()) == (400, body)


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00"])
def test_a_cursor_at_the_end_of_time_is_read(api, store, time):
    row = store()
    expected = [str(row.pk)] if time.startswith("9") else []
    assert ids(api.get(LIST, cursor=encoded(f"{time}|{ID}"))) == expected
