"""Lines of the log: the id of the request, and neither secrets nor people."""

import io
import logging
import re
import subprocess
import sys
import traceback
from contextvars import Context

import pytest
from django.db import IntegrityError, connection

from config.accounts.models import ApiToken, User
from config.web.logs import LineFormatter, logging_config, mask

KEY = "kQ3-" + "a_B9" * 10
TRACEBACK = "in test_a_long_name_of_a_function_in_a_traceback_stays"


def line(message, *args, name="django.security.csrf", exc_info=None):
    """A line as the setting formats it, outside of any request: not the last one of the test before either."""
    config = logging_config("INFO")["formatters"]["line"]
    formatter = LineFormatter(config["format"], style=config["style"])
    record = logging.LogRecord(name, logging.WARNING, "", 0, message, args, exc_info)
    text = Context().run(formatter.format, record)
    return text.partition(" WARNING ")[2]


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (f"Forbidden: /offers/{KEY}", "Forbidden: /offers/***"),
        # A SHA-256 is none, such as the day's seal of the history.
        ('{"seal":"' + "0a1b2c3d" * 8 + '"}', '{"seal":"' + "0a1b2c3d" * 8 + '"}'),
        (f"Forbidden: /offers/{'0a1b2c3d' * 8}-", "Forbidden: /offers/***"),
        ("Forbidden: /password/reset/MQ/c8-6a1b", "Forbidden: /password/reset/…"),
        ("Not Found: /metrics/a-token-of-20-letters", "Not Found: /metrics/…"),
        (f"Bearer vst_1a2b3c4d_{KEY}", "Bearer ***"),
        ("GET https://api.telegram.org/bot123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11/send", "GET https://api.telegram.org/bot***/send"),
        ("Error handling request /inbox/requests?q=Zo%C3%A9+Martin&page=2", "Error handling request /inbox/requests?…"),
        ("Refused: Zoé.Martin+1@example.org", "Refused: …@example.org"),
        ("postgres://vestibule:secret@db.example.com/x", "postgres://…@db.example.com/x"),
        ("Key (pro_id, email)=(1, zoe (home)) already exists.", "Key (pro_id, email)=(…)"),
        ("Failing row contains (1, Zoé, 06 12).", "Failing row contains (…)"),
        ("Why? a=b and c@d", "Why? a=b and c@d"),
        (TRACEBACK, TRACEBACK),
    ],
)  # fmt: skip
def test_a_message(message, shown):
    assert line(message) == f"django.security.csrf [- -] {shown}"
    assert line("%s", message, name="gunicorn.error") == f"gunicorn.error [- -] {shown}"


@pytest.mark.parametrize(
    "word", ["9", "a", "A_", "a@", "a?a=", "a@b.", "1:", "Key (", "Key (a)=(", "/password/reset/", "/metrics/", "@"]
)
def test_a_long_line_is_gone_through_once(word):
    """A pattern that begins anew at each character would take minutes."""
    text = word * (1_000_000 // len(word))
    assert len(mask(text)) <= len(text) + 1


FORGED = "2026-01-31 09:30:00.123+01:00 ERROR vestibule.access [- -] GET /"


def test_text_of_others_begins_no_line_and_controls_no_terminal():
    try:
        raise ValueError(f"a\n{FORGED}")
    except ValueError as error:
        found = line("b\n%s\r\x1b[2J\x85\u2028\u202e\tc", FORGED, exc_info=(ValueError, error, error.__traceback__))
    first, second, *others = found.split("\n")
    assert (first, second) == ("django.security.csrf [- -] b", rf"  {FORGED}\r\x1b[2J\x85\u2028\u202e{chr(9)}c")
    assert others[0] == "  Traceback (most recent call last):" and others[-2:] == ["  ValueError: a", f"  {FORGED}"]


def test_a_traceback(db, user):
    with pytest.raises(IntegrityError) as refused:
        User.objects.create_user(email=user.email, password="a long enough secret")
    error = refused.value
    shown = line("Failed", exc_info=(type(error), error, error.__traceback__))
    assert "in test_a_traceback" in shown
    assert user.email not in shown
    if connection.vendor == "postgresql":
        assert user.email in "".join(traceback.format_exception(error))


GUNICORN = """
import logging
from gunicorn.config import Config
from gunicorn.glogging import Logger

config = Config()
config.set("logconfig_dict", __import__("config.gunicorn").gunicorn.logconfig_dict)
config.set("loglevel", "warning")
Logger(config).exception("Error handling request %s", "/inbox?q=Martin")
"""


def test_gunicorn_writes_the_same_lines():
    run = subprocess.run([sys.executable, "-c", GUNICORN], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert " ERROR gunicorn.error [- -] Error handling request /inbox?…\n" in run.stderr
    assert "Martin" not in run.stderr


def test_a_line_says_when_with_its_zone_and_who_asked(browser, api, nobody, user, pro):
    out, config = io.StringIO(), logging_config("INFO")["formatters"]["line"]
    handler = logging.StreamHandler(out)
    handler.setFormatter(LineFormatter(config["format"], style=config["style"]))
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        for client, path in ((browser, "/nowhere"), (browser, "/inbox"), (api, "/api/v1/contacts"), (nobody, "/inbox")):
            client.get(path)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    lines = out.getvalue().splitlines()
    zone = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d "
    assert [line for line in lines if not re.match(zone, line)] == []
    token = ApiToken.objects.get(pro=pro)
    asked = [(line.split()[5].rstrip("]"), line.split()[7]) for line in lines if " vestibule.access " in line]
    assert asked[1:] == [(f"user:{user.pk}", "/inbox"), (f"token:{token.pk}", "/api/v1/contacts"), ("-", "/inbox")]
