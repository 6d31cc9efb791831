"""Word and Excel documents, told from other files of their containers: compound files (OLE), ZIP archives (OOXML)."""

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from xml.etree import ElementTree

# Bytes that may pad the end of a file.
PADDING = b"\0\t\n\r "
# Members of an Office file, and the factor by which it may grow when unpacked.
MAX_MEMBERS, MAX_RATIO = 5_000, 100
MAX_CONTENT_TYPES = 1024 * 1024  # bytes
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FREE_SECTOR = b"\xff\xff\xff\xff"
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
MACRO_NAMES = re.compile("|".join(MACRO_MEMBERS).encode(), re.IGNORECASE)


def is_ole(main_streams: str) -> Callable[[bytes], bool]:
    """Make the check for an Office 97-2003 file with one of these main streams. Source: [MS-CFB], 2.6."""

    def check(data: bytes) -> bool:
        if not data.startswith(OLE_SIGNATURE) or _has_archive_behind(data):
            return False
        return any(_has_stream(data, name) for name in main_streams.split()) and not _has_ole_macros(data)

    return check


def _has_ole_macros(data: bytes) -> bool:
    return any(_has_stream(data, name) for name in ("_VBA_PROJECT", "_VBA_PROJECT_CUR", "VBA", "Macros"))


def has_macros(data: bytes) -> bool:
    """True for an Office document with macros, whose type is none of FILE_TYPES."""
    if data.startswith(OLE_SIGNATURE):
        return _has_ole_macros(data)
    # Names of members stand in a ZIP file as they are.
    return data.startswith(b"PK\x03\x04") and bool(MACRO_NAMES.search(data))


def _has_archive_behind(data: bytes) -> bool:
    """True when a ZIP file ends behind the compound file. Within it, Office 2007 and later store the theme as one."""
    at = data.rfind(b"PK\x05\x06")
    if at < 0:
        return False
    end = _end_of_ole(data)
    return at >= end if end else not data[at + 22 :].strip(PADDING)


def _end_of_ole(data: bytes) -> int:
    """Offset behind the last sector in use, 0 for a broken allocation table. Source: [MS-CFB], 2.2 to 2.5."""
    if len(data) < 512 or data[30:32] not in (b"\x09\0", b"\x0c\0"):
        return 0
    size = 1 << data[30]
    table = _fat_sectors(data, size)
    last = -1
    for index, sector in enumerate(table):
        entries = data[(sector + 1) * size : (sector + 2) * size]
        used = [n for n in range(0, len(entries), 4) if entries[n : n + 4] != FREE_SECTOR]
        last = index * size // 4 + used[-1] // 4 if used else last
    # A table that uses more sectors than there are is no table.
    return (last + 2) * size if 0 <= (last + 1) * size < len(data) else 0


def _fat_sectors(data: bytes, size: int) -> list[int]:
    """Sectors of the allocation table, listed in the header and in a chain of further sectors."""
    sectors = [*struct.unpack("<109I", data[76:512])]
    chained, per_sector = struct.unpack("<I", data[68:72])[0], size // 4
    # Each has entries for `per_sector` sectors of the file; a table that claims more is made to keep us busy.
    count = min(struct.unpack("<I", data[44:48])[0], len(data) // size // per_sector + 2)
    while len(sectors) < count:
        block = data[(chained + 1) * size : (chained + 2) * size]
        if len(block) < size:
            break
        *more, chained = struct.unpack(f"<{per_sector}I", block)
        sectors += more
    return sectors[:count]


def _has_stream(data: bytes, name: str) -> bool:
    """Look for the directory entry of this name: 64 bytes of UTF-16 and their length, at a multiple of 128."""
    text = (name + "\0").encode("utf-16-le")
    entry = text.ljust(64, b"\0") + len(text).to_bytes(2, "little")
    at = data.find(entry)
    while at >= 0 and at % 128:
        at = data.find(entry, at + 1)
    return at >= 0


def is_ooxml(main_part: str) -> Callable[[bytes], bool]:
    """Make the check for an Office Open XML file with this main part, without macros. Source: ECMA-376-2, 10.1.2."""

    def check(data: bytes) -> bool:
        # Padding may follow the archive, nothing else; and its directory is no larger than one that Office writes.
        end = data.rfind(b"PK\x05\x06") + 22
        is_plain = data.startswith(b"PK\x03\x04") and end > 22 and not data[end:].strip(PADDING)
        if not is_plain or data.count(b"PK\x01\x02") > MAX_MEMBERS:
            return False
        try:
            with zipfile.ZipFile(io.BytesIO(data[:end])) as archive:
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
