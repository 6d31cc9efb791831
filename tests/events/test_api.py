"""The webhooks API: endpoints, secrets, deliveries."""

import pytest
from standardwebhooks import Webhook

from config.audit.models import AuditEvent
from config.events.kinds import EventType
from config.events.managing import MAX_ENDPOINTS
from config.events.models import Dispatch, Endpoint
from contacts.models import Contact

pytestmark = pytest.mark.django_db
PATH = "/api/v1/webhooks"
ONCE = {"Idempotency-Key": "once"}


def make(api, receiver, **more):
    return api.post(PATH, {"url": receiver.url, "events": ["contact.created"], **more})


def test_one_is_made_changed_and_deleted(api, receiver, pro):
    answer = make(api, receiver, description=" CRM ", enabled=False)
    made = answer.json()["data"]
    assert (answer.status_code, answer["Location"]) == (201, f"{PATH}/{made['id']}")
    assert made == {
        "id": made["id"],
        "url": receiver.url,
        "description": "CRM",
        "events": ["contact.created"],
        "enabled": False,
        "problem": None,
        "failingSince": None,
        "lastDeliveredAt": None,
        "createdAt": made["createdAt"],
        "updatedAt": made["updatedAt"],
    }
    one = f"{PATH}/{made['id']}"
    assert api.get(PATH).json() == {"data": [made]}
    assert api.get(one).json() == {"data": made}
    changed = api.patch(one, {"enabled": True, "events": ["contact.deleted", "contact.merged"]}).json()["data"]
    assert changed == {
        **made,
        "enabled": True,
        "events": ["contact.deleted", "contact.merged"],
        "updatedAt": changed["updatedAt"],
    }
    pro.refresh_from_db()
    assert pro.event_types == " contact.deleted  contact.merged "
    first, again = (api.delete(one, **{"Idempotency-Key": "away"}) for _ in range(2))
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (204, 204, "true")
    assert (api.delete(one).status_code, api.get(one).status_code, api.get(PATH).json()) == (404, 404, {"data": []})
    assert Endpoint.objects.get().secret == ""
    kinds = (
        AuditEvent.objects.filter(about_kind="events.endpoint").order_by("pk").values_list("kind", "detail", "about_id")
    )
    assert list(kinds) == [
        ("endpoint_made", "", made["id"]),
        ("endpoint_changed", "is_enabled,types", made["id"]),
        ("endpoint_deleted", "", made["id"]),
    ]


def test_the_secret_is_read_and_replaced(api, receiver, pro, work_tasks):
    one = f"{PATH}/{make(api, receiver).json()['data']['id']}"
    first = api.get(f"{one}/secret").json()["data"]
    assert (first["secret"][:6], first["former"], first["formerUntil"]) == ("whsec_", None, None)
    replaced = api.post(f"{one}/secret", {}, **ONCE)
    assert (replaced.status_code, "whsec_" in replaced.content.decode()) == (201, False)
    api.post(f"{one}/secret", {}, **ONCE)
    second = api.get(f"{one}/secret").json()["data"]
    assert (second["former"], second["secret"] != first["secret"]) == (first["secret"], True)
    pro.refresh_from_db()
    Contact.objects.register(pro, name="jane", email="jane@example.org")
    work_tasks()
    for secret in (first["secret"], second["secret"]):
        [call] = receiver.calls
        assert Webhook(secret).verify(call.body, {name.lower(): value for name, value in call.headers.items()})


def test_a_test_event_and_its_delivery(api, receiver, work_tasks):
    one = f"{PATH}/{make(api, receiver).json()['data']['id']}"
    sent = api.post(f"{one}/test", {})
    delivery = sent.json()["data"]
    assert (sent.status_code, sent["Location"]) == (201, f"{one}/deliveries/{delivery['id']}")
    receiver.answer = lambda event: (200, {}, b"thanks")
    work_tasks()
    assert api.get(f"{one}/deliveries/{delivery['id']}").json()["data"] == {
        **delivery,
        "state": "delivered",
        "attempts": 1,
        "status": 200,
        "answer": "thanks",
        "lastAttemptAt": receiver_time(api, one),
        "nextAttemptAt": None,
    }
    again = api.post(f"{one}/deliveries/{delivery['id']}/send", {}, **ONCE)
    assert (again.status_code, again.json()["data"]["state"]) == (201, "waiting")
    api.post(f"{one}/deliveries/{delivery['id']}/send", {}, **ONCE)
    work_tasks()
    assert [call.type for call in receiver.calls] == ["webhook.test", "webhook.test"]
    assert receiver.calls[0].body == receiver.calls[1].body


def receiver_time(api, one):
    return api.get(f"{one}/deliveries").json()["data"][0]["lastAttemptAt"]


def test_deliveries_page_by_cursor_and_state(api, receiver, work_tasks):
    one = f"{PATH}/{make(api, receiver).json()['data']['id']}"
    ids = [api.post(f"{one}/test", {}).json()["data"]["id"] for _ in range(3)]
    first = api.get(f"{one}/deliveries?limit=2").json()
    second = api.get(f"{one}/deliveries?limit=2&cursor={first['cursor']['next']}").json()
    assert [row["id"] for page in (first, second) for row in page["data"]] == ids[::-1]
    assert second["cursor"] == {"next": None}
    assert api.get(f"{one}/deliveries?state=failed").json() == {"data": [], "cursor": {"next": None}}
    assert api.get(f"{one}/deliveries?cursor=x").json()["error"]["details"][0]["field"] == "cursor"


