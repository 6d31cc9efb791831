"""Mails by EMAIL_URL to servers with TLS: from the beginning, or once the server has agreed to it."""

import ssl

import pytest
from aiosmtpd.controller import Controller
from django.core.mail import send_mail

from config.kept_smtp import keep_connections
from config.outgoing import tls_context

from ..contacts import mailboxes
from ..contacts.channels.mail_server import MailServer
from ..ports import free_port

certificate_file, trusted, smtp = mailboxes.certificate_file, mailboxes.trusted, mailboxes.smtp


@pytest.fixture
def tls_server(trusted):
    """A mail server that speaks TLS from the beginning."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted)
    server = MailServer()
    server.port = free_port()
    controller = Controller(server, hostname="localhost", port=server.port, ssl_context=context)
    controller.start()
    yield server
    controller.stop()


def send_two(settings, **options):
    backend = {"BACKEND": "config.kept_smtp.KeptSmtpBackend", "OPTIONS": {"host": "localhost", **options}}
    settings.MAILERS = {"default": backend}
    with keep_connections():
        for text in ("one", "two"):
            send_mail(text, text, "house@example.org", ["ann@example.org"])


def test_tls_from_the_beginning(tls_server, settings):
    send_two(settings, port=tls_server.port, use_ssl=True)
    assert [mail["Subject"] for mail in tls_server.messages] == ["one", "two"]


def test_tls_once_agreed_and_one_sign_in(smtp, settings):
    smtp.password = "secret"
    send_two(settings, port=smtp.port, use_tls=True, username="house", password="secret")
    assert [mail["Subject"] for mail in smtp.messages] == ["one", "two"]
    assert smtp.logins == [("house", "secret")]


def test_an_untrusted_certificate_is_refused(tls_server, settings, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    tls_context.cache_clear()
    with pytest.raises(ssl.SSLCertVerificationError):
        send_two(settings, port=tls_server.port, use_ssl=True)
    assert tls_server.messages == []
