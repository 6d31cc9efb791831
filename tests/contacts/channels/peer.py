"""WhatsApp's and Telegram's APIs on a real port, as far as Vestibule calls them; they can be told to fail.

Sources: the Cloud API reference (`POST /{phone-number-id}/messages`, its error codes, `GET /{media-id}`), the Graph
API (fields of a phone number), core.telegram.org/bots/api ("Making requests", getMe, setWebhook, sendMessage, getFile).
"""

import json
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

VERSION = "v24.0"
PHONE_ID = "106540352242922"
BUSINESS_ID = "102290129340398"
WHATSAPP_TOKEN = "EAAG-the-token-of-a-system-user"
BOT_TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
BOT = {"id": 110201543, "is_bot": True, "first_name": "Agence", "username": "agence_bot"}


class Seen(NamedTuple):
    """A request as it came; `body` is its decoded JSON, None without one."""

    method: str
    path: str
    query: dict[str, list[str]]
    token: str | None
    body: Any


def fault(code: int, message: str, details: str = "", kind: str = "OAuthException") -> dict[str, Any]:
    """An error object of the Graph API."""
    more = {"error_data": {"messaging_product": "whatsapp", "details": details}} if details else {}
    return {"error": {"message": message, "type": kind, "code": code, **more, "fbtrace_id": "AbCdEf"}}


def bot_fault(code: int, description: str, **parameters: int) -> dict[str, Any]:
    """An error object of the Bot API."""
    more = {"parameters": parameters} if parameters else {}
    return {"ok": False, "error_code": code, "description": description, **more}


