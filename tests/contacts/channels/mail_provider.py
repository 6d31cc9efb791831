"""A provider of mail on a real port: Postmark, Mailgun and Brevo by the answers that they document, and their calls."""

import hashlib
import hmac
import json
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

SECRET = "the-secret-of-events"
KEY = "the-key-of-the-provider"
ANSWERS = {
    "postmark": {"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc2f4a", "SubmittedAt": "2026-11-28"},
    "mailgun": {"id": "<2026@mg.example.com>", "message": "Queued. Thank you."},
    "brevo": {"messageId": "<2026@smtp-relay.mailin.fr>"},
}


class Seen(NamedTuple):
    """One call of the installation's: `body` as it came."""

    method: str
    path: str
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class MailProvider:
    """`answer` is (status, body) of the next calls; `seen` are those that came."""

    def __init__(self, provider: str) -> None:
        self.seen: list[Seen] = []
        self.answer: tuple[int, Any] = (200, ANSWERS[provider])


@contextmanager
def serve(provider: str, settings: Any) -> Iterator[MailProvider]:
    """Run it, and send the test's mails there."""
    peer = MailProvider(provider)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            peer.seen.append(Seen(self.command, self.path, self.headers, body))
            status, answer = peer.answer
            if provider == "postmark" and status == 200 and body:
                answer = {**answer, "To": json.loads(body)["To"]}
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST

        def log_message(self, format: str, *args: Any) -> None:
            """Leave standard error alone."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    options = {"provider": provider, "api_key": KEY, "api_url": f"http://127.0.0.1:{server.server_port}/v3/"}
    settings.MAILERS = {"default": {"BACKEND": "config.provider_mail.ProviderBackend", "OPTIONS": options}}
    settings.MAIL_PROVIDER, settings.MAIL_EVENTS_SECRET = provider, SECRET
    try:
        yield peer
    finally:
        server.shutdown()
        server.server_close()


def token_of(provider: str, seen: Seen) -> str:
    """The token of a mail, as the provider keeps it."""
    if provider == "postmark":
        return seen.json["Metadata"]["vestibule_mail"]
    if provider == "brevo":
        return json.loads(seen.json["headers"]["X-Mailin-custom"])["vestibule_mail"]
    return _form_field(seen, "v:vestibule_mail")


def _form_field(seen: Seen, name: str) -> str:
    """A field of Mailgun's form, as requests writes it."""
    if seen.headers["Content-Type"].startswith("multipart/"):
        part = seen.body.decode().partition(f'name="{name}"')[2]
        return part.partition("\r\n\r\n")[2].partition("\r\n--")[0]
    fields = dict(pair.split("=") for pair in seen.body.decode().split("&"))
    return fields[name.replace(":", "%3A")]


def event_call(
    provider: str, kind: str, token: str, recipient: str, words: str = "550 5.1.1 No such user"
) -> dict[str, Any]:
    """Body of the call about a mail: `kind` is "delivered", "returned", "soft" or "complained"."""
    metadata = {"vestibule_mail": token}
    if provider == "postmark":
        types = {"returned": ("Bounce", "HardBounce"), "soft": ("Bounce", "Transient")}
        record, type_ = types.get(kind, ("Delivery" if kind == "delivered" else "SpamComplaint", kind))
        key = "Recipient" if kind == "delivered" else "Email"
        type_ = "SpamComplaint" if kind == "complained" else type_
        return {"RecordType": record, "Type": type_, key: recipient, "Metadata": metadata, "Details": words}
    if provider == "brevo":
        events = {"returned": "hard_bounce", "soft": "deferred", "complained": "spam"}
        custom = {"X-Mailin-custom": json.dumps(metadata), "ts_epoch": 1764000000000}
        return {"event": events.get(kind, kind), "email": recipient, "reason": words, **custom}
    data: dict[str, Any] = {"recipient": recipient, "timestamp": time.time(), "user-variables": metadata}
    data["event"] = {"returned": "failed", "soft": "failed"}.get(kind, kind)
    data |= {"severity": "temporary" if kind == "soft" else "permanent", "delivery-status": {"message": words}}
    return {"signature": sign(), "event-data": data}


def sign(at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    """Mailgun's signature of a call."""
    signed = {"timestamp": str(int(at or time.time())), "token": "t" * 50}
    text = f"{signed['timestamp']}{signed['token']}".encode()
    return {**signed, "signature": hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()}


def call(client: Any, provider: str, body: Any, secret: str = SECRET) -> Any:
    """Have the provider call."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Basic {b64encode(f'vestibule:{secret}'.encode()).decode()}"}
    headers = {} if provider == "mailgun" else headers
    return client.generic("POST", "/channels/mail-events", content, "application/json", headers=headers)
