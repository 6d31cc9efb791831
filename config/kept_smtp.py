"""SMTP connections that the worker keeps between two mails: connecting, TLS and signing in take longer than a mail.

A kept connection is asked whether it still answers before it carries another mail, and replaced if it does not. A mail
that fails later than that is not sent again here: the server may have accepted it. Each mail has one deadline for all
that is said, connecting included.
"""

import smtplib
import time
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

from config.outgoing import OutgoingSocket, open_socket

# Some servers hang up after a number of mails, or refuse further ones.
MAX_MAILS = 50
# Servers hang up on idle clients, after minutes at the earliest; firewalls may do so in silence.
MAX_IDLE = 10.0  # seconds
# What a kept connection may take to say that it answers, and to end.
MAX_ANSWER = 5.0  # seconds
# What a mail may take, connecting included. Servers that look into a mail before they take it need some.
MAIL_SECONDS = 60.0
MAX_TRAFFIC = 1024 * 1024  # bytes of answers


@dataclass
class _Connection:
    smtp: "DeadlineSmtp"
    mails: int = 0
    used_at: float = 0.0

    def is_usable(self) -> bool:
        """Ask the server whether it takes another mail."""
        if self.mails < MAX_MAILS and time.monotonic() - self.used_at < MAX_IDLE:
            with suppress(OSError):
                self.smtp.restart(MAX_ANSWER)
                return self.smtp.rset()[0] == 250
        return False

    def close(self) -> None:
        with suppress(OSError):
            self.smtp.restart(MAX_ANSWER)
            self.smtp.quit()
        self.smtp.close()


# By server and account.
type Connections = dict[Hashable, _Connection]
_kept: ContextVar[Connections | None] = ContextVar("kept SMTP connections", default=None)


@contextmanager
def keep_connections() -> Iterator[None]:
    """Keep connections until the end of the block; outside of any, each mail has one of its own."""
    connections: Connections = {}
    token = _kept.set(connections)
    try:
        yield
    finally:
        _kept.reset(token)
        for connection in connections.values():
            connection.close()


class DeadlineSmtp(smtplib.SMTP):
    """smtplib on a connection with one deadline, `timeout` seconds from now."""

    sock: Any
    is_tls, allow_private = False, True

    def __init__(self, host: str, port: int, *, local_hostname: str, timeout: float, context: Any = None) -> None:
        super().__init__(host, port, local_hostname, timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        options = {"is_tls": self.is_tls, "allow_private": self.allow_private}
        return open_socket(host, port, timeout=timeout, max_size=MAX_TRAFFIC, **options)

    def restart(self, seconds: float) -> None:
        """Begin another deadline."""
        if self.sock:
            self.sock.restart(seconds)


class TlsSmtp(DeadlineSmtp):
    """The same with TLS from the beginning."""

    is_tls = True


class _StartTls:
    """Stands for an SSLContext: smtplib has it wrap the connection."""

    @staticmethod
    def wrap_socket(sock: OutgoingSocket, server_hostname: str) -> OutgoingSocket:
        return sock.start_tls(server_hostname)


class ClosingSmtpBackend(EmailBackend):
    """Django's SMTP backend with a deadline of `timeout` seconds, that hangs up when it cannot sign in.

    Django keeps such a connection for a next try; of ours there is none, and the server would wait for its client.
    """

    timeout: float
    ssl_context = _StartTls()  # type: ignore[assignment]

    def __init__(self, *, timeout: float = MAIL_SECONDS, **options: Any) -> None:
        super().__init__(timeout=timeout, **options)

    @property
    def connection_class(self) -> Any:
        return TlsSmtp if self.use_ssl else DeadlineSmtp

    def open(self) -> bool | None:
        try:
            return super().open()
        except BaseException:
            with suppress(OSError):
                self.close()
            raise

    def prep_address(self, address: Any, force_ascii: bool = True) -> str:
        return _parse_address(str(address), force_ascii)


@lru_cache(maxsize=100)
def _parse_address(text: str, force_ascii: bool) -> str:
    """The address in a field such as From, as Django reads it: most mails have the same sender."""
    # Django's own asks nothing of the backend.
    return EmailBackend.prep_address(None, text, force_ascii)  # type: ignore[arg-type]


class KeptSmtpBackend(ClosingSmtpBackend):
    """Django's SMTP backend, on a kept connection where there is one."""

    connection: Any

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        if (connections := _kept.get()) is None:
            return super().send_messages(email_messages)
        account = (self.host, self.port, self.username, self.password, self.use_tls, self.use_ssl)
        connection = self._take(connections, account)
        self.connection = connection.smtp
        try:
            # Django leaves a connection open that was open before.
            count = super().send_messages(email_messages)
        except BaseException:
            # Without QUIT: a server that hangs would be waited for once more.
            connection.smtp.close()
            raise
        finally:
            self.connection = None
        connection.mails, connection.used_at = connection.mails + count, time.monotonic()
        connections[account] = connection
        return count

    def _take(self, connections: Connections, account: Hashable) -> _Connection:
        """The account's kept connection, or a new one where there is none or it takes no further mail."""
        if connection := connections.pop(account, None):
            if connection.is_usable():
                connection.smtp.restart(self.timeout)
                return connection
            connection.close()
        self.open()
        return _Connection(self.connection)
