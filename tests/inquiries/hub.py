"""A UserHub on a real port that can fail in every way. Import `hub` to use it."""

import json
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

JAN = {
    "id": 456,
    "first_name": "Jan",
    "last_name": "de Vries",
    "email": "jan.devries@example.com",
    "phone": "+31 6 87654321",
    "locale": "nl-NL",
    "address": {
        "street": "Dorpsstraat",
        "house_number": 12,
        "house_number_addition": "b",
        "postal_code": "1234 AB",
        "city": "Utrecht",
        "country": "NL",
    },
    "business": {
        "company": "De Vries BV",
        "vat_number": "NL001234567B01",
        "address": {"street": "Kade 1", "postal_code": "1000 AA", "city": "Amsterdam", "country": "NL"},
        "invoice_email": "facturen@devries.example",
        "invoice_address": {"street": "Postbus 9", "postal_code": "1000 ZZ", "city": "Amsterdam", "country": "NL"},
    },
}
# The same, as stored on an inquiry.
PERSON = {
    "first_name": "Jan",
    "last_name": "de Vries",
    "email": "jan.devries@example.com",
    "phone": "+31687654321",
    "language": "nl",
    "address": {"street": "Dorpsstraat 12b", "postal_code": "1234 AB", "city": "Utrecht", "country": "NL"},
}
BUSINESS = JAN["business"]
TOKEN = "the-token-of-userhub"


class Hub:
    """`answer` is (status, body, headers); the body is sent as JSON unless it is bytes. `seen` are (path, token)."""

    def __init__(self, settings):
        self.settings, self.seen, self.is_dripping = settings, [], False
        self.wait = threading.Event()
        self.wait.set()
        self.asked = threading.Event()
        self.say(JAN)
        self.port = None
        self.start()

    def say(self, body, status=200, **headers):
        self.answer = (status, body if isinstance(body, bytes) else json.dumps(body).encode(), headers)

    def start(self):
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                hub.seen.append((self.path, self.headers["Authorization"]))
                hub.asked.set()
                hub.wait.wait(30)
                status, body, headers = hub.answer
                # The client may have closed the connection.
                with suppress(OSError):
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    for piece in [body[i : i + 1] for i in range(len(body))] if hub.is_dripping else [body]:
                        self.wfile.write(piece)
                        self.wfile.flush()
                        if hub.is_dripping:
                            time.sleep(0.1)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port or 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.settings.USERHUB_URL = f"http://127.0.0.1:{self.port}/api"
        self.settings.USERHUB_TOKEN = TOKEN

    def stop(self):
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def hub(settings):
    hub = Hub(settings)
    yield hub
    hub.wait.set()
    hub.stop()
