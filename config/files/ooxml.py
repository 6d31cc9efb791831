"""Word and Excel documents of Office 2007 and later, in ZIP archives. Source: ECMA-376-2 (parts, types, relationships).

A document is refused when it holds macros, embedded files that are no documents, or anything that is fetched or started
when it is opened. Embedded documents, such as the numbers behind a chart, are judged as the document itself is.
"""

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import NamedTuple
from xml.etree import ElementTree

from .budget import Budget, UnsafeError
from .fields import LINKED_PROGRAM, has_active_relationship, has_dde_field, has_dde_formula, plain_xml
from .ole import OLE_SIGNATURE, is_ole
from .pictures import PADDING
from .programs import PROGRAM_SIGNATURES, RUNNABLE_SUFFIXES, suffix_of

MAX_RATIO = 100  # by which an archive may grow when it is unpacked
CONTENT_TYPES = "[Content_Types].xml"
MAX_CONTENT_TYPES = 1024 * 1024  # bytes
MAX_DEPTH = 3  # documents in documents
CHUNK, MAX_FORMULA = 1024 * 1024, 16 * 1024  # bytes
OOXML = "application/vnd.openxmlformats-officedocument."
WORD, EXCEL, POWERPOINT = "wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation"
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
MACRO_MEMBERS = (
    *("vbaproject", "vbadata", "macrosheets/", "activex/"),
    # Of OpenDocument.
    *("basic/script-lc.xml", "scripts/python/", "scripts/javascript/", "scripts/beanshell/"),
)
# Text, pictures, fonts, sounds, films: nothing that opens by a double click.
PASSIVE = (
    "xml vml png jpg jpeg jpe jfif gif bmp dib tif tiff emf wmf emz wmz svg webp wdp hdp jxr heic ico pct pict eps "
    "ttf otf odttf fntdata wav mp3 m4a aac mp4 m4v mov avi wmv mpg mpeg psmdcp sigs"
)
PASSIVE_SUFFIXES = frozenset(PASSIVE.split())


class Types(NamedTuple):
    """Content types: of parts by their name, and of all others by their ending. All in small letters."""

    by_name: dict[str, str]
    by_suffix: dict[str, str]

    def of(self, name: str) -> str:
        return self.by_name.get(f"/{name.lower()}") or self.by_suffix.get(suffix_of(name), "")

    def all(self) -> list[str]:
        return [*self.by_name.values(), *self.by_suffix.values()]


class Archive:
    """An opened archive, itself a document or one within others, `depth` of them."""

    def __init__(self, file: zipfile.ZipFile, budget: Budget, depth: int) -> None:
        self.file, self.budget, self.depth = file, budget, depth
        self.types = self._read_types()

    def read(self, member: str) -> bytes:
        """A member as a whole. Raises UnsafeError when nothing is left to be read."""
        with self.file.open(member) as opened:
            content = opened.read(self.budget.unpacked + 1)
        self.budget.spend("unpacked", len(content))
        return content

    def read_xml(self, member: str) -> bytes:
        return plain_xml(self.read(member))

    def first_bytes(self, member: str) -> bytes:
        with self.file.open(member) as opened:
            return opened.read(8)

    def _read_types(self) -> Types:
        text = self.read_xml(CONTENT_TYPES)
        if len(text) > MAX_CONTENT_TYPES:
            raise UnsafeError("content types")
        self.budget.spend("elements", text.count(b"<"))
        # Without a DOCTYPE there are no entities to expand.
        rows = [row.attrib for row in ElementTree.fromstring(text)]  # noqa: S314
        lower = [{name: value.strip().lower() for name, value in row.items()} for row in rows]
        return Types(
            {row["PartName"]: row.get("ContentType", "") for row in lower if "PartName" in row},
            {row["Extension"]: row.get("ContentType", "") for row in lower if "Extension" in row},
        )


def is_ooxml(main_part: str) -> Callable[[bytes], bool]:
    """Make the check for an Office Open XML file with this main part. Source: ECMA-376-2, 10.1.2."""

    def check(data: bytes) -> bool:
        return _is_document(data, OOXML + main_part + ".main+xml", Budget())

    return check


def is_risky_ooxml(data: bytes) -> bool:
    """True for macros in an archive of any kind, and for an Office document that `is_ooxml` would refuse.

    So a broken one is risky too: Office mends it and opens what it finds.
    """
    if not data.startswith(b"PK\x03\x04"):
        return False
    # Names of members stand in a ZIP file as they are.
    names = data.lower()
    if any(name.encode() in names for name in MACRO_MEMBERS):
        return True
    if CONTENT_TYPES.lower().encode() not in names:
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            types = Archive(file, Budget(), 0).types.all()
    except ARCHIVE_ERRORS:
        return True
    # Slides and templates are judged as what they are.
    mains = [name for name in types if name.endswith(".main+xml")]
    return bool(mains) and not _is_document(data, mains[0], Budget())