class Peer:
    """Answers as the providers do, or as `answer_with` says. `seen` are the requests."""

    def __init__(self, settings: Any) -> None:
        self.settings, self.fixed_answer = settings, None
        self.is_dripping = self.is_hanging_up = False
        self.seen: list[Seen] = []
        # Bytes and MIME type of each medium by its id; `expired` addresses or paths are refused before one is good.
        self.media: dict[str, tuple[bytes, str]] = {}
        self.expired = 0
        # The templates of the business account, as the Graph API lists them.
        self.templates: list[dict[str, Any]] = []
        self.address_host = ""
        self.count, self.port = 0, 0
        self.addresses: set[str] = set()
        self.may_answer, self.asked = threading.Event(), threading.Event()
        self.may_answer.set()
        self.start()

    def answer_with(self, status: int, body: Any, **headers: str) -> None:
        """Give this answer from now on; a body that is not bytes is sent as JSON."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.fixed_answer = (status, raw, {name.replace("_", "-"): value for name, value in headers.items()})

    def recover(self) -> None:
        """Answer as the provider again."""
        self.fixed_answer, self.is_dripping, self.is_hanging_up = None, False, False
        self.may_answer.set()

    def bodies(self, method: str) -> list[Any]:
        """Bodies of the requests to paths that end in this method."""
        return [seen.body for seen in self.seen if seen.path.endswith(f"/{method}")]

    def start(self) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.settings.WHATSAPP_API_URL = f"http://127.0.0.1:{self.port}/{VERSION}"
        self.settings.TELEGRAM_API_URL = f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Stop listening: connections are refused."""
        self.server.shutdown()
        self.server.server_close()

    def answer(self, seen: Seen) -> tuple[int, bytes, dict[str, str]]:
        self.seen.append(seen)
        self.asked.set()
        self.may_answer.wait(30)
        if self.fixed_answer:
            return self.fixed_answer
        if seen.path.startswith(("/lookaside/", "/file/bot")):
            return self._medium(seen)
        is_bot = seen.path.startswith("/bot")
        status, body = self._as_telegram(seen) if is_bot else self._as_whatsapp(seen)
        return status, json.dumps(body).encode(), {"Content-Type": "application/json"}

    def _medium(self, seen: Seen) -> tuple[int, bytes, dict[str, str]]:
        """The bytes of a medium, at an address that is good once."""
        id, number = seen.path.removesuffix(".jpg").rpartition("/")[2].split(".")
        is_allowed = seen.token == f"Bearer {WHATSAPP_TOKEN}" or seen.path.startswith(f"/file/bot{BOT_TOKEN}/")
        if not is_allowed or number not in self.addresses or self.expired:
            self.expired = max(self.expired - 1, 0)
            return 404, b"Media download failure", {"Content-Type": "text/plain"}
        self.addresses.remove(number)
        content, mime_type = self.media[id]
        return 200, content, {"Content-Type": mime_type}

    def _new_address(self, id: str) -> str:
        number = str(self._next())
        self.addresses.add(number)
        return f"{id}.{number}"

    # --- WhatsApp

    def _as_whatsapp(self, seen: Seen) -> tuple[int, Any]:
        if seen.token != f"Bearer {WHATSAPP_TOKEN}":
            return 401, fault(190, "Invalid OAuth access token - Cannot parse access token")
        if seen.path == f"/{VERSION}/{PHONE_ID}/messages" and seen.method == "POST":
            return self._whatsapp_message(seen.body)
        id = seen.path.removeprefix(f"/{VERSION}/")
        if id in self.media and seen.method == "GET":
            content, mime_type = self.media[id]
            host = self.address_host or f"http://127.0.0.1:{self.port}"
            more = {"mime_type": mime_type, "file_size": str(len(content)), "messaging_product": "whatsapp"}
            return 200, {"id": id, "url": f"{host}/lookaside/{self._new_address(id)}", **more}
        if id == f"{BUSINESS_ID}/message_templates" and seen.method == "GET":
            return self._template_page(seen.query)
        if seen.path == f"/{VERSION}/{PHONE_ID}" and seen.method == "GET":
            known = {"verified_name": "Agence du Port", "display_phone_number": "+33 4 91 55 50 12"}
            fields = seen.query.get("fields", [""])[0].split(",")
            return 200, {name: known[name] for name in fields if name in known} | {"id": PHONE_ID}
        return 400, fault(100, "Unsupported request. Object with this ID does not exist", kind="GraphMethodException")

    def _template_page(self, query: dict[str, list[str]]) -> tuple[int, Any]:
        """Two templates at a time, of the status that is asked for."""
        start, [status] = int(query.get("after", ["0"])[0]), query["status"]
        rows = [row for row in self.templates if row["status"] == status]
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(start + 2)}}
        if start + 2 < len(rows):
            paging["next"] = "https://graph.facebook.com/next"
        return 200, {"data": rows[start : start + 2], "paging": paging}

    def _whatsapp_message(self, body: Any) -> tuple[int, Any]:
        whom = [body[name] for name in ("to", "recipient") if name in body]
        text = body["text"].get("body") if body.get("type") == "text" else body.get("template", {}).get("name")
        is_whole = body.get("messaging_product") == "whatsapp" and len(whom) == 1 and isinstance(text, str)
        if not is_whole or not 0 < len(text) <= 4096:
            return 400, fault(100, "(#100) Invalid parameter", "Parameter value is not valid")
        known = {"input": whom[0], "wa_id": whom[0]} if "to" in body else {"input": whom[0], "user_id": whom[0]}
        return 200, {
            "messaging_product": "whatsapp",
            "contacts": [known],
            "messages": [{"id": f"wamid.{self._next()}"}],
        }

    # --- Telegram

    def _as_telegram(self, seen: Seen) -> tuple[int, Any]:
        token, _, method = seen.path.removeprefix("/bot").partition("/")
        if token != BOT_TOKEN:
            return 401, bot_fault(401, "Unauthorized")
        if method == "getMe":
            return 200, {"ok": True, "result": BOT}
        if method == "setWebhook":
            if not seen.body["url"].startswith("https://"):
                return 400, bot_fault(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
            return 200, {"ok": True, "result": True, "description": "Webhook was set"}
        if method == "getFile":
            return self._telegram_file(seen.body["file_id"])
        if method == "sendMessage":
            return self._telegram_message(seen.body)
        return 404, bot_fault(404, "Not Found")

    def _telegram_file(self, id: str) -> tuple[int, Any]:
        if id not in self.media:
            description = "Bad Request: wrong file_id or the file is temporarily unavailable"
            return 400, bot_fault(400, description)
        content, _mime_type = self.media[id]
        if len(content) > 20 * 1024 * 1024:
            return 400, bot_fault(400, "Bad Request: file is too big")
        file = {"file_id": id, "file_size": len(content), "file_path": f"photos/{self._new_address(id)}.jpg"}
        return 200, {"ok": True, "result": file}

    def _telegram_message(self, body: Any) -> tuple[int, Any]:
        if not 0 < len(body["text"]) <= 4096:
            return 400, bot_fault(400, "Bad Request: message is too long")
        chat = {"id": body["chat_id"], "first_name": "Ana", "type": "private"}
        message = {
            "message_id": self._next(),
            "from": BOT,
            "chat": chat,
            "date": int(time.time()),
            "text": body["text"],
        }
        return 200, {"ok": True, "result": message}

    def _next(self) -> int:
        self.count += 1
        return self.count


def _handler(peer: Peer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            content = json.loads(body) if body else None
            seen = Seen(self.command, url.path, parse_qs(url.query), self.headers["Authorization"], content)
            # The client may have hung up.
            with suppress(OSError):
                answer = peer.answer(seen)
                if peer.is_hanging_up:
                    self.close_connection = True
                else:
                    self._send(*answer)

        do_POST = do_GET

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for piece in [body[i : i + 1] for i in range(len(body))] if peer.is_dripping else [body]:
                self.wfile.write(piece)
                self.wfile.flush()
                if peer.is_dripping:
                    time.sleep(0.1)

        def log_message(self, *args: Any) -> None:
            pass

    return Handler
