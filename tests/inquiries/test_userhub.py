"""Profiles from a real UserHub over HTTP and from the built-in directory."""

import json
import logging
import re
import time
from pathlib import Path

import pytest

from inquiries.customers.userhub import MAX_BODY, UnknownUserError, UserHubUnavailableError, fetch_profile
from inquiries.models import DirectoryUser

from . import hub as hubs
from .hub import BUSINESS, JAN, PERSON, TOKEN

hub = hubs.hub
RAW = {**PERSON, "phone": "+31 6 87654321"}
NOWHERE = {"street": "", "postal_code": "", "city": "", "country": ""}
NOBODY = {"first_name": "", "last_name": "", "email": "", "phone": "", "language": "", "address": NOWHERE}


def person(**known):
    return {**NOBODY, **known}


def why(user_id=456):
    with pytest.raises(UserHubUnavailableError) as raised:
        fetch_profile(user_id)
    return str(raised.value)


# --- Over HTTP


def test_it_asks_with_the_token_and_reads_the_whole_profile(hub):
    profile = fetch_profile(456)
    assert (profile.person, profile.business) == (RAW, BUSINESS)
    assert hub.seen == [("/api/users/456", f"Bearer {TOKEN}")]


def test_the_documented_user(hub):
    page = (Path(__file__).parents[2] / "docs/operations.md").read_text()
    [text] = re.findall(r"```json\n(.*?)```", page, re.S)
    hub.say(text.encode())
    user = json.loads(text)
    named = {name: user[name] for name in ("first_name", "last_name", "email", "phone", "language")}
    home = {"street": "Kade 7", "postal_code": "9711 AB", "city": "Groningen", "country": "NL"}
    profile = fetch_profile(123)
    assert (profile.person, profile.business) == ({**named, "address": home}, user["business"])


def test_an_unknown_user(hub):
    for status in (404, 410):
        hub.say({"message": "no"}, status)
        with pytest.raises(UnknownUserError):
            fetch_profile(456)


@pytest.mark.parametrize("status", [201, 204, 400, 401, 403, 429, 500, 502, 503])
def test_any_other_answer_is_none(hub, status):
    hub.say(JAN, status)
    assert why() == f"it answered {status}"


def test_a_redirect_is_not_followed_and_the_token_goes_nowhere(hub, settings):
    other = hubs.Hub(settings)
    there = settings.USERHUB_URL
    settings.USERHUB_URL = f"http://127.0.0.1:{hub.port}/api"
    hub.say(b"", 302, Location=f"{there}/users/456")
    assert why() == "it answered 302"
    assert other.seen == []
    other.stop()


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"{", b"\xff\xfe{}", b'{"a": NaN', b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"],
    ids=["nothing", "html", "cut", "bytes", "nan", "deep", "long number"],
)
def test_invalid_json(hub, body):
    hub.say(body)
    assert why() == "its answer is no JSON"


@pytest.mark.parametrize(
    "body", [{}, [], None, 1, "Jan", [JAN], {"data": []}, {"id": 456, "locale": "nl"}, {"email": "none", "phone": []}]
)
def test_json_that_tells_nothing(hub, body):
    hub.say(body)
    assert why() == "its answer tells nothing about the user"


def test_an_answer_about_somebody_else_is_none(hub):
    assert why(457) == "its answer is about somebody else"


def test_an_answer_that_is_too_large(hub):
    hub.say({**JAN, "more": "x" * MAX_BODY})
    assert why() == f"its answer is larger than {MAX_BODY} bytes"


@pytest.mark.parametrize("is_dripping", [False, True])
def test_a_slow_answer_is_not_waited_for(hub, settings, is_dripping):
    """Dripping bytes do not extend the deadline either."""
    settings.USERHUB_PATIENCE = 1000
    hub.is_dripping = is_dripping
    if not is_dripping:
        hub.wait.clear()
    began = time.monotonic()
    assert why() == "it took too long"
    assert 0.9 < time.monotonic() - began < 3


def test_a_userhub_that_hangs_is_left_alone_for_a_while_but_by_jobs(hub, settings, monkeypatch):
    settings.USERHUB_PATIENCE = 100
    hub.wait.clear()
    assert [why(), why(), why()] == ["it took too long", *["it did not answer a moment ago"] * 2]
    hub.wait.set()
    assert (why(), len(hub.seen)) == ("it did not answer a moment ago", 1)
    assert fetch_profile(456, in_job=True).person == RAW
    monkeypatch.setattr("config.peers.time.monotonic", lambda: 10**9)
    assert (fetch_profile(456).person, len(hub.seen)) == (RAW, 3)


def test_a_job_has_seconds(hub, settings):
    settings.USERHUB_PATIENCE, settings.USERHUB_TIMEOUT = 100, 1
    hub.wait.clear()
    began = time.monotonic()
    with pytest.raises(UserHubUnavailableError, match="it took too long"):
        fetch_profile(456, in_job=True)
    assert 0.9 < time.monotonic() - began < 3


def test_gone_and_back(hub):
    hub.stop()
    assert why() == "it cannot be reached (ConnectionRefusedError)"
    hub.start()
    assert fetch_profile(456).person == RAW


def test_a_host_that_cannot_be(settings):
    settings.USERHUB_URL, settings.USERHUB_TOKEN = "http://no.such.host.invalid", "x"
    assert why().startswith("it cannot be reached (")


