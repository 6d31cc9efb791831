"""Files that are kept whatever they are: those that strangers send in messages.

They are served as downloads only, and as what they are only where `check_file` knows the type. Programs are marked, and
so are files in which they may hide: documents of Office that `check_file` would refuse for what they run, fetch or
start, macros of OpenDocument, objects in RTF, and a PDF that starts a program.
"""

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .ole import OLE_SIGNATURE, is_risky_ole
from .ooxml import is_risky_ooxml
from .pdf import is_risky_pdf
from .programs import PAGE_SUFFIXES, PROGRAM_SIGNATURES, RUNNABLE_SUFFIXES, suffix_of
from .rtf import is_risky_rtf
from .validation import FILE_TYPES, MAX_FILENAME, FileInfo, is_forbidden, mime_type_of

MAX_KEPT_BYTES = 25 * 1024 * 1024
MAX_SUFFIX = 20  # characters
UNKNOWN = "application/octet-stream"
# Stored for a program and for a document that may run one, whatever its name says.
PROGRAM = "application/x-executable"
# Endings for files without a name, by what they begin with; those of FILE_TYPES are known by their whole content.
SIGNATURES = {
    rb"....ftyp(?:heic|heix|mif1|msf1)": ".heic",
    rb"....ftyp(?:M4A|M4B)": ".m4a",
    rb"....ftyp": ".mp4",
    rb"OggS": ".ogg",
    rb"ID3|\xff[\xfb\xf3\xf2]": ".mp3",
    rb"RIFF....WAVE": ".wav",
    rb"\{\\rtf": ".rtf",
    rb"II\*\0|MM\0\*": ".tif",
    rb"BEGIN:VCARD": ".vcf",
    rb"BEGIN:VCALENDAR": ".ics",
    rb"PK\x03\x04": ".zip",
    rb"7z\xbc\xaf\x27\x1c": ".7z",
    rb"Rar!\x1a\x07": ".rar",
}


def describe_kept_file(content: bytes, filename: str) -> FileInfo:
    """Name, type, size and hash under which a file is kept. Raises ValidationError for an empty or too large one."""
    if not content:
        raise ValidationError(_("The file is empty."), code="empty")
    if len(content) > MAX_KEPT_BYTES:
        raise ValidationError(_("The file is larger than 25 MB."), code="too_large")
    name = usable_filename(filename)
    if name in ("", _("Unnamed file")):
        name = f"{_('Unnamed file')}{_suffix_of(content)}"
    mime_type = mime_type_of(content, name)
    if not mime_type:
        mime_type = PROGRAM if _is_program(content) else UNKNOWN
    return FileInfo(name, mime_type, len(content), hashlib.sha256(content).hexdigest())


def usable_filename(filename: str) -> str:
    """The name without folders and characters that mislead, cut before its ending; "" where nothing is left."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", filename))[-1]
    # Windows ignores dots and spaces at the end: "invoice.exe." is a program.
    name = "".join("" if is_forbidden(c) else c for c in name).strip().rstrip(". ")
    if not any(c.isalnum() for c in name):
        return ""
    suffix = PurePosixPath(name).suffix
    end = suffix if len(suffix) <= MAX_SUFFIX else ""
    return name if len(name) <= MAX_FILENAME else name[: MAX_FILENAME - len(end)] + end


def is_risky(filename: str, mime_type: str) -> bool:
    """True for a kept file that may run something on the computer of whoever opens it."""
    return mime_type == PROGRAM or suffix_of(filename) in RUNNABLE_SUFFIXES | PAGE_SUFFIXES


def served_type(mime_type: str) -> str:
    """Content type of a download: the stored one of documents that `check_file` knows and of media, else unknown."""
    is_known = mime_type in {known for known, _matches in FILE_TYPES.values()}
    return mime_type if is_known or mime_type.startswith(("audio/", "video/")) else UNKNOWN


def _is_program(content: bytes) -> bool:
    if content.startswith(OLE_SIGNATURE):
        return is_risky_ole(content)
    is_risky = content.startswith(PROGRAM_SIGNATURES) or is_risky_ooxml(content)
    return is_risky or is_risky_rtf(content) or is_risky_pdf(content)


def _suffix_of(content: bytes) -> str:
    known = (suffix for suffix in FILE_TYPES if suffix != ".txt" and mime_type_of(content, f"file{suffix}"))
    by_start = (suffix for start, suffix in SIGNATURES.items() if re.match(start, content[:64], re.DOTALL))
    text = (".txt" for _ in [0] if mime_type_of(content, "file.txt"))
    return next((suffix for found in (known, by_start, text) for suffix in found), "")
