"""Encryption of a push message, which its browser alone can read (RFC 8291, on aes128gcm of RFC 8188)."""

import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .vapid import CURVE

PUBLIC_BYTES, SECRET_BYTES, SALT_BYTES = 65, 16, 16
RECORD_BYTES = 4096
# The last record ends with it.
END = b"\x02"


def encrypt(text: bytes, public: bytes, secret: bytes) -> bytes:
    """Encrypt for a browser's public key (65 bytes) and secret (16 bytes). Raises ValueError for a key that is none."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, public)
    own, salt = ec.generate_private_key(CURVE), os.urandom(SALT_BYTES)
    own_public = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own.exchange(ec.ECDH(), theirs)
    material = _expand(shared, secret, b"WebPush: info\0" + public + own_public, 32)
    key = _expand(material, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _expand(material, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + RECORD_BYTES.to_bytes(4) + bytes([len(own_public)]) + own_public
    return header + AESGCM(key).encrypt(nonce, text + END, None)


def _expand(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length=length, salt=salt, info=info).derive(material)
