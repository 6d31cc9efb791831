"""Fixtures of the tests of contacts."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from contacts.models import Contact

from ..benchmarks.fill import fill, without_search_index
from ..factories import ContactFactory
from .mailboxes import account, certificate_file, dovecot, mailbox, mailbox_fields, poll, smtp, trusted
from .messaging import (
    connect_channel,
    letterbox,
    mail_server,
    peer,
    received,
    retry_failed_jobs,
    telegram,
    whatsapp,
)

__all__ = [
    "account",
    "certificate_file",
    "connect_channel",
    "dovecot",
    "letterbox",
    "mail_server",
    "mailbox",
    "mailbox_fields",
    "peer",
    "poll",
    "received",
    "retry_failed_jobs",
    "smtp",
    "telegram",
    "trusted",
    "whatsapp",
]

START = datetime(2026, 2, 10, 14, 30, tzinfo=UTC)


@pytest.fixture
def contact(pro):
    """Creates contacts of the owner; `at` is in seconds after 14:30."""

    def one(at=0.0, **fields):
        return ContactFactory(**{"pro": pro, "created_at": START + timedelta(seconds=at), **fields})

    return one


@pytest.fixture
def refused():
    """Asserts a validation error about these fields and returns the messages."""

    def check(response, *fields):
        assert response.status_code == 400, response.content
        error = response.json()["error"]
        assert (error["code"], [d["field"] for d in error["details"]]) == ("validation_error", list(fields))
        assert error["message"] == "; ".join(f"{d['field']}: {d['message']}" for d in error["details"])
        return [d["message"] for d in error["details"]]

    return check


@pytest.fixture
def plan(db):
    """Returns the plan of a query, without the sequential scans that suit the few rows of a test."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    return lambda rows: rows.explain()


@pytest.fixture
def crowd(db):
    """A Pro with 10,000 contacts among 20,000."""
    with without_search_index(Contact):
        pro = fill(contacts=20_000, pros=20, largest=10_000)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE contacts_contact")
    return pro
