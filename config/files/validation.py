"""Validation of uploaded files: content and filename must be of the same type.

The rules are those of the inquiries API (PDF, JPEG, PNG, GIF, WebP, DOC, DOCX, XLS, XLSX, TXT; 10 MB). They are
stricter for files that are valid as two types at once, contain macros, or unpack to far more than their size.
"""

import hashlib
import io
import lzma
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import NamedTuple
from xml.etree import ElementTree

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

MAX_BYTES = 10 * 1024 * 1024
MAX_FILENAME = 255
# Marks that change the direction of text, so that "gpj.exe" is displayed as "exe.jpg".
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Control characters, surrogates, ends of lines and paragraphs.
FORBIDDEN_CATEGORIES = {"Cc", "Cs", "Zl", "Zp"}
# Bytes that may pad the end of a file.
PADDING = b"\0\t\n\r "
# The start of another type of file within a picture: a web page, a script, a PDF.
EMBEDDED = re.compile(rb"<(?:html|script|\?php|!doctype html)[\s>]|%PDF-[12]\.", re.I)
# A text that starts like this is displayed as a web page by clients that sniff (WHATWG MIME Sniffing, 7.1), or run.
MARKUP = re.compile(
    r"\s*(?:<(?:!doctype|html|head|body|script|style|iframe|svg|title|meta|table|div|font|h1|br|\?php|a|b|p)(?=[\s/>])"
    r"|<!--|<\?xml|#!|%PDF-|\{\\rtf)",
    re.I,
)
# Members of an Office file, and the factor by which it may grow when unpacked.
MAX_MEMBERS, MAX_RATIO = 5_000, 100
MAX_CONTENT_TYPES = 1024 * 1024  # bytes
OOXML = "application/vnd.openxmlformats-officedocument."
# Errors that zipfile and ElementTree raise for a broken archive.
ARCHIVE_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    ElementTree.ParseError,
    EOFError,
    LookupError,
    RuntimeError,  # a password; NotImplementedError is one too
    ValueError,
    OSError,
    OverflowError,
    struct.error,
)
ACTIVE_CONTENT = ("macro", "vba", "activex")
MACRO_MEMBERS = ("vbaproject", "vbadata", "macrosheets/", "activex/")


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
    suffix = PurePosixPath(filename.lower()).suffix
    mime_type, matches = FILE_TYPES.get(suffix, ("", _matches_nothing))
    if not matches(data):
        raise ValidationError(
            _(
                "Choose a PDF, JPEG, PNG, GIF, WebP, Word, Excel or text file without macros; "
                "name and content must agree."
            ),
            code="kind",
        )
    return FileInfo(filename, mime_type, len(data), hashlib.sha256(data).hexdigest())


def clean_filename(filename: str) -> str:
    """Return the name in NFC and stripped. Raises ValidationError unless it is one line of text of usual length."""
    filename = unicodedata.normalize("NFC", filename).strip()
    if len(filename) > MAX_FILENAME:
        raise ValidationError(_("Use at most %(n)s characters for the file name.") % {"n": MAX_FILENAME}, code="name")
    if not filename or any(_is_forbidden(c) for c in filename):
        raise ValidationError(_("This file name cannot be used. Rename the file and send it again."), code="name")
    return filename


def _is_forbidden(char: str) -> bool:
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
    return data.startswith(b"%PDF-") and b"%%EOF" in _last_bytes(data, 1024) and not _is_archive(data)


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
    """Return true for UTF-8 or Windows-1252 text without control characters that is not markup."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            return False
    has_controls = any(c not in "\t\n\r\f" and unicodedata.category(c) == "Cc" for c in set(text))
    return not has_controls and not MARKUP.match(text)


def _is_ole(main_streams: str) -> Callable[[bytes], bool]:
    """Make the check for an Office 97-2003 file with one of these main streams. Source: [MS-CFB], 2.6."""

    def check(data: bytes) -> bool:
        if not data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") or _is_archive(data):
            return False
        has_macros = any(_has_stream(data, name) for name in ("_VBA_PROJECT", "_VBA_PROJECT_CUR", "VBA", "Macros"))
        return any(_has_stream(data, name) for name in main_streams.split()) and not has_macros

    return check


def _has_stream(data: bytes, name: str) -> bool:
    """Look for the directory entry of this name: 64 bytes of UTF-16 and their length, at a multiple of 128."""
    text = (name + "\0").encode("utf-16-le")
    entry = text.ljust(64, b"\0") + len(text).to_bytes(2, "little")
    at = data.find(entry)
    while at >= 0 and at % 128:
        at = data.find(entry, at + 1)
    return at >= 0


def _is_ooxml(main_part: str) -> Callable[[bytes], bool]:
    """Make the check for an Office Open XML file with this main part, without macros. Source: ECMA-376-2, 10.1.2."""

    def check(data: bytes) -> bool:
        # Nothing follows the archive, and its directory is no larger than one that Office writes.
        is_plain = data.startswith(b"PK\x03\x04") and data[-22:-18] == b"PK\x05\x06"
        if not is_plain or data.count(b"PK\x01\x02") > MAX_MEMBERS:
            return False
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                return _is_safe_archive(archive.infolist(), len(data)) and _has_types(archive, OOXML + main_part)
        except ARCHIVE_ERRORS:
            return False

    return check


def _is_safe_archive(members: list[zipfile.ZipInfo], size: int) -> bool:
    """Check that the archive unpacks within its own folder, each name once, without macros, and within MAX_RATIO."""
    names = [member.filename.lower() for member in members]
    is_encrypted = any(member.flag_bits & 1 for member in members)
    escapes = any(re.search(r"^/|\\|(^|/)\.\.(/|$)|[\0-\x1f]", name) for name in names)
    is_small = sum(member.file_size for member in members) <= size * MAX_RATIO
    has_macros = any(part in name for name in names for part in MACRO_MEMBERS)
    return len(set(names)) == len(names) and is_small and not (is_encrypted or escapes or has_macros)


def _has_types(archive: zipfile.ZipFile, main: str) -> bool:
    """Check that `main` is the only type of document in it, and that none of its types is active content."""
    with archive.open("[Content_Types].xml") as member:
        text = member.read(MAX_CONTENT_TYPES + 1)
    # Without a DOCTYPE there are no entities to expand.
    if len(text) > MAX_CONTENT_TYPES or b"<!" in text or b"<\0!" in text or b"\0<\0!" in text:
        return False
    root = ElementTree.fromstring(text)  # noqa: S314 - see the line above
    types = [element.get("ContentType", "").lower() for element in root]
    documents = {name for name in types if name.endswith(".main+xml")}
    return documents == {main} and not any(part in name for name in types for part in ACTIVE_CONTENT)


# Suffix of the filename -> (media type, check of the content).
FILE_TYPES: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    ".pdf": ("application/pdf", _is_pdf),
    ".jpg": ("image/jpeg", _is_jpeg),
    ".jpeg": ("image/jpeg", _is_jpeg),
    ".png": ("image/png", _is_png),
    ".gif": ("image/gif", _is_gif),
    ".webp": ("image/webp", _is_webp),
    ".doc": ("application/msword", _is_ole("WordDocument")),
    ".docx": (OOXML + "wordprocessingml.document", _is_ooxml("wordprocessingml.document.main+xml")),
    ".xls": ("application/vnd.ms-excel", _is_ole("Workbook Book")),
    ".xlsx": (OOXML + "spreadsheetml.sheet", _is_ooxml("spreadsheetml.sheet.main+xml")),
    ".txt": ("text/plain", _is_text),
}
