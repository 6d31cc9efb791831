"""SMTP connections that the worker keeps between two mails: connecting, TLS and signing in take longer than a mail.

A kept connection is asked whether it still answers before it carries another mail, and replaced if it does not. A mail
that fails later than that is not sent again here: the server may have accepted it. Each mail has one deadline for all
that is said, connecting included.

A server that takes several commands at once (PIPELINING, RFC 2920) gets all that goes before the text of a mail in one
piece, as each command would else be a way there and back; and that question with it, where the last mail was just now.
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
# A server that answered so short a time ago is still there.
MAX_FRESH = 2.0  # seconds
# What a mail may take, connecting included. Servers that look into a mail before they take it need some.
MAIL_SECONDS = 60.0
MAX_TRAFFIC = 1024 * 1024  # bytes of answers
# The answers to commands that are sent at once have to find room while nobody reads them.
MAX_AHEAD = 20  # recipients


class StaleConnectionError(OSError):
    """A kept connection takes no further mail. Nothing of the text has been sent."""


@dataclass
class _Connection:
    smtp: "DeadlineSmtp"
    mails: int = 0
    used_at: float = 0.0

    def is_usable(self) -> bool:
        """True if it may carry another mail, unless the server says no."""
        return self.mails < MAX_MAILS and time.monotonic() - self.used_at < MAX_IDLE

    def is_fresh(self) -> bool:
        return time.monotonic() - self.used_at < MAX_FRESH

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
    # True for one that is asked whether it still answers before it carries the next mail; fresh if it just did.
    is_kept = is_fresh = False

    def __init__(self, host: str, port: int, *, local_hostname: str, timeout: float, context: Any = None) -> None:
        # Commands that the server has already, in their order; their answers are not read yet.
        self._ahead: list[str] = []
        super().__init__(host, port, local_hostname, timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        options = {"is_tls": self.is_tls, "allow_private": self.allow_private}
        return open_socket(host, port, timeout=timeout, max_size=MAX_TRAFFIC, **options)

    def restart(self, seconds: float) -> None:
        """Begin another deadline."""
        if self.sock:
            self.sock.restart(seconds)

    def sendmail(self, from_addr: Any, to_addrs: Any, msg: Any, mail_options: Any = (), rcpt_options: Any = ()) -> Any:
        """Send a mail as smtplib does. Raises StaleConnectionError for a kept connection that takes none."""
        self.ehlo_or_helo_if_needed()
        has_options = mail_options or rcpt_options or not isinstance(msg, bytes)
        if self.has_extn("pipelining") and not has_options and len(to_addrs) <= MAX_AHEAD:
            size = f" size={len(msg)}" if self.has_extn("size") else ""
            recipients = [f"rcpt to:{smtplib.quoteaddr(address)}" for address in to_addrs]
            commands = [f"mail from:{smtplib.quoteaddr(from_addr)}{size}", *recipients, "data"]
        else:
            commands = []
        if self.is_kept:
            self._ask(commands)
        else:
            self._send_ahead(commands)
        return super().sendmail(from_addr, to_addrs, msg, mail_options, rcpt_options)

    def _ask(self, commands: Sequence[str]) -> None:
        """Ask the server whether it takes another mail, and send what goes before its text."""
        are_together, self.is_kept = self.is_fresh and bool(commands), False
        try:
            # A server may answer all of them at once, and look into the recipients before.
            self.restart(self.timeout if are_together else MAX_ANSWER)
            self._send_ahead(["rset", *commands] if are_together else [])
            code, _answer = self.rset()
        except OSError as error:
            raise StaleConnectionError from error
        if code != 250:
            raise StaleConnectionError
        if not are_together:
            self.restart(self.timeout)
            self._send_ahead(commands)

    def _send_ahead(self, commands: Sequence[str]) -> None:
        """Send commands at once, except those that smtplib refuses."""
        text = "".join(f"{command}\r\n" for command in commands)
        if text.isascii() and text.count("\r") == text.count("\n") == len(commands) > 0:
            self.send(text)
            self._ahead = [command.partition(" ")[0] for command in commands]

    def close(self) -> None:
        self._ahead = []
        super().close()

    def putcmd(self, cmd: str, args: str = "") -> None:
        if self._ahead and self._ahead[0] == cmd:
            del self._ahead[0]
            return
        self._skip_answers()
        super().putcmd(cmd, args)

    def _skip_answers(self) -> None:
        """Read the answers to what was sent together with a command that was refused."""
        ahead, self._ahead = self._ahead, []
        for command in ahead:
            code, _answer = self.getreply()
            if command == "data" and code == 354:
                # The text of a mail that has no sender or recipient, and is refused.
                self.send(".\r\n")
                self.getreply()


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
        try:
            count = self._send_on(connection, email_messages)
        except StaleConnectionError:
            connection = self._open_new()
            count = self._send_on(connection, email_messages)
        connection.mails, connection.used_at = connection.mails + count, time.monotonic()
        connections[account] = connection
        return count

    def _send_on(self, connection: _Connection, email_messages: Sequence[Any]) -> int:
        self.connection = connection.smtp
        try:
            # Django leaves a connection open that was open before.
            return super().send_messages(email_messages)
        except BaseException:
            # Without QUIT: a server that hangs would be waited for once more, and one that waits for a text drops the
            # mail only when the connection ends.
            connection.smtp.close()
            raise
        finally:
            self.connection = None

    def _take(self, connections: Connections, account: Hashable) -> _Connection:
        """The account's kept connection, or a new one where there is none or it takes no further mail."""
        if connection := connections.pop(account, None):
            if connection.is_usable():
                connection.smtp.is_kept, connection.smtp.is_fresh = True, connection.is_fresh()
                return connection
            connection.close()
        return self._open_new()

    def _open_new(self) -> _Connection:
        self.open()
        return _Connection(self.connection)