def test_the_log_says_why_and_names_nobody(hub, caplog):
    hub.say(JAN, 500)
    with caplog.at_level(logging.INFO, "vestibule.userhub"):
        why()
    assert [record.getMessage() for record in caplog.records] == ["UserHub gave no profile: it answered 500"]


# --- However it is written


@pytest.mark.parametrize(
    "body",
    [
        {"data": JAN},
        {"success": True, "data": {"user": JAN}},
        {"user": JAN},
        {"id": 456, "business": JAN["business"], "person": {k: v for k, v in JAN.items() if k != "business"}},
        {"data": {"profile": {k: v for k, v in JAN.items() if k != "business"}, "company": JAN["business"]}},
        {
            "firstName": "Jan",
            "lastName": "de Vries",
            "email": "jan.devries@example.com",
            "phoneNumber": "+31 6 87654321",
            "language": "NL",
            "street": "Dorpsstraat 12b",
            "postalCode": "1234 AB",
            "city": "Utrecht",
            "country": "NL",
            "companyName": "De Vries BV",
            "vatNumber": "NL001234567B01",
            "businessAddress": JAN["business"]["address"],
            "billingEmail": "facturen@devries.example",
            "billingAddress": JAN["business"]["invoice_address"],
        },
    ],
    ids=["data", "data.user", "user", "person", "profile and company", "flat and in camelCase"],
)
def test_every_status_and_step_is_shown(hub, body):
    hub.say(body)
    profile = fetch_profile(456)
    assert (profile.person, profile.business) == (RAW, BUSINESS)


@pytest.mark.parametrize(
    ("body", "known"),
    [
        ({"name": "Jan de Vries"}, {"first_name": "Jan", "last_name": "de Vries"}),
        ({"name": "Jan", "first_name": ""}, {"first_name": "Jan"}),
        ({"name": "Somebody Else", "last_name": "Bos"}, {"last_name": "Bos"}),
        ({"phone": 31687654321}, {"phone": "31687654321"}),
        ({"phone": True, "email": "a@example.org"}, {"email": "a@example.org"}),
        ({"email": ["a@example.org"], "name": "X"}, {"first_name": "X"}),
        ({"email": "no address", "name": "X"}, {"first_name": "X"}),
        ({"email": f"a@{'b' * 60}.{'c' * 200}.org", "name": "X"}, {"first_name": "X"}),
        ({"name": "X", "locale": "xx-YY"}, {"first_name": "X"}),
        ({"name": "X", "locale": "fr_BE"}, {"first_name": "X", "language": "fr"}),
        ({"name": "X", "locale": {"code": "fr"}}, {"first_name": "X"}),
        ({"address": "Rue A 1,\n75001 Paris"}, {"address": {**NOWHERE, "street": "Rue A 1, 75001 Paris"}}),
        ({"address": "Rue A 1", "city": "Paris"}, {"address": {**NOWHERE, "street": "Rue A 1", "city": "Paris"}}),
        ({"first_name": "A\0b\u202e\ud800c\r\nd"}, {"first_name": "A b c d"}),
        ({"first_name": "x" * 10_000, "last_name": "y" * 101}, {"first_name": "x" * 100, "last_name": "y" * 100}),
        ({"name": "z" * 10_000}, {"first_name": "z" * 100}),
        ({"name": "X", "person": [], "data": 7}, {"first_name": "X"}),
    ],
)
def test_unusual_notations(hub, body, known):
    hub.say(body)
    profile = fetch_profile(456)
    assert (profile.person, profile.business) == (person(**known), {})


def test_a_company_by_its_name_alone(hub):
    hub.say({"company": "De Vries BV", "vat_number": 17})
    profile = fetch_profile(456)
    business = {
        "company": "De Vries BV",
        "vat_number": "17",
        "address": NOWHERE,
        "invoice_email": "",
        "invoice_address": NOWHERE,
    }
    assert (profile.person, profile.business) == (NOBODY, business)


# --- The built-in directory


def test_the_directory_stands_in_where_no_userhub_is_configured(db):
    DirectoryUser.objects.create(
        userhub_id=456,
        first_name="Jan",
        last_name="de Vries",
        email="jan.devries@example.com",
        phone="+31 6 87654321",
        language="nl",
        street="Dorpsstraat 12b",
        postal_code="1234 AB",
        city="Utrecht",
        country="NL",
        company="De Vries BV",
        vat_number="NL001234567B01",
        business_street="Kade 1",
        business_postal_code="1000 AA",
        business_city="Amsterdam",
        business_country="NL",
        invoice_email="facturen@devries.example",
        invoice_street="Postbus 9",
        invoice_postal_code="1000 ZZ",
        invoice_city="Amsterdam",
        invoice_country="NL",
    )
    profile = fetch_profile(456)
    assert (profile.person, profile.business) == (RAW, BUSINESS)


def test_somebody_without_a_business(db):
    DirectoryUser.objects.create(userhub_id=7, first_name="Zoé")
    assert (fetch_profile(7).person, fetch_profile(7).business) == (person(first_name="Zoé"), {})


def test_an_id_unknown_to_the_directory(db):
    with pytest.raises(UnknownUserError):
        fetch_profile(8)
