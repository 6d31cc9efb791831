"""Validation of uploaded files: content and filename must be of the same type.

The rules are those of the inquiries API (PDF, JPEG, PNG, GIF, WebP, DOC, DOCX, XLS, XLSX, TXT; 10 MB). They are
stricter for files that are valid as two types at once, contain macros, or unpack to far more than their size.
"""

import hashlib
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import PurePosixPath
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from .office import OOXML, PADDING, is_ole, is_ooxml

MAX_BYTES = 10 * 1024 * 1024
MAX_FILENAME = 255
# Marks that change the direction of text, so that "gpj.exe" is displayed as "exe.jpg".
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Control characters, surrogates, ends of lines and paragraphs.
FORBIDDEN_CATEGORIES = {"Cc", "Cs", "Zl", "Zp"}
# The start of another type of file within a picture: a web page, a script, a PDF.
EMBEDDED = re.compile(rb"<(?:html|script|\?php|!doctype html)[\s>]|%PDF-[12]\.", re.I)
# Starts of other files, before which the header of a PDF makes it two at once: programs, scripts, pictures, archives.
OTHER_SIGNATURES = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"GIF8",
    b"\x89PNG",
    b"\xff\xd8",
    b"RIFF",
    b"PK",
    b"Rar!",
    b"7z",
    b"\xd0\xcf",
    b"\xca\xfe",
)
# A text that starts like this is displayed as a web page by clients that sniff (WHATWG MIME Sniffing, 7.1), or run.
MARKUP = re.compile(
    r"\s*(?:<(?:!doctype|html|head|body|script|style|iframe|svg|title|meta|table|div|font|h1|br|\?php|a|b|p)(?=[\s/>])"
    r"|<!--|<\?xml|#!|%PDF-|\{\\rtf)",
    re.I,
)


class FileInfo(NamedTuple):
    """A validated file: `filename` is one line of text, `size` in bytes, `sha256` in hexadecimal digits."""

    filename: str
    mime_type: str
    size: int
    sha256: str


def check_file(file: File, filename: str) -> FileInfo:
    """Validate `file` and the name that its sender gave it. Reads it from its start, and leaves it there.

    Raises ValidationError for an unusable name, an empty or too large file, or content that does not match the name.
    """
    filename = clean_filename(filename)
    data = _read_limited(file)
    mime_type = mime_type_of(data, filename)
    if not mime_type:
        raise ValidationError(
            _(
                "Choose a PDF, JPEG, PNG, GIF, WebP, Word, Excel or text file without macros; "
                "name and content must agree."
            ),
            code="kind",
        )
    return FileInfo(filename, mime_type, len(data), hashlib.sha256(data).hexdigest())


def mime_type_of(data: bytes, filename: str) -> str:
    """Media type on which name and content agree, "" where they do not or it is none of FILE_TYPES."""
    mime_type, matches = FILE_TYPES.get(PurePosixPath(filename.lower()).suffix, ("", _matches_nothing))
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


def _is_archive(data: bytes) -> bool:
    """Return true for data that opens as a ZIP file: that is read from its end, whatever precedes it."""
    return zipfile.is_zipfile(io.BytesIO(data))


def _last_bytes(data: bytes, length: int) -> bytes:
    """Return the last bytes before the padding."""
    return data[-65536:].rstrip(PADDING)[-length:]


def _is_pdf(data: bytes) -> bool:
    # Readers look for the header in the first 1024 bytes; mail programs and printers put their own before it.
    at = data[:1024].find(b"%PDF-")
    has_plain_start = at == 0 or (at > 0 and b"<" not in data[:at] and not data.startswith(OTHER_SIGNATURES))
    return has_plain_start and b"%%EOF" in _last_bytes(data, 1024) and not _is_archive(data)


def _is_picture(data: bytes) -> bool:
    return not (_is_archive(data) or EMBEDDED.search(data))


def _is_jpeg(data: bytes) -> bool:
    # Cameras append data after the end of the picture.
    return data.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in data and _is_picture(data)


def _is_png(data: bytes) -> bool:
    is_complete = data[12:16] == b"IHDR" and _last_bytes(data, 12) == b"\0\0\0\0IEND\xaeB`\x82"
    return data.startswith(b"\x89PNG\r\n\x1a\n") and is_complete and _is_picture(data)


def _is_gif(data: bytes) -> bool:
    return data.startswith((b"GIF87a", b"GIF89a")) and _last_bytes(data, 1) == b";" and _is_picture(data)


def _is_webp(data: bytes) -> bool:
    length = int.from_bytes(data[4:8], "little") + 8
    is_complete = length <= len(data) and not data[length:].strip(PADDING)
    return data[:4] == b"RIFF" and data[8:15] == b"WEBPVP8" and is_complete and _is_picture(data)


def _is_text(data: bytes) -> bool:
    """Return true for UTF-8, UTF-16 or Windows-1252 text without control characters that is not markup."""
    if (text := _decode_text(data)) is None:
        return False
    has_controls = any(c not in "\t\n\r\f" and unicodedata.category(c) == "Cc" for c in set(text))
    return not has_controls and not MARKUP.match(text)


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
    ".pdf": ("application/pdf", _is_pdf),
    ".jpg": ("image/jpeg", _is_jpeg),
    ".jpeg": ("image/jpeg", _is_jpeg),
    ".jfif": ("image/jpeg", _is_jpeg),
    ".png": ("image/png", _is_png),
    ".gif": ("image/gif", _is_gif),
    ".webp": ("image/webp", _is_webp),
    ".doc": ("application/msword", is_ole("WordDocument")),
    ".docx": (OOXML + "wordprocessingml.document", is_ooxml("wordprocessingml.document.main+xml")),
    ".xls": ("application/vnd.ms-excel", is_ole("Workbook Book")),
    ".xlsx": (OOXML + "spreadsheetml.sheet", is_ooxml("spreadsheetml.sheet.main+xml")),
    ".txt": ("text/plain", _is_text),
}
