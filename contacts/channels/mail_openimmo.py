"""Read OpenImmo feedback: the XML in which portals send a visitor's request (openimmo_feedback.xsd, openimmo.de)."""

import re
from contextlib import suppress
from email.message import EmailMessage
from html import unescape
from urllib.parse import urlsplit
from xml.parsers import expat

from config.web.text import one_line

from .mail_headers import MALFORMED, address_in, content_of
from .message import Lead
from .payload import clean_text

MAX_XML = 1_000_000  # bytes
MAX_ELEMENTS = 5000
MAX_DEPTH = 20
_START = re.compile(rb"<(?:[a-z]\w{0,20}:)?openimmo_feedback[\s>]", re.I)
_END = re.compile(rb"</(?:[a-z]\w{0,20}:)?openimmo_feedback\s*>", re.I)
_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}\?>\s*", re.I)
# Programs that write XML by hand leave "&" and HTML's entities in it.
_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-f]{1,6});)", re.I)
_HOST = re.compile(r"\b(?:[a-z0-9-]{1,63}\.)+[a-z]{2,20}\b", re.I)
# Numbers of a property, the surest first: the office's own, then the portal's.
_REFERENCES = ("oobj_id", "zusatz_refnr", "portal_obj_id", "portal_unique_id", "expose_url")


class _RefusedXmlError(ValueError):
    """XML with a document type, which could define entities, or larger than any real one."""


def read_openimmo(email: EmailMessage) -> Lead | None:
    """The request in the first OpenImmo feedback of an e-mail, a file or the text; None when there is none."""
    for part in email.walk():
        if _may_be_xml(part) and (document := _cut_document(content_of(part))):
            values = _read_values(document)
            if lead := _make_lead(values):
                return lead
    return None


def _may_be_xml(part: EmailMessage) -> bool:
    if part.is_multipart():
        return False
    name = ""
    with suppress(*MALFORMED):
        name = str(part.get_filename() or "").lower()
    return part.get_content_maintype() == "text" or "xml" in part.get_content_subtype() or name.endswith(".xml")


def _cut_document(content: bytes) -> bytes:
    """The XML document in a part's content, from its declaration to its last tag; b"" for none."""
    content = content[:MAX_XML]
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content if _START.search(content.replace(b"\0", b"")) else b""
    if not (start := _START.search(content)):
        return b""
    declaration = _DECLARATION.search(content[: start.start()])
    # In the text of an e-mail words may stand before and after it.
    end = _END.search(content, start.end())
    return (declaration[0] if declaration else b"") + content[start.start() : end.end() if end else None]


def _read_values(document: bytes) -> dict[str, str]:
    """Text of each element, by "parent/name" in lower case, the first of a name; {} for XML that cannot be read.

    XML that is not well-formed is tried again with its bare "&", and then its declared charset, set right.
    """
    repaired = _AMPERSAND.sub(b"&amp;", document)
    plain = _DECLARATION.sub(b"", repaired, count=1).decode("cp1252", "replace").encode()
    for attempt in (document, repaired, plain):
        with suppress(expat.ExpatError, ValueError, LookupError):
            return _Reader().read(attempt)
    return {}


class _Reader:
    """Collects the texts of elements. Entities that the document defines are refused, as they may grow without end."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.values: dict[str, list[str]] = {}
        self.finished: set[str] = set()
        self.count = 0

    def read(self, document: bytes) -> dict[str, str]:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self.refuse
        parser.EntityDeclHandler = self.refuse
        parser.StartElementHandler = self.open_element
        parser.EndElementHandler = self.close_element
        parser.CharacterDataHandler = self.add_text
        parser.Parse(document, True)
        return {key: clean_text(unescape("".join(pieces))).strip() for key, pieces in self.values.items()}

    def refuse(self, *_details: object) -> None:
        raise _RefusedXmlError

    def open_element(self, name: str, _attributes: dict[str, str]) -> None:
        self.path.append(name.rpartition(":")[2].lower())
        self.count += 1
        if self.count > MAX_ELEMENTS or len(self.path) > MAX_DEPTH:
            raise _RefusedXmlError

    def close_element(self, _name: str) -> None:
        self.finished.add("/".join(self.path[-2:]))
        self.path.pop()

    def add_text(self, text: str) -> None:
        key = "/".join(self.path[-2:])
        if key not in self.finished:
            self.values.setdefault(key, []).append(text)


def _make_lead(values: dict[str, str]) -> Lead | None:
    """The lead of an OpenImmo feedback, None without a person."""
    person = {name: values.get(f"interessent/{name}", "") for name in ("vorname", "nachname", "email", "tel", "mobil")}
    if not any(person.values()):
        return None
    return Lead(
        name=one_line(f"{person['vorname']} {person['nachname']}") or one_line(values.get("interessent/firma", "")),
        email=address_in(person["email"]),
        phone=one_line(person["tel"] or person["mobil"], 50),
        message=values.get("interessent/anfrage") or values.get("interessent/wunsch", ""),
        references=tuple(filter(None, (one_line(values.get(f"objekt/{name}", ""), 500) for name in _REFERENCES))),
        title=one_line(values.get("objekt/bezeichnung", "")),
        source=_source(values),
    )


def _source(values: dict[str, str]) -> str:
    """Host name of the portal, from its name or from the address of the property's page."""
    if host := _HOST.search(values.get("sender/name", "")):
        return host[0].lower()
    with suppress(ValueError):
        return urlsplit(values.get("objekt/expose_url", "")).hostname or ""
    return ""
