"""Kill of the web server under load: acknowledged creations persist, and every key can be sent again."""

import http.client
import json
import threading
import time

import pytest

from config.api.models import IdempotencyKey
from contacts.models import Contact, ContactEvent, ContactIdentity

from ..factories import make_token
from ..ports import free_port
from ..servers import Server

KILLS, THREADS, KEYS = 3, 8, 160
BEFORE_THE_KILL = 50  # acknowledged


@pytest.fixture
def start(pro):
    token, port, started = make_token(pro), free_port(), []

    def one():
        started.append(Server(token, port))
        return started[-1].until_up()

    yield one
    for server in started:
        server.kill()


def post_until_killed(server, keys):
    """Post in several threads and kill the server meanwhile; returns {key: (location, body)} of acknowledged posts."""
    acknowledged, has_enough = {}, threading.Event()

    def work(part):
        for key in part:
            try:
                status, headers, body = server.post(key)
            except (OSError, http.client.HTTPException):
                return
            assert status == 201, body
            acknowledged[key] = (headers["Location"], body)
            if len(acknowledged) >= BEFORE_THE_KILL:
                has_enough.set()

    threads = [threading.Thread(target=work, args=(keys[n::THREADS],)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    assert has_enough.wait(60)
    server.kill()
    for thread in threads:
        thread.join(30)
    return acknowledged


def post_again(server, key):
    """Repeat a post. A dead connection may hold the key until the database notices."""
    for _ in range(20):
        status, headers, body = server.post(key)
        if status != 409:
            return status, headers, body
        time.sleep(0.25)
    pytest.fail(f"{key} is stuck")


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_every_acknowledged_creation_stands_and_every_key_works(start):
    all_keys, server = [], start()
    for number in range(KILLS):
        keys = [f"kill{number}-{n}" for n in range(KEYS)]
        acknowledged = post_until_killed(server, keys)
        assert BEFORE_THE_KILL <= len(acknowledged) < KEYS
        server = start()
        for key in keys:
            status, headers, body = post_again(server, key)
            assert status == 201
            if key in acknowledged:
                assert (headers["Location"], body) == acknowledged[key]
                assert headers["Idempotency-Replayed"] == "true"
        all_keys += keys
    assert_complete(all_keys)


def assert_complete(keys):
    """Check that each key has one contact with identity, event, stored response and search text."""
    rows = {row.name: row for row in Contact.objects.all()}
    assert (sorted(rows), Contact.objects.count()) == (sorted(keys), len(keys))
    held = set(ContactIdentity.objects.held().values_list("contact", "external_id"))
    assert held == {(row.pk, row.email) for row in rows.values()}
    events = sorted(ContactEvent.objects.values_list("contact", "kind"))
    assert events == sorted((row.pk, "created") for row in rows.values())
    answers = {json.loads(bytes(key.body))["data"]["id"] for key in IdempotencyKey.objects.all()}
    assert answers == {str(row.pk) for row in rows.values()}
    assert IdempotencyKey.objects.count() == len(keys)
    assert all(Contact.objects.search(f"{row.email}").get() == row for row in list(rows.values())[::20])
