"""The owner's mailbox on a real IMAP server, and an SMTP server that takes its answers."""

import os
import ssl
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone

from config.accounts.models import Pro
from config.outgoing import tls_context
from contacts.conversations.mailbox_polling import poll_mailbox
from contacts.models import ContactMessage, MailboxSettings

from ..outgoing.conftest import certificate
from ..ports import free_port
from .channels.dovecot import NO_DOVECOT, PASSWORD, Account, Dovecot, find_dovecot
from .channels.mail_server import MailServer

ADDRESS = "office@agence.example"


def letter(number: int, body: str = "Is the house still free?", **headers: str | None) -> bytes:
    """An e-mail of Ana's, told from others by its number."""
    usual = {
        "From": "Ana Silva <ana@example.org>",
        "To": ADDRESS,
        "Subject": f"House {number}",
        "Message-ID": f"<{number}@example.org>",
        "Date": "Mon, 04 May 2026 10:00:00 +0200",
        "Content-Type": "text/plain; charset=utf-8",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}\r\n" for name, value in usual.items() if value is not None]
    return ("".join(lines) + f"\r\n{body}\r\n").encode()


def days_ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def texts(**fields: Any) -> list[str]:
    """Subjects of the stored messages, in the order of their time."""
    return list(ContactMessage.objects.filter(**fields).order_by("created_at").values_list("subject", flat=True))


@pytest.fixture(scope="session")
def certificate_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate for localhost with its key."""
    key, path = ec.generate_private_key(ec.SECP256R1()), tmp_path_factory.mktemp("tls") / "server.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + certificate(key).public_bytes(pem))
    return path


@pytest.fixture
def trusted(certificate_file: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Path]:
    """Has the product trust the servers' certificate and call them: they are on this machine."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate_file))
    settings.OUTGOING_PRIVATE_NETWORKS = ["127.0.0.0/8", "::1/128"]
    # For workers in a process of their own.
    monkeypatch.setenv("OUTGOING_PRIVATE_NETWORKS", "127.0.0.0/8,::1/128")
    tls_context.cache_clear()
    yield certificate_file
    tls_context.cache_clear()


@pytest.fixture(scope="session")
def dovecot(certificate_file: Path) -> Iterator[Dovecot]:
    if find_dovecot() is None:
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") else pytest.skip)(NO_DOVECOT)
    dovecot = Dovecot(certificate_file)
    yield dovecot
    dovecot.remove()


@pytest.fixture
def account(dovecot: Dovecot) -> Account:
    """A new mailbox on the server."""
    return dovecot.account(f"{uuid.uuid4()}@agence.example")


class SmtpServer(MailServer):
    """The mailbox's own server for outgoing mail; `logins` are the (user, password) that it was given."""

    def __init__(self, certificate_file: Path) -> None:
        super().__init__()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate_file)
        self.port, self.password, self.logins = free_port(), PASSWORD, []
        self.controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=self.authenticate,
        )
        self.controller.start()

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password.decode() == self.password, handled=False)


@pytest.fixture
def smtp(trusted: Path) -> Iterator[SmtpServer]:
    smtp = SmtpServer(trusted)
    yield smtp
    smtp.controller.stop()


@pytest.fixture
def mailbox_fields(account: Account, trusted: Path) -> dict[str, Any]:
    """The owner's mailbox as a form gives it."""
    return {
        "address": ADDRESS,
        "is_active": True,
        "username": account.name,
        "password": PASSWORD,
        "imap_host": "localhost",
        "imap_port": account.dovecot.tls_port,
        "imap_security": "tls",
        "smtp_host": "localhost",
        "smtp_port": 9,
        "smtp_security": "starttls",
        "since": days_ago(30).date(),
    }


@pytest.fixture
def mailbox(pro: Pro, mailbox_fields: dict[str, Any]) -> MailboxSettings:
    return MailboxSettings.objects.connect(pro, mailbox_fields)


@pytest.fixture
def poll(mailbox: MailboxSettings, work_tasks: Callable[[], None]) -> Callable[[], MailboxSettings]:
    """Polls the mailbox as the worker does, and has it read; returns it as it is stored then."""

    def run() -> MailboxSettings:
        # Twice: sent mail is read once the new messages are.
        for _ in range(2):
            MailboxSettings.objects.update(poll_at=timezone.now(), polling_until=None)
            poll_mailbox.enqueue(mailbox.pk)
            work_tasks()
        return MailboxSettings.objects.get()

    return run
