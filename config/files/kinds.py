"""What a file from outside must be before it is kept: its content and its name say the same kind.

The rules are those of the inquiries API (PDF, JPEG, PNG, GIF, WebP, DOC, DOCX, XLS, XLSX, TXT; 10 MB), and closer where
a file would be two things at once, bring macros, or unpack to far more than it is.
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
MAX_NAME = 255
# Marks that turn the reader of a line round, so that "gpj.exe" reads as "exe.jpg".
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Control characters, surrogates, ends of lines and paragraphs.
UNNAMEABLE = {"Cc", "Cs", "Zl", "Zp"}
# What fills up the end of a file without saying anything.
PADDING = b"\0\t\n\r "
# What begins another kind of file within a picture: a web page, a script, a PDF.
FOREIGN = re.compile(rb"<(?:html|script|\?php|!doctype html)[\s>]|%PDF-[12]\.", re.I)
# A text that begins so is shown as a web page by whoever guesses (WHATWG MIME Sniffing, 7.1), or run.
MARKUP = re.compile(
    r"\s*(?:<(?:!doctype|html|head|body|script|style|iframe|svg|title|meta|table|div|font|h1|br|\?php|a|b|p)(?=[\s/>])"
    r"|<!--|<\?xml|#!|%PDF-|\{\\rtf)",
    re.I,
)
# Members of an Office file, and how many times its own size it may unpack to.
MAX_MEMBERS, MAX_RATIO = 5_000, 100
MAX_CONTENT_TYPES = 1024 * 1024  # bytes
OOXML = "application/vnd.openxmlformats-officedocument."
# How a broken archive shows itself.
BROKEN = (
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
ACTIVE = ("macro", "vba", "activex")


class FileFacts(NamedTuple):
    """`filename` is one line of text, `size` in bytes, `sha256` in hexadecimal digits."""

    filename: str
    mime_type: str
    size: int
    sha256: str


def check_file(file: File, name: str) -> FileFacts:
    """What is known of `file`, whose sender calls it `name`. It is read from its beginning, and left there.

    Raises ValidationError: a name that is none, an empty or too large file, or one whose content is not what its name
    says.
    """
    filename = check_name(name)
    data = _read(file)
    suffix = PurePosixPath(filename.lower()).suffix
    mime_type, is_such = KINDS.get(suffix, ("", _is_nothing))
    if not is_such(data):
        raise ValidationError(
            _(
                "Choose a PDF, JPEG, PNG, GIF, WebP, Word, Excel or text file without macros; "
                "name and content must agree."
            ),
            code="kind",
        )
    return FileFacts(filename, mime_type, len(data), hashlib.sha256(data).hexdigest())


def check_name(name: str) -> str:
    """The name as it is kept, in NFC and without space around it. Raises ValidationError when it is none."""
    name = unicodedata.normalize("NFC", name).strip()
    if len(name) > MAX_NAME:
        raise ValidationError(_("A file name may have %(n)s characters.") % {"n": MAX_NAME}, code="name")
    if not name or any(c in "/\\" or c in BIDI or unicodedata.category(c) in UNNAMEABLE for c in name):
        raise ValidationError(_("The name of the file cannot be used. Rename it and send it again."), code="name")
    return name


def _read(file: File) -> bytes:
    """All of the file, and no more than is allowed: the size that somebody states is not believed."""
    found = io.BytesIO()
    for chunk in file.chunks():
        found.write(chunk)
        if found.tell() > MAX_BYTES:
            raise ValidationError(_("The file is larger than 10 MB."), code="too_large")
    file.seek(0)
    if not found.tell():
        raise ValidationError(_("The file is empty."), code="empty")
    return found.getvalue()


def _is_nothing(data: bytes) -> bool:
    return False


def _is_archive(data: bytes) -> bool:
    """Whether it can be opened as a ZIP, which is read from its end, whatever stands before."""
    return zipfile.is_zipfile(io.BytesIO(data))


def _end(data: bytes, length: int) -> bytes:
    """The last bytes before the padding."""
    return data[-65536:].rstrip(PADDING)[-length:]


def _is_pdf(data: bytes) -> bool:
    return data.startswith(b"%PDF-") and b"%%EOF" in _end(data, 1024) and not _is_archive(data)


def _is_picture(data: bytes) -> bool:
    return not (_is_archive(data) or FOREIGN.search(data))


def _is_jpeg(data: bytes) -> bool:
    # Cameras write more behind the end of the picture.
    return data.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in data and _is_picture(data)


def _is_png(data: bytes) -> bool:
    is_whole = data[12:16] == b"IHDR" and _end(data, 12) == b"\0\0\0\0IEND\xaeB`\x82"
    return data.startswith(b"\x89PNG\r\n\x1a\n") and is_whole and _is_picture(data)


def _is_gif(data: bytes) -> bool:
    return data.startswith((b"GIF87a", b"GIF89a")) and _end(data, 1) == b";" and _is_picture(data)


def _is_webp(data: bytes) -> bool:
    length = int.from_bytes(data[4:8], "little") + 8
    is_whole = length <= len(data) and not data[length:].strip(PADDING)
    return data[:4] == b"RIFF" and data[8:15] == b"WEBPVP8" and is_whole and _is_picture(data)


def _is_text(data: bytes) -> bool:
    """Whether it is text in UTF-8 or Windows' Latin, without control characters and not markup."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            return False
    has_controls = any(c not in "\t\n\r\f" and unicodedata.category(c) == "Cc" for c in set(text))
    return not has_controls and not MARKUP.match(text)


