"""Reading from a standby: which requests do, and when they may not.

A second connection to the test database stands for the standby. It is none, so that what PostgreSQL says of it is what
it says of a primary, or of a standby that has lost its own.
"""

import pytest
from django.db import OperationalError, connections, router, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from config.web import replica
from config.web.compiled import Compiled
from contacts.models import Contact
from tests.factories import ContactFactory
from tests.web.configuration import load

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def standby(transactional_db, monkeypatch):
    """The alias `replica`, with router and middleware as the settings have them."""
    connections["replica"] = connections["default"].copy(alias="replica")
    monkeypatch.setattr(router, "routers", [replica.ReplicaRouter()])
    monkeypatch.setattr(replica, "_unanswered_at", -replica.PAUSE)
    yield connections["replica"]
    connections["replica"].close()
    del connections["replica"]


@pytest.fixture
def followed(monkeypatch):
    monkeypatch.setattr(replica, "follows_primary", lambda: True)


def aliases(work, method="GET"):
    """Aliases on which `work` asked for contacts in a request."""

    def view(_request):
        work()
        return HttpResponse()

    with (
        CaptureQueriesContext(connections["default"]) as default,
        CaptureQueriesContext(connections["replica"]) as standby,
    ):
        replica.ReplicaMiddleware(view)(RequestFactory().generic(method, "/"))
    queries = {"default": default, "replica": standby}
    return [name for name, asked in queries.items() if any("contacts_contact" in query["sql"] for query in asked)]


def read():
    list(Contact.objects.all())


CONTACTS = Compiled(lambda name: Contact.objects.filter(name=name))


@pytest.mark.parametrize(("method", "expected"), [("GET", "replica"), ("POST", "default"), ("GET", "replica")])
def test_sql_that_is_written_once_is_asked_where_each_request_reads(followed, method, expected):
    assert aliases(lambda: CONTACTS.rows("Ada"), method) == [expected]


OWNERS = Compiled(lambda pro: Contact.objects.select_related("pro").filter(pro=pro))


def test_a_row_of_sql_that_is_written_once_knows_where_it_was_read(followed):
    contact, read_from = ContactFactory(), list[tuple[str, str]]()

    def work():
        row = OWNERS.first(contact.pro)
        read_from.append((row._state.db, row.pro._state.db))

    for method in ("POST", "GET", "POST"):
        aliases(work, method)
    assert read_from == [("default",) * 2, ("replica",) * 2, ("default",) * 2]


@pytest.mark.parametrize(("method", "expected"), [("GET", "replica"), ("HEAD", "replica"), ("POST", "default")])
def test_requests_that_read_do_so_on_the_standby(followed, method, expected):
    assert aliases(read, method) == [expected]


def test_a_transaction_reads_what_it_has_written(followed):
    def work():
        with transaction.atomic():
            list(Contact.objects.select_for_update())
            read()

    assert aliases(work) == ["default"]


def test_a_row_of_the_standby_is_saved_on_the_primary(followed):
    contact = ContactFactory()

    def work():
        row = Contact.objects.get(pk=contact.pk)
        assert row._state.db == "replica"
        row.name = "Ada"
        row.save(update_fields=["name"])

    assert aliases(work) == ["default", "replica"]
    assert Contact.objects.values_list("name").get(pk=contact.pk) == ("Ada",)


def test_nothing_is_read_there_after_the_request(followed):
    aliases(read)
    with CaptureQueriesContext(connections["replica"]) as asked:
        read()
    assert asked.captured_queries == []


def test_a_database_that_follows_no_primary_is_not_read():
    assert aliases(read) == ["default"]


def test_a_standby_that_does_not_answer_is_left_alone_for_a_while(standby, monkeypatch):
    asked = []

    def refuse():
        asked.append(1)
        raise OperationalError

    monkeypatch.setattr(standby, "ensure_connection", refuse)
    monkeypatch.setattr(standby, "connection", None)
    assert [replica.follows_primary(), replica.follows_primary(), len(asked)] == [False, False, 1]


def test_the_settings_read_from_a_standby_only_when_told_so(tmp_path):
    url = "postgres://me@primary/name"
    plain, reading = load(tmp_path, DATABASE_URL=url), load(tmp_path, DATABASE_URL=url, DATABASE_REPLICA_URL=f"{url}2")
    assert (list(plain.DATABASES), hasattr(plain, "DATABASE_ROUTERS")) == (["default"], False)
    assert reading.DATABASES["replica"] == plain.DATABASES["default"] | {"NAME": "name2", "TEST": {"MIRROR": "default"}}
    assert reading.DATABASE_ROUTERS == ["config.web.replica.ReplicaRouter"]
    assert ["config.web.replica.ReplicaMiddleware", *plain.MIDDLEWARE] == reading.MIDDLEWARE
