"""Guessing passwords: other spellings of an address, other addresses of a household, and what an attempt keeps.

A request for a new password does the same for a known and an unknown address.
"""

import pytest
from axes.models import AccessAttempt
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.accounts.limits import RESETS_PER_ADDRESS
from config.web.limits import mailbox_of

from ..factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
SPELLINGS = {
    "Zoe.Martin+a@Example.org": "zoe.martin@example.org",
    "zoe.martin+b+c@example.org.": "zoe.martin@example.org",
    "Z.o.e+a@Gmail.com": "zoe@gmail.com",
    "ｚoe@example.org": "zoe@example.org",
    "+zoe@example.org": "+zoe@example.org",
    "zoe": "zoe",
    "a\x00b@x.org": "ab@x.org",
    "": "",
}


def guess(email, password=f"no {PASSWORD}", **more):
    return Client(raise_request_exception=False, **more).post("/sign-in", {"username": email, "password": password})


def test_the_mailbox_behind_an_address():
    assert {email: mailbox_of(email) for email in SPELLINGS} == SPELLINGS
    assert len(mailbox_of("x" * 400 + "@example.org")) == 255


def test_other_spellings_of_an_address_give_no_further_attempts(user):
    answers = [guess(f"Owner+{n}@example.com").status_code for n in range(5)]
    assert (answers, guess(user.email, PASSWORD).status_code) == ([200] * 4 + [429], 429)


def test_a_household_of_ipv6_addresses_is_one_place(user):
    answers = [guess(user.email, REMOTE_ADDR=f"2001:db8:1:2::{n:x}").status_code for n in range(5)]
    assert (answers, guess(user.email, PASSWORD, REMOTE_ADDR="2001:db8:1:2:ffff::1").status_code) == (
        [200] * 4 + [429],
        429,
    )
    assert guess(user.email, PASSWORD, REMOTE_ADDR="2001:db8:1:3::1").status_code == 302


def test_an_attempt_keeps_nothing_of_the_form(user):
    form = {"username": user.email, "password": "my other password", "typed": "words", "csrfmiddlewaretoken": "t" * 64}
    Client().post("/sign-in?next=/contacts?q=Martin", form)
    Client().post("/sign-in?next=/contacts?q=Martin", form)
    kept = AccessAttempt.objects.values("username", "ip_address", "failures_since_start", "get_data", "post_data").get()
    attempts = {"username": user.email, "ip_address": "127.0.0.1", "failures_since_start": 2}
    assert {**kept, "get_data": kept["get_data"].strip("-\n"), "post_data": kept["post_data"].strip("-\n")} == (
        attempts | {"get_data": "", "post_data": ""}
    )


def test_other_spellings_get_no_further_mails(nobody, monkeypatch):
    UserFactory(email="zoe@example.org")
    monkeypatch.setattr(RESETS_PER_ADDRESS, "times", 1)
    emails = ("zoe@example.org", "zoe+1@example.org", "ZOE+2@example.org")
    assert [nobody.post("/password/reset", {"email": email}).status_code for email in emails] == [302, 429, 429]


def test_a_reset_does_the_same_for_known_and_unknown_addresses(nobody, user):
    closed, keyless = UserFactory(is_active=False), UserFactory(password=None)
    statements, answers = [], []
    for email in ("nobody@example.org", user.email, closed.email, keyless.email):
        with CaptureQueriesContext(connection) as queries:
            response = nobody.post("/password/reset", {"email": email})
        statements.append([query["sql"].partition(" (")[0].partition(" SET ")[0] for query in queries])
        answers.append((response.status_code, response["Location"], response.content))
    assert statements == [statements[0]] * 4 and len(statements[0]) >= 2
    assert answers == [(302, "/password/reset/sent", b"")] * 4
