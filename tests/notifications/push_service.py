"""A push service as a program in a thread, with browsers that subscribed there: it checks VAPID and decrypts."""

import base64
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point(key: Any) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def hmac(key: bytes, text: bytes) -> bytes:
    made = HMAC(key, SHA256())
    made.update(text)
    return made.finalize()


def decrypt(body: bytes, private: ec.EllipticCurvePrivateKey, secret: bytes) -> bytes:
    """As RFC 8291 (3.4) describes it step by step, apart from the product's own code."""
    salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
    sender, text = body[21 : 21 + length], body[21 + length :]
    assert (size, length) == (4096, 65) and len(text) <= size
    shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender))
    pseudo = hmac(secret, shared)
    material = hmac(pseudo, b"WebPush: info\0" + point(private.public_key()) + sender + b"\x01")
    pseudo = hmac(salt, material)
    key = hmac(pseudo, b"Content-Encoding: aes128gcm\0\x01")[:16]
    nonce = hmac(pseudo, b"Content-Encoding: nonce\0\x01")[:12]
    plain = AESGCM(key).decrypt(nonce, text, None).rstrip(b"\0")
    assert plain.endswith(b"\x02")
    return plain[:-1]


def read_vapid(header: str, audience: str) -> str:
    """Check the signature of a call (RFC 8292); returns the public key in base64url."""
    scheme, _space, rest = header.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    signed, _dot, signature = parts["t"].rpartition(".")
    raw = decode(signature)
    key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, decode(parts["k"]))
    dss = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key.verify(dss, signed.encode(), ec.ECDSA(SHA256()))
    head, claims = (json.loads(decode(part)) for part in signed.split("."))
    assert (scheme, head, claims["aud"], len(raw)) == ("vapid", {"typ": "JWT", "alg": "ES256"}, audience, 64)
    assert time.time() < claims["exp"] <= time.time() + 24 * 3600
    assert claims["sub"].startswith(("https://", "mailto:"))
    return parts["k"]


@dataclass
class Subscription:
    """A browser's; `key` is that of the site with which it subscribed."""

    endpoint: str
    key: str
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    secret: bytes = b"sixteen secrets."

    @property
    def form(self) -> dict[str, str]:
        public = encode(point(self.private.public_key()))
        return {"endpoint": self.endpoint, "public_key": public, "secret": encode(self.secret), "key": self.key}


class PushService:
    """`pushes` are what it took: (name of the browser, text, headers). `status` is what it answers, by browser."""

    def __init__(self) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self.pushes: list[tuple[str, dict[str, Any], dict[str, str]]] = []
        self.status: dict[str, int] = {}
        self.errors: list[Exception] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    status = service.take(self.path.rpartition("/")[2], body, dict(self.headers))
                except Exception as error:
                    service.errors.append(error)
                    status = 400
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def subscribe(self, name: str, key: str) -> Subscription:
        self.subscriptions[name] = Subscription(f"{self.url}/push/{name}", key)
        return self.subscriptions[name]

    def take(self, name: str, body: bytes, headers: dict[str, str]) -> int:
        subscription = self.subscriptions[name]
        assert headers["Content-Encoding"] == "aes128gcm" and len(body) <= 4096
        if read_vapid(headers["Authorization"], self.url) != subscription.key:
            return 403
        text = json.loads(decrypt(body, subscription.private, subscription.secret))
        status = self.status.get(name, 201)
        if status < 300:
            self.pushes.append((name, text, headers))
        return status

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
