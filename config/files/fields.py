"""Parts of Office documents that fetch or start something by themselves: relationships, fields, formulas.

The XML is not parsed but searched, each pattern in one pass, as a part may have millions of elements. A part is only
searched when it can be read no other way: in UTF-8, without entities of its own. Sources: ECMA-376-1, 17.16 (fields);
ECMA-376-2, 9.3 (relationships).
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from .budget import Budget, UnsafeError

# Attributes, which may hold ">" in quotation marks, and the end of the tag.
ATTRIBUTES = rb"(?P<attributes>(?:[^<>\"']++|\"[^<\"]*+\"|'[^<']*+'){0,500}+)(?P<end>>)?"
PREFIX = rb"<(?:[^\s<>/:=\"']++:)?+"
RELATIONSHIP = re.compile(PREFIX + rb"Relationship\b" + ATTRIBUTES)
FIELD = re.compile(
    PREFIX + rb"(?P<name>instrText|delInstrText|fldChar|fldSimple)\b" + ATTRIBUTES + rb"(?P<text>[^<]*+)"
)
# A formula of Excel that asks another program, "cmd|' /c calc'!A0": "|" stands in texts and names of sheets otherwise.
TEXT = rb"\"[^<\"]*+\"|'[^<']*+'|&quot;[^<&]*+(?:&(?!quot;)[^<&]*+)*+&quot;"
PIPE = rb"(?:\||&#0*+124;|&#[xX]0*+7[cC];)"
FORMULA = re.compile(
    PREFIX
    + rb"(?:f|definedName|formula[12]?)(?:\s[^<>]*+)?+>"
    + rb"(?:[^<|\"'&]|"
    + TEXT
    + rb"|(?!"
    + PIPE
    + rb")&)*+"
    + PIPE
    + rb"[^<!]*+!"
)
VALUE = rb"\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)')"
TYPE, TARGET, INSTRUCTION = (re.compile(name + VALUE) for name in (rb"\sType", rb"\sTarget", rb"instr"))
# Those that XML has without a DOCTYPE.
ENTITY = re.compile(r"&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(quot|amp|lt|gt|apos));")
ENTITIES = {"quot": '"', "amp": "&", "lt": "<", "gt": ">", "apos": "'"}
ENCODING = re.compile(rb"""\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.-]{1,40})""")
# Others may write "<" by other bytes.
ENCODINGS = re.compile(rb"utf-?8|us-ascii|iso-8859-\d+|windows-125\d", re.I)
FIELD_NAME = 120  # characters in which the name of a field is looked for
# Relationships that may lead elsewhere: a link is followed by whoever clicks it, and Excel asks before it reads
# another workbook.
LINKS = {"hyperlink", "externallinkpath", "xlpathmissing", "xlstartup", "xlalternatestartup", "xllibrary"}
# Relationships to what runs, is embedded as a file of any kind, or becomes part of the document unseen.
ACTIVE = {"oleobject", "control", "activexcontrolbinary", "attachedtoolbars", "afchunk"}
ACTIVE |= {"vbaproject", "wordvbadata", "xlmacrosheet", "xlintlmacrosheet"}
# Embedded files that are judged themselves.
DOCUMENTS = (".docx", ".xlsx", ".pptx", ".doc", ".xls", ".ppt")
DDE = re.compile(r"[\s\"“”]*DDE(?:AUTO)?\b", re.I)
LINKED_PROGRAM = re.compile(rb"<(?:[^\s<>/:=\"']++:)?+(?:ddeLink|oleLink)\b")


def plain_xml(data: bytes) -> bytes:
    """The XML in UTF-8. Raises UnsafeError where it has a DOCTYPE, or comes in a rare encoding."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data, declared = data.decode("utf-16").encode(), None
    else:
        declared = ENCODING.match(data)
    if b"\0" in data or b"<!D" in data or b"<!E" in data or (declared and not ENCODINGS.fullmatch(declared[1])):
        raise UnsafeError("encoding")
    return data


def _attribute_values(attribute: re.Pattern[bytes], text: bytes) -> list[str]:
    """Values of an attribute; what looks like one within another's value is among them."""
    return [_unescape((double or single).decode()) for double, single in attribute.findall(text)]


