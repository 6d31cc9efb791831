"""Office files as programs write them, and the parts by which they are made hostile."""

from ..sample_files import EXCEL_MAIN, OOXML, WORD_MAIN, archive

RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
POWERPOINT_MAIN = OOXML + "presentationml.presentation.main+xml"
PART = {
    "header": OOXML + "wordprocessingml.header+xml",
    "link": OOXML + "spreadsheetml.externalLink+xml",
    "sheet": OOXML + "spreadsheetml.worksheet+xml",
    "chart": OOXML + "drawingml.chart+xml",
}
MAINS = {"word/document.xml": WORD_MAIN, "xl/workbook.xml": EXCEL_MAIN, "ppt/presentation.xml": POWERPOINT_MAIN}
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def relations(*rows: tuple[str, str]) -> bytes:
    """A part of relationships, of (type, target); a target with a scheme or backslashes is external."""
    elements = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONSHIPS}{kind}" Target="{target}"'
        f"{' TargetMode="External"' if ':' in target or target[:1] in ('\\', '%') else ''}/>"
        for n, (kind, target) in enumerate(rows)
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f'{head}<Relationships xmlns="{space}">{elements}</Relationships>'.encode()


def package(main: str, types: dict[str, str], members: dict[str, bytes]) -> bytes:
    """An Office file with this main part; `types` are content types of parts by their name."""
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in {main: MAINS[main], **types}.items()
    )
    defaults = "".join(
        f'<Default Extension="{suffix}" ContentType="{kind}"/>'
        for suffix, kind in {
            "rels": "application/vnd.openxmlformats-package.relationships+xml",
            "xml": "application/xml",
            "png": "image/png",
            "bin": OOXML + "oleObject",
        }.items()
    )
    space = "http://schemas.openxmlformats.org/package/2006/content-types"
    head = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Types xmlns="{space}">'
    content_types = f"{head}{defaults}{overrides}</Types>".encode()
    start = {"[Content_Types].xml": content_types, "_rels/.rels": relations(("officeDocument", main))}
    return archive({**start, **members})


def document(*body: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>', encoding: str = "utf-8") -> bytes:
    """The main part of a Word file."""
    return f"{head}<w:document {W}><w:body>{''.join(body)}</w:body></w:document>".encode(encoding)


def word(
    *body: str,
    main: bytes | None = None,
    relationships: tuple[tuple[str, str], ...] = (),
    types: dict[str, str] | None = None,
    members: dict[str, bytes] | None = None,
) -> bytes:
    parts = {"word/document.xml": main or document(*body or ("<w:p/>",))}
    parts["word/_rels/document.xml.rels"] = relations(("styles", "styles.xml"), *relationships)
    return package("word/document.xml", types or {}, {**parts, "word/styles.xml": b"<w:styles/>", **(members or {})})


def excel(
    sheet: str = "<row r='1'><c r='A1'><v>1</v></c></row>",
    *,
    types: dict[str, str] | None = None,
    members: dict[str, bytes] | None = None,
    names: str = "",
) -> bytes:
    parts = {
        "xl/workbook.xml": f"<workbook>{names}<sheets/></workbook>".encode(),
        "xl/_rels/workbook.xml.rels": relations(("worksheet", "worksheets/sheet1.xml")),
        "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{sheet}</sheetData></worksheet>".encode(),
    }
    all_types = {"xl/worksheets/sheet1.xml": PART["sheet"], **(types or {})}
    return package("xl/workbook.xml", all_types, {**parts, **(members or {})})


def powerpoint(members: dict[str, bytes] | None = None) -> bytes:
    return package("ppt/presentation.xml", {}, {"ppt/presentation.xml": b"<p:presentation/>", **(members or {})})


def field(*codes: str) -> str:
    """A field of Word whose code comes in pieces."""
    pieces = "".join(f'<w:r><w:instrText xml:space="preserve">{code}</w:instrText></w:r>' for code in codes)
    begin, separate, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end"))
    return f"<w:p>{begin}{pieces}{separate}<w:r><w:t>text</w:t></w:r>{end}</w:p>"


def linked(kind: str, target: str) -> bytes:
    return word(relationships=((kind, target),))


def with_settings(*relationships: tuple[str, str]) -> bytes:
    members = {"word/settings.xml": b"<w:settings/>", "word/_rels/settings.xml.rels": relations(*relationships)}
    return word(relationships=(("settings", "settings.xml"),), members=members)
