"""Encryption of archives by age (age-encryption.org), whose own command opens them as well."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

import pyrage  # type: ignore[import-untyped]

SUFFIX = ".age"


class UnusableKeyError(Exception):
    """A key is none of age's, or does not open the archive. The text names no secret."""


def read_recipients(texts: Iterable[str]) -> list[pyrage.x25519.Recipient]:
    """Public keys, like age1…. Raises UnusableKeyError."""
    try:
        return [pyrage.x25519.Recipient.from_str(text.strip()) for text in texts]
    except pyrage.RecipientError as error:
        raise UnusableKeyError("a recipient is no public key of age, which begins with age1") from error


def encrypt(source: Path, target: Path, recipients: Sequence[pyrage.x25519.Recipient]) -> None:
    """Encrypt a file for those that have one of the secret keys."""
    pyrage.encrypt_file(str(source), str(target), list(recipients))


def decrypt(source: IO[bytes], target: IO[bytes], identity: Path) -> None:
    """Decrypt with the secret keys in a file, as `age-keygen` writes it. Raises UnusableKeyError."""
    try:
        lines = [line.strip() for line in identity.read_text().splitlines()]
        keys = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
        pyrage.decrypt_io(source, target, keys)
    except (OSError, UnicodeDecodeError, pyrage.IdentityError) as error:
        raise UnusableKeyError(f"{identity} holds no secret key of age") from error
    except pyrage.DecryptError as error:
        raise UnusableKeyError(f"the archive does not open with the key in {identity}, or is not whole") from error
