"""Word and Excel documents of Office 97-2003, in compound files (OLE). Sources: [MS-CFB], [MS-XLS], [MS-OLEDS]."""

import re
import struct
from collections.abc import Callable

from .pictures import PADDING

OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FREE_SECTOR = b"\xff\xff\xff\xff"
# Names of streams and folders: macros, and an embedded file of any kind, which a double click opens.
MACRO_STREAMS = frozenset({"_vba_project", "_vba_project_cur", "vba", "macros"})
PACKAGE_STREAMS = frozenset({"\x01ole10native"})
MAX_ENTRIES = 20_000
# A field that makes Word start a program and ask it for data.
DDE_FIELD = re.compile(rb"\x13\s*+\"?[Dd][Dd][Ee](?:[Aa][Uu][Tt][Oo])?\"?\s++[ -~]{4}")
DDE_FIELD_UTF16 = re.compile(rb"\x13\0(?:\s\0)*+(?:\"\0)?[Dd]\0[Dd]\0[Ee]\0")
# Records of Excel: a sheet of macros, of which the length is that of its name and 7 or 8 bytes more; a link to
# another program, in which 3 stands between its name and what is asked of it.
SHEET_OF_MACROS = re.compile(rb"\x85\0(.)\0.{4}[\0-\2]\x01(.)", re.DOTALL)
LINK = re.compile(rb"\xae\x01....(.)\0([\0\1])", re.DOTALL)


def is_ole(main_streams: str) -> Callable[[bytes], bool]:
    """Make the check for an Office 97-2003 file with one of these main streams, without anything that runs."""
    mains = {name.lower() for name in main_streams.split(",")}

    def check(data: bytes) -> bool:
        if not data.startswith(OLE_SIGNATURE) or _has_archive_behind(data):
            return False
        names = _stream_names(data)
        is_active = names & (MACRO_STREAMS | PACKAGE_STREAMS) or len(names) > MAX_ENTRIES
        return bool(names & mains) and not is_active and not _has_links(data)

    return check


def is_risky_ole(data: bytes) -> bool:
    """True for a compound file of any program with macros, embedded files or links to other programs."""
    return bool(_stream_names(data) & (MACRO_STREAMS | PACKAGE_STREAMS)) or _has_links(data)


def _stream_names(data: bytes) -> set[str]:
    """Names of all streams and folders, in small letters; what only looks like an entry may be among them."""
    names = set()
    for at in range(0, len(data) - 127, 128):
        # Cheap tests first: the type, and the length of the name in bytes, its NUL included.
        if data[at + 66] in (1, 2, 5) and 4 <= data[at + 64] <= 64 and not data[at + 65]:
            name = data[at : at + data[at + 64] - 2]
            names.add(name.decode("utf-16-le", "replace").lower())
    return names


def _has_links(data: bytes) -> bool:
    """True for fields and records by which a document asks another program for data, and for sheets of macros."""
    has_field = DDE_FIELD.search(data) or DDE_FIELD_UTF16.search(data)
    return bool(has_field) or _has_sheet_of_macros(data) or _has_linked_program(data)


def _has_sheet_of_macros(data: bytes) -> bool:
    return any(match[1][0] - match[2][0] in (7, 8) for match in SHEET_OF_MACROS.finditer(data))


def _has_linked_program(data: bytes) -> bool:
    for match in LINK.finditer(data):
        width = 1 + match[2][0]
        name = data[match.end() : match.end() + match[1][0] * width].decode(
            "utf-16-le" if width == 2 else "latin-1", "replace"
        )
        before, mark, _behind = name.partition("\x03")
        # The path of another workbook has such signs too, and begins with one.
        if mark and before and before.isprintable():
            return True
    return False


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
