"""A device that makes and uses passkeys, as a browser passes on what it says: in software, by `cryptography` alone."""

import hashlib
import json
import secrets
import struct
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode

ORIGIN = "http://testserver"
PRESENT, VERIFIED, ATTESTED = 1, 4, 64


class Authenticator:
    """One device with one passkey a site; `counts` says whether it has a counter of signatures."""

    def __init__(self, *, origin: str = ORIGIN, is_verifying: bool = True, counts: bool = True) -> None:
        self.origin, self.is_verifying, self.counts = origin, is_verifying, counts
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id, self.handle, self.count = secrets.token_bytes(32), b"", 0

    def make(self, options: str, **client: Any) -> str:
        """The answer to options of `navigator.credentials.create`."""
        asked = json.loads(options)
        self.handle = websafe_decode(asked["user"]["id"])
        key = cbor.encode(ES256.from_cryptography_key(self.key.public_key()))
        credential = bytes(16) + struct.pack(">H", len(self.id)) + self.id + key
        data = self._data(ATTESTED) + credential
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self.write(self._client("webauthn.create", asked, client), attestationObject=attestation)

    def use(self, options: str, **client: Any) -> str:
        """The answer to options of `navigator.credentials.get`."""
        data, client_data = self._data(), self._client("webauthn.get", json.loads(options), client)
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        return self.write(client_data, authenticatorData=data, signature=signature, userHandle=self.handle)

    def write(self, client: bytes, **parts: bytes) -> str:
        """JSON as static/js/passkey.js writes it; a part without bytes is left out."""
        parts = {name: websafe_encode(part) for name, part in {"clientDataJSON": client, **parts}.items() if part}
        id = websafe_encode(self.id)
        return json.dumps({"id": id, "rawId": id, "type": "public-key", "response": parts})

    def _client(self, type: str, asked: dict[str, Any], more: dict[str, Any]) -> bytes:
        said = {"type": type, "challenge": asked["challenge"], "origin": self.origin, "crossOrigin": False, **more}
        return json.dumps(said).encode()

    def _data(self, flags: int = 0) -> bytes:
        self.count += self.counts
        host = self.origin.partition("://")[2].partition(":")[0]
        flags |= PRESENT | (VERIFIED if self.is_verifying else 0)
        return hashlib.sha256(host.encode()).digest() + struct.pack(">BI", flags, self.count)