def _unescape(text: str) -> str:
    if "&" not in text:
        return text

    def character(entity: re.Match[str]) -> str:
        decimal, hexadecimal, name = entity.groups()
        return ENTITIES[name] if name else chr(int(decimal) if decimal else int(hexadecimal, 16))

    return ENTITY.sub(character, text)


def _elements(element: re.Pattern[bytes], data: bytes, budget: Budget, weight: int = 1) -> Iterator[re.Match[bytes]]:
    """Yield the elements that match. Raises UnsafeError for too many, or too many attributes."""
    for match in element.finditer(data):
        budget.spend("elements", weight)
        if match["end"] is None:
            raise UnsafeError("attributes")
        yield match


def has_active_relationship(data: bytes, budget: Budget) -> bool:
    """True when a part of a document leads to what runs, or to another machine without anybody's click."""
    budget.spend("entities", data.count(b"&"))
    return any(_is_active(match["attributes"]) for match in _elements(RELATIONSHIP, data, budget, 2))


def _is_active(attributes: bytes) -> bool:
    kinds = {kind.strip().rpartition("/")[2].lower() for kind in _attribute_values(TYPE, attributes)}
    targets = _attribute_values(TARGET, attributes)
    is_file = "package" in kinds and not all(target.strip().lower().endswith(DOCUMENTS) for target in targets)
    return is_file or bool(kinds & ACTIVE) or (not kinds <= LINKS and any(map(is_remote, targets)))


def is_remote(target: str) -> bool:
    """True for an address of another machine. A template on the writer's own disk is usual, and found nowhere else."""
    path = (unquote(target) if "%" in target else target).strip().replace("\\", "/")
    scheme, mark, rest = path.partition(":")
    if mark and scheme.lower() == "file":
        # "file:///C:/x", "file:///home/x" and "file:C:/x" are here; "file://server/x", "file:////server/x" are not.
        return rest.startswith("//") and (not rest.startswith("///") or rest.startswith("////"))
    has_scheme = bool(mark) and len(scheme) > 1 and re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme, re.I) is not None
    return path.startswith("//") or has_scheme


def has_dde_field(data: bytes, budget: Budget) -> bool:
    """True when a field of a Word document starts a program and asks it for data."""
    if not any(name in data for name in (b"instrText", b"fldSimple", b"delInstrText")):
        return False
    if b"<!" in data or data.count(b"<?") > 1:
        raise UnsafeError("comments beside fields")  # What stands in them would be taken for fields.
    codes = [b"".join(code).lstrip()[:FIELD_NAME].decode("utf-8", "replace") for code in _field_codes(data, budget)]
    budget.spend("entities", sum(code.count("&") for code in codes))
    names = [_unescape(code).strip() for code in codes]
    return any(DDE.match(name) or (code and not name) for code, name in zip(codes, names, strict=True))


def _field_codes(data: bytes, budget: Budget) -> list[list[bytes]]:
    """The code of each field, in pieces: others may stand between them."""
    codes: list[list[bytes]] = [[]]
    open_fields = [0]
    for match in _elements(FIELD, data, budget):
        name, attributes = match["name"], match["attributes"]
        if name == b"fldSimple":
            codes += [[value.encode()] for value in _attribute_values(INSTRUCTION, attributes)]
        elif name != b"fldChar":
            codes[open_fields[-1]].append(b"" if attributes.endswith(b"/") else match["text"])
        elif _begins(attributes):
            open_fields.append(len(codes))
            codes.append([])
        elif b"separate" not in attributes and len(open_fields) > 1:
            open_fields.pop()
    return codes


def _begins(attributes: bytes) -> bool:
    """True for the mark at which a field begins. Raises UnsafeError where it may be read otherwise."""
    if b"&" in attributes or attributes.count(b"fldCharType") != 1:
        raise UnsafeError("mark of a field")
    return re.search(rb"fldCharType\s*+=\s*+[\"']\s*+begin", attributes) is not None


def has_dde_formula(sheet: bytes) -> bool:
    """True when a formula of an Excel sheet asks another program."""
    return (b"|" in sheet or b"&#" in sheet) and FORMULA.search(sheet) is not None