def _is_document(data: bytes, main: str, budget: Budget, depth: int = 0) -> bool:
    # Padding may follow the archive, nothing else; and its directory is no larger than one that Office writes.
    end = data.rfind(b"PK\x05\x06") + 22
    if not data.startswith(b"PK\x03\x04") or end <= 22 or data[end:].strip(PADDING):
        return False
    try:
        budget.spend("documents")
        budget.spend("members", data.count(b"PK\x01\x02"))
        with zipfile.ZipFile(io.BytesIO(data[:end])) as file:
            if not _is_safe_archive(file.infolist(), len(data)):
                return False
            archive = Archive(file, budget, depth)
            return _has_types(archive.types, main) and all(_is_safe(archive, name) for name in file.namelist())
    except ARCHIVE_ERRORS:
        return False


def _is_safe_archive(members: list[zipfile.ZipInfo], size: int) -> bool:
    """Check that the archive unpacks within its own folder, each name once, without macros, and within MAX_RATIO."""
    names = [member.filename.lower() for member in members]
    is_encrypted = any(member.flag_bits & 1 for member in members)
    is_usual = all(member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members)
    escapes = any(re.search(r"^/|\\|(^|/)\.\.(/|$)|[\0-\x1f]", name) for name in names)
    is_small = sum(member.file_size for member in members) <= size * MAX_RATIO
    has_macros = any(part in name for name in names for part in MACRO_MEMBERS)
    return len(set(names)) == len(names) and is_usual and is_small and not (is_encrypted or escapes or has_macros)


def _has_types(types: Types, main: str) -> bool:
    """Check that `main` is the only type of document in it, and that none of its types is active content."""
    documents = {name for name in types.all() if name.endswith(".main+xml")}
    return documents == {main} and not any(part in name for name in types.all() for part in ACTIVE_CONTENT)


def _is_safe(archive: Archive, name: str) -> bool:
    """Judge one member by its name, its type and, where it may run or fetch something, its content."""
    suffix, content_type = suffix_of(name), archive.types.of(name)
    if suffix in RUNNABLE_SUFFIXES:
        return False
    if suffix == "rels":
        return not has_active_relationship(archive.read_xml(name), archive.budget)
    if suffix in EMBEDDED:
        return archive.depth < MAX_DEPTH and EMBEDDED[suffix](archive, name)
    if content_type.startswith(OOXML + "wordprocessingml.") and content_type.endswith("xml"):
        return not has_dde_field(archive.read_xml(name), archive.budget)
    if content_type == OOXML + "spreadsheetml.externallink+xml":
        return not LINKED_PROGRAM.search(archive.read_xml(name))
    if content_type in (OOXML + "spreadsheetml.worksheet+xml", OOXML + "spreadsheetml.sheet.main+xml"):
        return _is_safe_sheet(archive, name)
    return suffix in PASSIVE_SUFFIXES or not archive.first_bytes(name).startswith(
        (OLE_SIGNATURE, b"PK\x03\x04", *PROGRAM_SIGNATURES)
    )


def _is_safe_sheet(archive: Archive, name: str) -> bool:
    """Search a sheet in pieces: it may be the larger part of a large document."""
    with archive.file.open(name) as sheet:
        before = b""
        while archive.budget.sheets > 0 and (chunk := sheet.read(CHUNK)):
            archive.budget.sheets -= len(chunk)
            if has_dde_formula(before + chunk):
                return False
            before = chunk[-MAX_FORMULA:]
    return True


def _embedded(main_part: str) -> Callable[[Archive, str], bool]:
    main = OOXML + main_part + ".main+xml"
    return lambda archive, name: _is_document(archive.read(name), main, archive.budget, archive.depth + 1)


def _embedded_ole(main_streams: str) -> Callable[[Archive, str], bool]:
    return lambda archive, name: is_ole(main_streams)(archive.read(name))


# Endings of embedded documents.
EMBEDDED = {
    "docx": _embedded(WORD),
    "xlsx": _embedded(EXCEL),
    "pptx": _embedded(POWERPOINT),
    "doc": _embedded_ole("WordDocument"),
    "xls": _embedded_ole("Workbook,Book"),
    "ppt": _embedded_ole("PowerPoint Document"),
}