def _is_ole(main: str) -> Callable[[bytes], bool]:
    """The test for an Office file of before 2007 whose main stream has a name like `main`. Source: [MS-CFB], 2.6."""

    def check(data: bytes) -> bool:
        if not data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") or _is_archive(data):
            return False
        has_macros = any(_has_stream(data, name) for name in ("_VBA_PROJECT", "_VBA_PROJECT_CUR", "VBA", "Macros"))
        return any(_has_stream(data, name) for name in main.split()) and not has_macros

    return check


def _has_stream(data: bytes, name: str) -> bool:
    """Whether there is a directory entry of this name: 64 bytes of UTF-16 and their length, at multiples of 128."""
    text = (name + "\0").encode("utf-16-le")
    entry = text.ljust(64, b"\0") + len(text).to_bytes(2, "little")
    at = data.find(entry)
    while at >= 0 and at % 128:
        at = data.find(entry, at + 1)
    return at >= 0


def _is_ooxml(main: str) -> Callable[[bytes], bool]:
    """The test for an Office file of today with this main part, without macros. Source: ECMA-376-2, 10.1.2."""

    def check(data: bytes) -> bool:
        # The end of the archive is the end of the file, and its directory is no larger than one of Office's.
        is_plain = data.startswith(b"PK\x03\x04") and data[-22:-18] == b"PK\x05\x06"
        if not is_plain or data.count(b"PK\x01\x02") > MAX_MEMBERS:
            return False
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                return _is_sound(archive.infolist(), len(data)) and _has_types(archive, OOXML + main)
        except BROKEN:
            return False

    return check


def _is_sound(members: list[zipfile.ZipInfo], size: int) -> bool:
    """Whether the archive unpacks to files below its own folder, each once, and to no more than its size suggests."""
    names = [member.filename.lower() for member in members]
    is_readable = not any(member.flag_bits & 1 for member in members)  # encrypted
    is_below = not any(re.search(r"^/|\\|(^|/)\.\.(/|$)|[\0-\x1f]", name) for name in names)
    is_small = sum(member.file_size for member in members) <= size * MAX_RATIO
    is_still = not any(word in name for name in names for word in ("vbaproject", "vbadata", "macrosheets/", "activex/"))
    return len(set(names)) == len(names) and is_readable and is_below and is_small and is_still


def _has_types(archive: zipfile.ZipFile, main: str) -> bool:
    """Whether `main` is the one kind of document in it, and nothing in it is run."""
    with archive.open("[Content_Types].xml") as member:
        text = member.read(MAX_CONTENT_TYPES + 1)
    # Without a document type nothing is defined in it that could unfold.
    if len(text) > MAX_CONTENT_TYPES or b"<!" in text or b"<\0!" in text or b"\0<\0!" in text:
        return False
    root = ElementTree.fromstring(text)  # noqa: S314 - see the line above
    types = [element.get("ContentType", "").lower() for element in root]
    documents = {kind for kind in types if kind.endswith(".main+xml")}
    return documents == {main} and not any(word in kind for kind in types for word in ACTIVE)


# The ending of a name -> the media type, and whether content is of that kind.
KINDS: dict[str, tuple[str, Callable[[bytes], bool]]] = {
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
