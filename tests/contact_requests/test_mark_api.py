"""PUT /pro/contact-requests/:id: the status, its times and its events."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from config.accounts.models import ApiToken
from contact_requests.models import ContactRequest, ContactRequestEvent

from ..factories import ContactFactory, PropertyFactory, RequestFactory, make_token

NAMES = {"new_request": "new", "read": "read", "replied": "replied"}
ALLOWED = {("new_request", "read"), ("new_request", "replied"), ("read", "replied")}
PAIRS = [(start, target) for start in NAMES for target in NAMES]
REFUSED = [pair for pair in PAIRS if pair not in ALLOWED and pair[0] != pair[1]]
LONG_AGO = datetime(2026, 2, 10, 14, 30, tzinfo=UTC)


def make(pro, start="new_request", **fields):
    """A contact request in this status, last changed long ago, without events."""
    row = RequestFactory(
        property=PropertyFactory(pro=pro, slug="maison", title="Maison"), status=NAMES[start], **fields
    )
    ContactRequest.objects.filter(pk=row.pk).update(updated_at=LONG_AGO)
    row.refresh_from_db()
    return row


def path(row):
    return f"/pro/contact-requests/{row.pk}"


def stored(row):
    return ContactRequest.objects.filter(pk=row.pk).values().get()


def events(row):
    return list(
        ContactRequestEvent.objects.filter(contact_request=row).values_list("from_status", "to_status", "token", "user")
    )


def format_time(time):
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if time else None


def body(row):
    """The body of the row as it is stored."""
    values = stored(row)
    status = {"new": "new_request"}.get(values["status"], values["status"])
    return {
        "id": str(row.pk),
        "proId": values["pro_id"],
        "propertyId": str(values["property_id"]),
        "contactId": str(values["contact_id"]),
        "name": values["name"],
        "email": values["email"],
        "phone": None,
        "message": values["message"],
        "status": status,
        "createdAt": format_time(values["created_at"]),
        "updatedAt": format_time(values["updated_at"]),
        "readAt": format_time(values["read_at"]),
        "repliedAt": format_time(values["replied_at"]),
        "property": {"id": str(values["property_id"]), "slug": "maison", "title": "Maison"},
    }


@pytest.mark.parametrize("by", ["token", "user"])
@pytest.mark.parametrize(("start", "target"), sorted(ALLOWED))
def test_an_allowed_change_is_stored_with_its_time_and_its_event(api, browser, pro, user, start, target, by):
    row = make(pro, start)
    before = stored(row)
    if by == "token":
        response, actor = api.put(path(row), {"status": target}), (ApiToken.objects.get().pk, None)
    else:
        response, actor = browser.put(path(row), {"status": target}, "application/json"), (None, user.pk)
    after = stored(row)
    time = after[f"{target}_at"]
    assert response.status_code == 200
    assert response.content.decode() == json.dumps(body(row), separators=(",", ":"))
    assert after == {
        **before,
        "status": NAMES[target],
        f"{target}_at": time,
        "updated_at": after["updated_at"],
    }
    assert LONG_AGO < time <= after["updated_at"]
    assert events(row) == [(NAMES[start], NAMES[target], *actor)]


@pytest.mark.parametrize("start", NAMES)
def test_repeating_the_current_status_changes_nothing(api, browser, pro, start):
    row = make(pro, start)
    before = stored(row)
    for response in (
        api.put(path(row), {"status": start}),
        browser.put(path(row), {"status": start}, "application/json"),
    ):
        assert (response.status_code, response.json()) == (200, body(row))
    assert (stored(row), events(row)) == (before, [])


@pytest.mark.parametrize(("start", "target"), REFUSED)
def test_any_other_change_is_refused_and_changes_nothing(api, pro, start, target):
    row = make(pro, start)
    before = stored(row)
    allowed = {"read": "replied", "replied": "nothing"}[start]
    message = f"A request that is {start} cannot become {target}; allowed: {allowed}."
    response = api.put(path(row), {"status": target})
    expected = {"error": {"code": "INVALID_TRANSITION", "message": message}}
    assert (response.status_code, response.json()) == (409, expected)
    assert (stored(row), events(row)) == (before, [])


def test_read_then_replied_keeps_both_times(api, pro):
    row = make(pro)
    api.put(path(row), {"status": "read"})
    read_at = stored(row)["read_at"]
    response = api.put(path(row), {"status": "replied"})
    assert (response.status_code, response.json()) == (200, body(row))
    assert (stored(row)["read_at"], response.json()["readAt"]) == (read_at, format_time(read_at))
    token = ApiToken.objects.get().pk
    assert events(row) == [("new", "read", token, None), ("read", "replied", token, None)]


@pytest.mark.parametrize("status", ["new", "READ", "", " read", "read\x00", None, 1, True, ["read"], {"a": "read"}])
def test_a_value_outside_the_three_is_400(api, pro, status):
    row = make(pro)
    before = stored(row)
    response = api.put(path(row), {"status": status})
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, "VALIDATION_ERROR")
    assert [detail["field"] for detail in error["details"]] == ["status"]
    assert (stored(row), events(row)) == (before, [])


def test_an_event_of_a_deleted_token_stays(api, pro):
    row = make(pro)
    api.put(path(row), {"status": "read"})
    ApiToken.objects.all().delete()
    assert events(row) == [("new", "read", None, None)]


def test_a_contact_request_deleted_in_the_meantime_is_404(api, pro, monkeypatch):
    row = make(pro)
    find = type(ContactRequest.objects.all()).get_locked

    def delete_and_find(self, pro, id):
        ContactRequest.objects.filter(pk=id).delete()
        return find(self, pro, id)

    monkeypatch.setattr(type(ContactRequest.objects), "get_locked", delete_and_find)
    response = api.put(path(row), {"status": "read"})
    expected = {"error": {"code": "NOT_FOUND", "message": "There is nothing here under this id."}}
    assert (response.status_code, response.json()) == (404, expected)


def test_a_failing_event_rolls_the_change_back(api, pro, monkeypatch):
    row = make(pro)
    before = stored(row)

    def fail(*args):
        raise RuntimeError

    monkeypatch.setattr(ContactRequest, "record_event", fail)
    response = api.put(path(row), {"status": "read"})
    assert (response.status_code, response.json()["error"]["code"]) == (500, "INTERNAL_ERROR")
    assert (stored(row), events(row)) == (before, [])


@pytest.mark.django_db(transaction=True)
def test_twelve_equal_changes_at_once_are_one(api, pro, at_once):
    row = make(pro)
    headers = api.headers

    def put(_number):
        client = type(api)(None)
        client.headers = headers
        return client.put(path(row), {"status": "read"})

    responses = at_once(12, put)
    assert [r.status_code for r in responses] == [200] * 12
    assert {r.content for r in responses} == {json.dumps(body(row), separators=(",", ":")).encode()}
    assert events(row) == [("new", "read", ApiToken.objects.get().pk, None)]


@pytest.mark.django_db(transaction=True)
def test_two_different_changes_at_once_leave_consistent_events(pro, api, at_once):
    contact, house = ContactFactory(pro=pro), PropertyFactory(pro=pro)
    text = make_token(pro)
    for _round in range(20):
        row = RequestFactory(property=house, contact=contact)

        def put(number, row=row):
            client = type(api)(text)
            return client.put(path(row), {"status": ["read", "replied"][number]}).status_code

        read, replied = at_once(2, put)
        changes = [event[:2] for event in events(row)]
        assert replied == 200
        assert changes == ([("new", "read"), ("read", "replied")] if read == 200 else [("new", "replied")])
        assert stored(row)["status"] == "replied"


def test_there_is_no_bulk_route(api, pro):
    row = make(pro)
    response = api.put("/pro/contact-requests", {"ids": [str(row.pk)], "status": "read"})
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")
    assert stored(row)["status"] == "new"


def test_the_id_may_be_any_uuid(api, pro):
    row = make(pro, id=uuid.UUID(int=1), created_at=LONG_AGO + timedelta(microseconds=999))
    response = api.put(path(row), {"status": "read"})
    assert (response.status_code, response.json()["id"]) == (200, "00000000-0000-0000-0000-000000000001")
