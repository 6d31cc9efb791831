"""A mail server on a real port, which can be told to refuse."""

import socket
from typing import Any

from aiosmtpd.controller import Controller

from tests.contact_requests.test_mails import Sink


class MailServer(Sink):
    """`unknown` are the addresses that it refuses; `envelopes` are (sender, recipients) and `raw` the bytes of the
    mails that arrived."""

    def __init__(self) -> None:
        super().__init__()
        self.unknown: set[str] = set()
        self.envelopes: list[tuple[str, list[str]]] = []
        self.raw: list[bytes] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.unknown:
            return "550 5.1.1 Nobody of this name here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        if answer.startswith("250"):
            self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
            self.raw.append(envelope.content)
        return answer


def start(mail_server: MailServer, settings: Any) -> Controller:
    """Start it, and send the test's mails there."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(mail_server, hostname="127.0.0.1", port=port)
    controller.start()
    settings.MAILERS = {
        "default": {
            "BACKEND": "config.kept_smtp.KeptSmtpBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 5},
        }
    }
    return controller
