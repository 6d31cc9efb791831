"""Passwords known from break-ins, by a list that the operator keeps on this machine: nobody else is asked about any.

Source: haveibeenpwned.com/Passwords. Its downloader writes one file: a line "SHA1:COUNT" for each, in the order of the
hashes, of some 40 GB.
"""

import hashlib
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class BreachedPasswordValidator:
    """Refuses a password of the list at `path`; "" is none."""

    def __init__(self, path: str = "") -> None:
        self.path = path

    def validate(self, password: str, user: Any = None) -> None:
        if self.path and is_listed(Path(self.path), password):
            text = _("This password is known from break-ins into other sites. Choose another one.")
            raise ValidationError(text, code="password_breached")

    def get_help_text(self) -> str:
        return _("Your password can’t be one that is known from break-ins into other sites.") if self.path else ""


def is_listed(path: Path, password: str) -> bool:
    """True if the list has the hash of the password: some 40 reads, whatever its size. Raises OSError."""
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file:
        # The line in question begins after `low`, or at 0, and not after `high`.
        low, high = 0, file.seek(0, 2)
        while low < high:
            middle = (low + high) // 2
            line = _line_after(file, middle)
            if line.startswith(digest):
                return True
            if line and line < digest:
                low = middle + 1
            else:
                high = middle
    return False


def _line_after(file: BinaryIO, place: int) -> bytes:
    """The first line that begins at `place` or after it; b"" for none."""
    file.seek(max(place - 1, 0))
    if place:
        file.readline()
    return file.readline()
