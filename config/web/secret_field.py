"""Text that the database holds encrypted: what Vestibule needs to speak to others in somebody's name."""

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
def _box(keys: tuple[str, ...]) -> MultiFernet:
    """What encrypts with the first key and opens what any of them has encrypted."""
    info = b"vestibule stored secrets"
    derived = [HKDF(SHA256(), length=32, salt=None, info=info).derive(key.encode()) for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])


def _present_box() -> MultiFernet:
    return _box((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


class SecretField(models.TextField):
    """Text, encrypted at rest with a key that comes from SECRET_KEY (Fernet: AES-128-CBC with HMAC-SHA256).

    What cannot be decrypted, as after a new SECRET_KEY, reads as "": it has to be given again. No query finds by it.
    """

    def get_prep_value(self, value: Any) -> str:
        text = super().get_prep_value(value) or ""
        return _present_box().encrypt(text.encode()).decode() if text else ""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str:
        if not value:
            return ""
        try:
            return _present_box().decrypt(value).decode()
        except InvalidToken:
            logger.warning("a stored secret does not open with SECRET_KEY; it has to be given again")
            return ""
