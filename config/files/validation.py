"""Validation of uploaded files: content and filename must be of the same type.

The rules are those of the inquiries API (PDF, JPEG, PNG, GIF, WebP, DOC, DOCX, XLS, XLSX, TXT; 10 MB). They are
stricter for files that are valid as two types at once, run or fetch something when they are opened, or unpack to far
more than their size. Judging takes time in proportion to the size, and half a second at most: nothing is decoded.
"""

import hashlib
import io
import re
import unicodedata
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from .ole import is_ole
from .ooxml import EXCEL, OOXML, WORD, is_ooxml
from .pdf import is_pdf
from .pictures import is_gif, is_jpeg, is_png, is_webp
from .programs import suffix_of

MAX_BYTES = 10 * 1024 * 1024
MAX_FILENAME = 255
# Marks that change the direction of text, so that "gpj.exe" is displayed as "exe.jpg".
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Control characters, surrogates, ends of lines and paragraphs.
FORBIDDEN_CATEGORIES = {"Cc", "Cs", "Zl", "Zp"}
# A text that starts like this is displayed as a web page by clients that sniff (WHATWG MIME Sniffing, 7.1), or run.
MARKUP = re.compile(
    r"\s*+(?:<(?:!doctype|html|head|body|script|style|iframe|svg|title|meta|table|div|font|h1|br|\?php|a|b|p)(?=[\s/>])"
    r"|<!--|<\?xml|#!|%PDF-|\{\\rtf)",
    re.I,
)


# Control characters, but for tabs and ends of lines and pages.
CONTROL = re.compile("[\0-\x08\x0b\x0e-\x1f\x7f-\x9f]")
REFUSAL = _("Choose a PDF, JPEG, PNG, GIF, WebP, Word, Excel or text file without macros; name and content must agree.")


class FileInfo(NamedTuple):
    """A validated file: `filename` is one line of text, `size` in bytes, `sha256` in hexadecimal digits."""

    filename: str
    mime_type: str
    size: int
    sha256: str


def check_file(
    file: File, filename: str, *, suffixes: Collection[str] = (), refusal: StrOrPromise = REFUSAL
) -> FileInfo:
    """Validate `file` and the name that its sender gave it. Reads it from its start, and leaves it there.

    `suffixes` are those of FILE_TYPES that are accepted, all of them unless named; `refusal` is said of all others.
    Raises ValidationError for an unusable name, an empty or too large file, or content that does not match the name.
    """
    filename = clean_filename(filename)
    data = _read_limited(file)
    is_accepted = not suffixes or f".{suffix_of(filename)}" in suffixes
    mime_type = mime_type_of(data, filename) if is_accepted else ""
    if not mime_type:
        raise ValidationError(refusal, code="kind")
    return FileInfo(filename, mime_type, len(data), hashlib.sha256(data).hexdigest())


def mime_type_of(data: bytes, filename: str) -> str:
    """Media type on which name and content agree, "" where they do not or it is none of FILE_TYPES."""
    mime_type, matches = FILE_TYPES.get(f".{suffix_of(filename)}", ("", _matches_nothing))
    return mime_type if matches(data) else ""


def clean_filename(filename: str) -> str:
    """Return the name in NFC and stripped. Raises ValidationError unless it is one line of text of usual length."""
    filename = unicodedata.normalize("NFC", filename).strip()
    if len(filename) > MAX_FILENAME:
        raise ValidationError(_("Use at most %(n)s characters for the file name.") % {"n": MAX_FILENAME}, code="name")
    if not filename or any(is_forbidden(c) for c in filename):
        raise ValidationError(_("This file name cannot be used. Rename the file and send it again."), code="name")
    return filename


def is_forbidden(char: str) -> bool:
    return char in "/\\" or char in BIDI or unicodedata.category(char) in FORBIDDEN_CATEGORIES


def _read_limited(file: File) -> bytes:
    """Read the file, up to the limit: `file.size` is what the client states."""
    data = io.BytesIO()
    for chunk in file.chunks():
        data.write(chunk)
        if data.tell() > MAX_BYTES:
            raise ValidationError(_("The file is larger than 10 MB."), code="too_large")
    file.seek(0)
    if not data.tell():
        raise ValidationError(_("The file is empty."), code="empty")
    return data.getvalue()


def _matches_nothing(data: bytes) -> bool:
    return False


def _is_text(data: bytes) -> bool:
    """Return true for UTF-8, UTF-16 or Windows-1252 text without control characters that is not markup."""
    if (text := _decode_text(data)) is None:
        return False
    return not CONTROL.search(text) and not MARKUP.match(text)


def _decode_text(data: bytes) -> str | None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        codecs: tuple[str, ...] = ("utf-16",)
    elif b"\0" in data:
        # Without a mark, every other byte of a text in Latin letters is zero.
        codecs = ("utf-16-be",) if data[:1] == b"\0" else ("utf-16-le",)
    else:
        codecs = ("utf-8-sig", "cp1252")
    for codec in codecs:
        with suppress(UnicodeDecodeError):
            return data.decode(codec)
    return None


# Suffix of the filename -> (media type, check of the content).
FILE_TYPES: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    ".pdf": ("application/pdf", is_pdf),
    ".jpg": ("image/jpeg", is_jpeg),
    ".jpeg": ("image/jpeg", is_jpeg),
    ".jfif": ("image/jpeg", is_jpeg),
    ".png": ("image/png", is_png),
    ".gif": ("image/gif", is_gif),
    ".webp": ("image/webp", is_webp),
    ".doc": ("application/msword", is_ole("WordDocument")),
    ".docx": (OOXML + WORD, is_ooxml(WORD)),
    ".xls": ("application/vnd.ms-excel", is_ole("Workbook,Book")),
    ".xlsx": (OOXML + EXCEL, is_ooxml(EXCEL)),
    ".txt": ("text/plain", _is_text),
}
