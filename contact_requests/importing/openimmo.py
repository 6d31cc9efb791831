"""Read the properties of an OpenImmo file (openimmo.xsd, openimmo.de): XML, or a ZIP with it and pictures.

To be called in a process with limits: it is read whole. A document type is refused, as it could define entities.
"""

import io
import zipfile
import zlib
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.web.text import one_line

from .columns import PICTURES

MAX_XML = 64 * 1024 * 1024  # bytes
MAX_DEPTH, MAX_ELEMENTS = 40, 2_000_000
MAX_ENTRIES = 5_000
MAX_PICTURE = 20 * 1024 * 1024  # bytes
MAX_PROPERTIES = 5_000
HEADINGS = ["reference", "title", "summary", "description", "city", "price", "state", "number", PICTURES]
PICTURE_ENDS = (".jpg", ".jpeg", ".png", ".webp", ".gif")
PRICES = ("kaufpreis", "nettokaufpreis", "warmmiete", "kaltmiete", "nettokaltmiete", "pauschalmiete")
TEXTS = ("objektbeschreibung", "lage", "ausstatt_beschr", "sonstige_angaben")
STATES = {"OFFEN": "available", "RESERVIERT": "under_offer", "VERKAUFT": "sold", "ARCHIVIERT": "withdrawn"}


# LookupError: an unknown encoding. RuntimeError and NotImplementedError: a ZIP with a password, or packed otherwise.
UNREADABLE = (
    *(expat.ExpatError, zipfile.BadZipFile, zlib.error),
    *(ValueError, LookupError, OSError, EOFError, RuntimeError, NotImplementedError),
)


class _RefusedXmlError(ValueError):
    """XML with a document type, or larger than any real one."""


def read_openimmo(content: bytes) -> list[list[str]]:
    """Rows with the cells of HEADINGS, one a property. Raises ValidationError."""
    try:
        root = _parse(_find_xml(content))
    except UNREADABLE as error:
        raise ValidationError(_("This is no OpenImmo file that can be read."), code="openimmo") from error
    found = list(root.iter("immobilie"))
    if len(found) > MAX_PROPERTIES:
        message = _("The file has more than %(limit)d properties. Split it into several.")
        raise ValidationError(message % {"limit": MAX_PROPERTIES}, code="too_many")
    return [_read_property(each) for each in found]


def read_picture(content: bytes, name: str) -> bytes:
    """A picture of a ZIP by its name, without its folder; b"" when there is none, or it is too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist()[:MAX_ENTRIES]:
                if _base(entry.filename) == _base(name) and entry.file_size <= MAX_PICTURE:
                    with archive.open(entry) as file:
                        picture = file.read(MAX_PICTURE + 1)
                    return picture if len(picture) <= MAX_PICTURE else b""
    except UNREADABLE:
        pass
    return b""


def _find_xml(content: bytes) -> bytes:
    if not content.startswith(b"PK\x03\x04"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_ENTRIES:
            raise _RefusedXmlError
        entry = next((each for each in entries if each.filename.lower().endswith(".xml")), None)
        if entry is None:
            raise _RefusedXmlError
        with archive.open(entry) as file:
            # More than it says of itself is not read.
            return file.read(MAX_XML + 1)


class _Reader:
    """Builds the tree, with the names of elements in lower case and without their namespaces."""

    def __init__(self) -> None:
        self.builder, self.depth, self.count = TreeBuilder(), 0, 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth, self.count = self.depth + 1, self.count + 1
        if self.depth > MAX_DEPTH or self.count > MAX_ELEMENTS:
            raise _RefusedXmlError
        self.builder.start(_local(tag), {_local(name): value for name, value in attributes.items()})

    def end(self, tag: str) -> None:
        self.depth -= 1
        self.builder.end(_local(tag))


def _local(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def _refuse(*_arguments: object) -> None:
    raise _RefusedXmlError


def _parse(document: bytes) -> Element:
    if len(document) > MAX_XML:
        raise _RefusedXmlError
    reader, parser = _Reader(), expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.builder.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
    parser.Parse(document, True)
    root = reader.builder.close()
    if root.tag != "openimmo":
        raise _RefusedXmlError
    return root


def _text(element: Element, *paths: str) -> str:
    """The text of the first of these elements that has one."""
    texts = ((element.findtext(path) or "").replace("\0", "").strip() for path in paths)
    return next(filter(None, texts), "")


def _read_property(element: Element) -> list[str]:
    state = element.find(".//zustand_angaben/verkaufstatus")
    pictures = [_text(each, "daten/pfad") for each in element.iterfind("anhaenge/anhang")]
    texts = [_text(element, f"freitexte/{name}") for name in TEXTS]
    return [
        one_line(_text(element, "verwaltung_techn/objektnr_extern", "verwaltung_techn/objektnr_intern")),
        one_line(_text(element, "freitexte/objekttitel")),
        _summary(element),
        "\n\n".join(filter(None, texts))[:10_000],
        one_line(_text(element, "geo/ort"), 100),
        _price(element),
        _state(element, state.get("stand", "").upper() if state is not None else ""),
        one_line(_text(element, "verwaltung_techn/openimmo_obid"), 100),
        "\n".join(name for name in map(_base, pictures) if name.lower().endswith(PICTURE_ENDS)),
    ]


def _summary(element: Element) -> str:
    """ "3 rooms · 68 m²", in the language of the reader of the file."""
    rooms, area = _short(_text(element, "flaechen/anzahl_zimmer")), _short(_text(element, "flaechen/wohnflaeche"))
    # There are rooms and a half.
    text = ngettext("%(n)s room", "%(n)s rooms", 1 if rooms == "1" else 2) % {"n": rooms}
    parts = [text if rooms else "", f"{area} m²" if area else ""]
    return one_line(" · ".join(filter(None, parts)), 300)


def _short(number: str) -> str:
    """ "68.00" -> "68"."""
    return number.rstrip("0").rstrip(".") if "." in number else number


def _price(element: Element) -> str:
    return _text(element, *(f"preise/{name}" for name in PRICES))


def _state(element: Element, state: str) -> str:
    if element.find("verwaltung_techn/aktion[@aktionart='DELETE']") is not None:
        return "withdrawn"
    is_let = element.find(".//vermarktungsart[@miete_pacht='true']") is not None
    return "let" if state == "VERKAUFT" and is_let else STATES.get(state, "")


def _base(path: str) -> str:
    """The name of a file without its folders."""
    return path.replace("\\", "/").rpartition("/")[2].strip()
