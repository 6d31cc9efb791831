"""Encrypted model field for secrets, such as the tokens of a connection."""

import base64
import logging
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

logger = logging.getLogger("vestibule.secrets")


@cache
def _make_cipher(keys: tuple[str, ...]) -> MultiFernet:
    """Cipher that encrypts with the first key and decrypts with any of them."""
    info = b"vestibule stored secrets"
    derived = [HKDF(SHA256(), length=32, salt=None, info=info).derive(key.encode()) for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])


def _current_cipher() -> MultiFernet:
    return _make_cipher((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


def is_present(stored: str) -> bool:
    """Tell if a stored value opens with SECRET_KEY itself."""
    try:
        _make_cipher((settings.SECRET_KEY,)).decrypt(stored)
    except InvalidToken:
        return False
    return True


def rotate(stored: str) -> str:
    """The stored value, encrypted anew with SECRET_KEY. Raises InvalidToken where no key opens it."""
    return _current_cipher().rotate(stored).decode()


class SecretField(models.TextField):
    """Text, encrypted at rest with a key that comes from SECRET_KEY (Fernet: AES-128-CBC with HMAC-SHA256).

    A value that cannot be decrypted, as after a change of SECRET_KEY, reads as "" and has to be entered again. The
    field cannot be queried by value.
    """

    def get_prep_value(self, value: Any) -> str:
        text = super().get_prep_value(value) or ""
        return _current_cipher().encrypt(text.encode()).decode() if text else ""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str:
        if not value:
            return ""
        try:
            return _current_cipher().decrypt(value).decode()
        except InvalidToken:
            logger.warning("a stored secret does not open with SECRET_KEY; it has to be given again")
            return ""
