"""LOG_FORMAT=json, ids of requests that proxies give, and one line a second while the database is away."""

import io
import json
import logging
import logging.config
import re
import sys

import pytest
from django.db import InterfaceError, OperationalError, connections

from config.web.logs import logging_config
from config.web.outages import is_outage

from ..factories import ContactFactory

pytestmark = pytest.mark.django_db
UUID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


@pytest.fixture
def lines(caplog):
    """Lines of the loggers as the setting has them, each read from its JSON."""
    stream = io.StringIO()
    config = logging_config("INFO", "json")
    assert config["handlers"]["console"]["formatter"] == "json"
    maker = logging.config.DictConfigurator(config)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(maker.configure_formatter(config["formatters"]["json"]))
    handler.addFilter(maker.configure_filter(config["filters"]["outages"]))
    root = logging.getLogger()
    root.addHandler(handler)
    caplog.set_level(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


def access(lines):
    return [line for line in lines() if line["logger"] == "vestibule.access"]


def test_a_request_of_a_user(browser, user, pro, lines):
    contact = ContactFactory(pro=pro, name="Zyxxy")
    response = browser.get(f"/contacts/{contact.pk}?q=Zyxxy")
    (line,) = access(lines)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line.pop("time"))
    assert line.pop("message").startswith(f"GET /contacts/{contact.pk} 200 ")
    assert line.pop("milliseconds") > 0
    assert line == {
        "level": "INFO",
        "logger": "vestibule.access",
        "request": response.headers["X-Request-ID"],
        "caller": f"user:{user.pk}",
        "pro": pro.pk,
        "method": "GET",
        "route": "contacts/<uuid:id>",
        "status": 200,
    }
    assert "Zyxxy" not in json.dumps(lines())


def test_a_request_of_a_program_and_of_nobody(api, nobody, pro, lines):
    api.get("/api/v1/contacts")
    nobody.get("/nowhere")
    program, stranger = access(lines)
    assert (program["caller"].partition(":")[0], program["pro"]) == ("token", pro.pk)
    assert {"caller", "pro", "route", "address"}.isdisjoint(stranger)
    assert stranger["status"] == 404


@pytest.mark.parametrize(
    ("kind", "address", "logged"),
    [
        ("none", "192.0.2.7", None),
        ("network", "192.0.2.7", "192.0.2.0/24"),
        ("network", "2001:db8:1:2::7", "2001:db8:1::/48"),
        ("full", "192.0.2.7", "192.0.2.7"),
    ],
)
def test_the_client_s_address_by_choice(nobody, settings, lines, kind, address, logged):
    settings.LOG_CLIENT_ADDRESS = kind
    nobody.get("/healthz", REMOTE_ADDR=address)
    (line,) = access(lines)
    assert line.get("address") == logged
    assert (address in json.dumps(line)) == (kind == "full")


def test_texts_and_tracebacks_are_masked(lines):
    try:
        raise ValueError("zoe@example.org")
    except ValueError:
        logging.getLogger("vestibule.worker").exception("no mail to %s", "jan@example.org")
    (line,) = lines()
    assert line["message"] == "no mail to …@example.org"
    assert "ValueError: …@example.org" in line["traceback"] and "zoe" not in line["traceback"]


@pytest.mark.parametrize("given", [UUID.replace("-", ""), UUID, "0123abcd"])
def test_a_well_formed_id_of_a_proxy_is_taken_and_echoed(nobody, lines, settings, given):
    settings.TRUSTED_PROXIES = ["127.0.0.1/32"]
    assert nobody.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given
    assert access(lines)[0]["request"] == given


@pytest.mark.parametrize("given", ["", "1234567", "jan-de-vries", "0123abcd\n", "a" * 37, "0123 abcd", "é" * 8])
def test_any_other_id_is_not(nobody, settings, given):
    settings.TRUSTED_PROXIES = ["127.0.0.1/32"]
    got = nobody.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{16}", got) and got != given


def test_nobody_else_names_a_request(nobody, settings):
    settings.TRUSTED_PROXIES = ["198.51.100.7/32"]
    # Nor does who says that a proxy had it.
    headers = {"X-Request-ID": UUID, "X-Forwarded-For": "198.51.100.7"}
    assert nobody.get("/healthz", headers=headers).headers["X-Request-ID"] != UUID
    got = nobody.get("/healthz", headers=headers, REMOTE_ADDR="198.51.100.7").headers["X-Request-ID"]
    assert got == UUID


def lose_the_database(monkeypatch):
    """Have every statement fail as it does without a server."""

    def fail(*_args, **_more):
        raise OperationalError("unable to open database file")

    monkeypatch.setattr(type(connections["default"]), "cursor", fail)


def test_one_line_a_second_while_the_database_is_away(browser, monkeypatch, lines):
    now = 100.0
    monkeypatch.setattr("config.web.outages.monotonic", lambda: now)
    with monkeypatch.context() as patch:
        lose_the_database(patch)
        for _request in range(20):
            assert browser.get("/contacts").status_code == 503
            now += 0.1
    messages = [line["message"] for line in lines()]
    assert messages[0] == "the database does not answer: OperationalError"
    assert len(messages) == 2 and re.search(r" \(and \d+ lines like it\)$", messages[1])
    assert all("traceback" not in line for line in lines())


def test_other_lines_are_written_meanwhile(browser, monkeypatch, lines):
    with monkeypatch.context() as patch:
        lose_the_database(patch)
        browser.get("/contacts")
    logging.getLogger("vestibule.files").warning("the bucket does not answer")
    browser.get("/healthz")
    messages = [line["message"] for line in lines()]
    assert "the bucket does not answer" in messages
    assert any(message.startswith("GET /healthz 200") for message in messages)


class Refusal(Exception):
    def __init__(self, sqlstate):
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "expected"),
    [(None, True), ("08006", True), ("57P01", True), ("53300", True), ("57014", False), ("55P03", False)],
)
def test_a_statement_that_took_too_long_is_no_outage(sqlstate, expected):
    error = OperationalError("x")
    error.__cause__ = Refusal(sqlstate)
    assert is_outage(error) == expected


def test_what_else_is_an_outage():
    assert is_outage(InterfaceError("connection already closed"))
    assert not is_outage(OperationalError("no such column: x"))
    assert not is_outage(ValueError()) and not is_outage(None)
    assert sys.exc_info() == (None, None, None)