URLS = [
    "ftp://example.com/",
    "https://",
    "https://a:b@example.com/",
    "https://example.com/#a",
    "https://exämple.com/",
    "https://example.com/a b",
    "https://example.com:99999/",
    "https://[::1",
    "example.com",
]


def test_what_is_refused(api, receiver, settings, case):
    for url in URLS:
        with case(url):
            refused = make(api, receiver, url=url)
            details = refused.json()["error"]["details"]
            assert (refused.status_code, [each["field"] for each in details]) == (400, ["url"])
    for fields, name in (({"events": []}, "events"), ({"events": ["x"]}, "events"), ({"description": "x" * 201}, None)):
        with case(str(fields)[:30]):
            refused = make(api, receiver, **fields)
            fields = [each["field"] for each in refused.json()["error"]["details"]]
            assert (refused.status_code, fields) == (400, [name or "description"])
    settings.OUTGOING_PRIVATE_NETWORKS = []
    assert make(api, receiver).status_code == 400  # Without TLS only where private networks are allowed.
    assert Endpoint.objects.count() == 0


def test_there_are_at_most_ten(api, receiver):
    for _ in range(MAX_ENDPOINTS):
        assert make(api, receiver).status_code == 201
    assert make(api, receiver).json()["error"]["details"] == [{"field": "body", "message": "Use at most 10 webhooks."}]


def test_one_that_is_off_sends_nothing(api, receiver, work_tasks):
    one = f"{PATH}/{make(api, receiver, enabled=False).json()['data']['id']}"
    refused = api.post(f"{one}/test", {})
    assert (refused.status_code, refused.json()["error"]["details"][0]["message"]) == (400, "Switch it on first.")


def test_scopes(api_with, receiver):
    reads = api_with("webhooks:read")
    made = make(api_with("webhooks:write", "contacts:read"), receiver).json()["data"]
    one = f"{PATH}/{made['id']}"
    assert [reads.get(path).status_code for path in (PATH, one, f"{one}/deliveries", f"{one}/secret")] == [
        200,
        200,
        200,
        403,
    ]
    assert [reads.post(f"{one}/{name}", {}).status_code for name in ("test", "secret")] == [403, 403]


def test_a_token_has_nothing_told_that_it_may_not_read(api, api_with, receiver, case):
    lacks = "What these events tell takes contacts:read. This token lacks it."
    writes, reads = api_with("webhooks:write", "inquiries:read"), api_with("webhooks:write", "contacts:write")
    refused = make(writes, receiver, events=["inquiry.created", "contact.created"])
    assert (refused.status_code, refused.json()["error"]["message"]) == (403, lacks)
    assert Endpoint.objects.count() == 0
    made = make(api, receiver).json()["data"]
    one = f"{PATH}/{made['id']}"
    for fields in ({"url": "https://example.com/"}, {"events": ["contact.merged"]}, {"enabled": True}):
        with case(str(fields)):
            assert (writes.patch(one, fields).status_code, reads.patch(one, fields).status_code) == (403, 200)
    assert api.get(one).json() == {"data": made}
    # What has nothing told is theirs.
    assert writes.patch(one, {"enabled": False, "description": "x"}).status_code == 200
    assert writes.patch(one, {"url": "https://example.com/"}).status_code == 403
    assert make(writes, receiver, events=list(EventType.values)).json()["error"]["message"] == (
        "What these events tell takes contact_requests:read and contacts:read and messages:read. This token lacks it."
    )


def test_what_was_told_before_goes_nowhere_else(api, api_with, receiver, pro):
    one = f"{PATH}/{make(api, receiver).json()['data']['id']}"
    pro.refresh_from_db()
    Contact.objects.register(pro, name="jane", email="jane@example.org")
    [sent] = api.get(f"{one}/deliveries").json()["data"]
    api.patch(one, {"events": ["offer.answered"]})
    writes, elsewhere = api_with("webhooks:write", "inquiries:read"), {"url": "https://example.com/"}
    # While it waits, and once it was sent.
    assert writes.patch(one, elsewhere).status_code == 403
    Dispatch.objects.update(state=Dispatch.State.DELIVERED)
    assert writes.patch(one, elsewhere).status_code == 200
    assert writes.post(f"{one}/deliveries/{sent['id']}/send", {}).status_code == 403
    assert [row["state"] for row in api.get(f"{one}/deliveries").json()["data"]] == ["delivered"]


def test_another_pro_finds_nothing(api, other_api, receiver):
    made = make(api, receiver).json()["data"]
    one = f"{PATH}/{made['id']}"
    assert other_api.get(PATH).json() == {"data": []}
    answers = [other_api.get(one), other_api.patch(one, {"enabled": False}), other_api.delete(one)]
    answers += [other_api.get(f"{one}/secret"), other_api.get(f"{one}/deliveries"), other_api.post(f"{one}/test", {})]
    assert [answer.status_code for answer in answers] == [404] * 6
    assert api.get(one).json() == {"data": made}
