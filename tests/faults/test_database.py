"""A database that keeps callers waiting, or is gone: 503 in the dialect after the seconds of the settings."""

import json
import os
from contextlib import closing

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from config.accounts.models import ApiToken
from contacts.models import Contact

from ..conftest import new_session
from ..factories import ContactFactory
from ..servers import database_url
from .conftest import IS_WHOLE
from .relay import Relay

LOCK = 5 if IS_WHOLE else 1  # seconds
HELD = 75 if IS_WHOLE else 3  # seconds
WAITS = {"DATABASE_LOCK_SECONDS": str(LOCK), "DATABASE_STATEMENT_SECONDS": str(LOCK + 1)}
UNAVAILABLE = {"error": {"code": "unavailable", "message": "The database does not answer. Try again."}}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no server")


@pytest.fixture
def relay(on_postgresql):
    relay = Relay(server_address())
    yield relay
    relay.stop()


def assert_unavailable(answer):
    status, headers, body = answer
    assert (status, headers["Retry-After"], headers["Content-Type"]) == (503, "10", "application/json")
    assert json.loads(body) == UNAVAILABLE


def rename(server, contact):
    return server.call("PATCH", f"/api/v1/contacts/{contact.pk}", {"name": "Renamed"})


def test_a_locked_row_is_refused_and_others_go_on(on_postgresql, serve, pro, user, timed, record_property):
    held, other = ContactFactory.create_batch(2, pro=pro)
    server = serve(**WAITS)
    waited, session = [], new_session(user)
    with transaction.atomic():
        Contact.objects.select_for_update().get(pk=held.pk)
        while sum(waited) < HELD:
            seconds, answer = timed(rename, server, held)
            assert_unavailable(answer)
            waited.append(seconds)
            assert rename(server, other)[0] == 200
        page = server.ask("GET", f"/contacts/{held.pk}", Cookie=f"{settings.SESSION_COOKIE_NAME}={session}")
        assert (page[0], b"<h1" in page[2]) == (200, True)
    assert rename(server, held)[0] == 200
    record_property("measured", f"503 after {max(waited):.1f} s, {len(waited)} times")
    assert max(waited) < LOCK + 2


def test_a_read_by_token_waits_for_no_lock(serve, pro, timed):
    """Neither that of the token, nor on SQLite that of whoever writes."""
    server = serve()
    with transaction.atomic():
        list(ApiToken.objects.select_for_update())
        ApiToken.objects.update(name="held")
        seconds, (status, _headers, body) = timed(server.call, "GET", "/api/v1/contacts")
    assert (status, json.loads(body)["data"]) == (200, [])
    assert seconds < 2


def test_a_frozen_database(on_postgresql, serve, pro, relay, timed, record_property):
    contact = ContactFactory(pro=pro)
    server = serve(**WAITS, WEB_CONCURRENCY="1", CONN_MAX_AGE="600", DATABASE_URL=database_url(relay.address))
    # The first use of a token is noted after the answer.
    assert [rename(server, contact)[0] for _ in range(2)] == [200, 200]
    relay.freeze()
    seconds, answer = timed(rename, server, contact)
    relay.thawed.set()
    assert_unavailable(answer)
    record_property("measured", f"503 after {seconds:.1f} s")
    # The statement, the driver's margin, and a new connection.
    assert seconds < LOCK + 1 + 2 + 5 + 2
    assert rename(server, contact)[0] == 200


def test_the_connection_limit_used_up(on_postgresql, serve, pro, timed, record_property):
    contact = ContactFactory(pro=pro)
    server = serve(**WAITS)
    # A superuser's connections are not counted, and ours are.
    limit_connections(1)
    try:
        seconds, answer = timed(rename, server, contact)
    finally:
        limit_connections(-1)
    assert_unavailable(answer)
    record_property("measured", f"503 after {seconds:.1f} s")
    assert seconds < LOCK + 2
    assert rename(server, contact)[0] == 200


def limit_connections(number):
    name = sql.Identifier(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ALTER DATABASE {} CONNECTION LIMIT {}").format(name, sql.Literal(number)))


def test_the_database_gone_and_back(on_postgresql, serve, pro, relay, timed, record_property):
    contact = ContactFactory(pro=pro)
    server = serve(**WAITS, DATABASE_URL=database_url(relay.address))
    assert rename(server, contact)[0] == 200
    relay.stop()
    waited = []
    while sum(waited) < (10 if IS_WHOLE else 0.01):
        seconds, answer = timed(rename, server, contact)
        assert_unavailable(answer)
        waited.append(seconds)
    relay.start()
    assert rename(server, contact)[0] == 200
    record_property("measured", f"{len(waited)} times 503, after {max(waited):.1f} s at most; 200 at once afterwards")


def server_address():
    """Address of PostgreSQL: (host, port), or the path of its socket."""
    with closing(psycopg.connect(os.environ["DATABASE_URL"].replace("postgres://", "postgresql://"))) as probe:
        host, port = probe.info.host, probe.info.port
    return f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port)
