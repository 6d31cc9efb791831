"""`manage.py doctor`: everything is tried for real, and each line says what to do."""

import io
import json
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import override_settings

from config.jobs.models import WorkerLease
from config.web import dns_records, doctor
from contacts.models import ChannelConnection

from ..contacts.channels.mail_provider import serve
from ..ports import free_port

pytestmark = pytest.mark.django_db


def run(*options):
    """The exit code and the findings, by name."""
    out, code = io.StringIO(), 0
    try:
        call_command("doctor", "--json", *options, stdout=out)
    except SystemExit as error:
        code = error.code
    return code, {finding["name"]: finding for finding in json.loads(out.getvalue())}


def state(findings, name):
    return findings[name]["state"], findings[name]["advice"]


def test_what_works_and_what_does_not(pro, settings):
    settings.SITE_URL = f"http://127.0.0.1:{free_port()}"
    WorkerLease.objects.renew("desk-1")
    code, findings = run()
    files, jobs = ["files: default", "files: attachments"], ["worker", "jobs", "unknown jobs"]
    for name in ("database", "migrations", *files, *jobs, "userhub"):
        assert (name, *state(findings, name)) == (name, "ok", "")
    assert state(findings, "site") == ("fail", "Look at SITE_URL, its name in DNS, and the proxy.")
    assert code == 1
    assert "dns: site" not in findings


def test_without_a_database_everything_else_is_tried(pro, settings, monkeypatch):
    settings.SITE_URL = f"http://127.0.0.1:{free_port()}"

    def refuse(*_arguments, **_options):
        raise OperationalError("connection to postgres://desk:hunter22@db.example.org/desk refused")

    monkeypatch.setattr(connection, "cursor", refuse)
    monkeypatch.setattr(connection, "chunked_cursor", refuse)
    code, findings = run()
    for name in ("database", "worker", "channels"):
        assert state(findings, name) == ("fail", "Look at DATABASE_URL, and whether the database runs.")
        assert "hunter22" not in findings[name]["text"]
    assert [findings[name]["state"] for name in ("files: default", "files: attachments", "userhub")] == ["ok"] * 3
    assert code == 1


def test_nothing_is_left_of_the_files(pro):
    run()
    for alias in ("default", "attachments"):
        folder = Path(storages[alias].location)
        assert list(folder.rglob("doctor-*")) == []


def test_a_stopped_worker(pro):
    _code, findings = run()
    assert state(findings, "worker") == ("fail", "Start manage.py worker, or look into its log.")


def test_the_site_itself(live_server, settings):
    settings.SITE_URL = live_server.url
    _code, findings = run("--dns")
    assert state(findings, "site") == ("ok", "")
    assert state(findings, "dns: site") == ("ok", "")


def test_the_records_of_the_domains_of_mails(pro, settings, monkeypatch):
    settings.DEFAULT_FROM_EMAIL, settings.REPLY_DOMAIN = "Desk <desk@example.com>", "reply.example.com"
    monkeypatch.setattr(dns_records, "find_servers", list)
    _code, findings = run("--dns")
    assert state(findings, "dns: SPF of reply.example.com") == (
        "warn",
        "Ask dig +short TXT reply.example.com; docs/operations.md says what should be there.",
    )
    assert findings["dns: DKIM of example.com"]["advice"].startswith(
        "Ask dig +short TXT SELECTOR._domainkey.example.com;"
    )


def test_a_mail_server_that_is_not_there(pro):
    port = free_port()
    mailer = {"BACKEND": "config.kept_smtp.KeptSmtpBackend", "OPTIONS": {"host": "127.0.0.1", "port": port}}
    with override_settings(MAILERS={"default": mailer}):
        _code, findings = run()
    assert state(findings, "mail") == ("fail", "Look at EMAIL_URL: server, port, TLS, user and password.")


def test_a_storage_that_cannot_be_written(pro, monkeypatch):
    def refuse(*_args, **_more):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(storages["attachments"]), "save", refuse)
    _code, findings = run()
    assert findings["files"]["state"] == "fail" and "Permission denied" in findings["files"]["text"]
    # The others are tried all the same.
    assert findings["database"]["state"] == "ok" and "userhub" in findings


def test_channels_and_userhub(pro, settings):
    settings.USERHUB_URL, settings.USERHUB_TOKEN = f"http://127.0.0.1:{free_port()}", "x" * 30
    settings.TELEGRAM_API_URL = f"http://127.0.0.1:{free_port()}"
    more = {"provider": "telegram", "secret": "s", "token": "123:" + "A" * 35}
    ChannelConnection.objects.create(pro=pro, channel="telegram", **more)
    ChannelConnection.objects.create(pro=pro, channel="email", provider="mime")
    _code, findings = run()
    assert findings["userhub"]["state"] == "fail"
    telegram, mail = f"channel: telegram of Pro {pro.pk}", f"channel: mime of Pro {pro.pk}"
    assert state(findings, telegram) == ("fail", "Its Pro has to look at Settings, Channels.")
    assert findings[mail]["state"] == "warn"
    assert "AAAA" not in json.dumps(findings)


def test_lines_say_what_to_do(pro, monkeypatch):
    monkeypatch.setattr(doctor, "CHECKS", {"x": lambda: [("x", "warn", "is odd: jan@example.org", "Do this.")]})
    monkeypatch.setattr(doctor, "hooks", lambda module, name: [doctor])
    out = io.StringIO()
    call_command("doctor", stdout=out)
    assert out.getvalue() == "warn  x: is odd: …@example.org\n      Do this.\n"


def test_a_provider_of_mail_is_asked_for_something_that_takes_the_key(pro, settings):
    settings.SITE_URL = f"http://127.0.0.1:{free_port()}"
    for provider, header in (
        ("postmark", "X-Postmark-Server-Token"),
        ("brevo", "api-key"),
        ("mailgun", "Authorization"),
    ):
        with serve(provider, settings) as peer:
            outcomes = {}
            for status in (200, 401, 500):
                peer.answer = (status, {})
                outcomes[status] = run()[1]["mail"]["state"]
            settings.MAIL_EVENTS_SECRET, peer.answer = "", (200, {})
            outcomes["no events"] = run()[1]["mail"]["state"]
        assert outcomes == {200: "ok", 401: "warn", 500: "fail", "no events": "warn"}
        assert {seen.method for seen in peer.seen} == {"GET"}
        assert all(seen.headers[header] for seen in peer.seen)
    finding = run()[1]["mail"]
    assert (finding["state"], finding["text"][:25]) == ("fail", "Mailgun cannot be reached")
