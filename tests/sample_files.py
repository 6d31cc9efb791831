"""Sample files: good ones of every type, and hostile ones."""

import io
import struct
import zipfile
import zlib

MIB = 1024 * 1024
OOXML = "application/vnd.openxmlformats-officedocument."
DOCX = OOXML + "wordprocessingml.document"
XLSX = OOXML + "spreadsheetml.sheet"
WORD_MAIN, EXCEL_MAIN = DOCX + ".main+xml", XLSX + ".main+xml"
DOCM_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"
XLSM_MAIN = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
JPEG = (
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xdb\0\x04\0\x01"
    b"\xff\xc0\0\x0b\x08\0\1\0\1\1\1\x11\0\xff\xda\0\x02\x12\x34\xff\xd9"
)
GIF = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(*more: bytes) -> bytes:
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    picture = png_chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + picture + png_chunk(b"IEND", b"")


def webp(data: bytes = b"VP8L" + struct.pack("<I", 4) + b"\x2f\0\0\0") -> bytes:
    return b"RIFF" + struct.pack("<I", len(data) + 4) + b"WEBP" + data


def archive(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def content_types(*overrides: str) -> bytes:
    parts = "".join(f'<Override PartName="/part{n}.xml" ContentType="{name}"/>' for n, name in enumerate(overrides))
    default = '<Default Extension="xml" ContentType="application/xml"/>'
    space = "http://schemas.openxmlformats.org/package/2006/content-types"
    return f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{space}">{default}{parts}</Types>'.encode()


def office(*part_types: str, **members: bytes) -> bytes:
    """Make an Office file with these content types, and members whose names have "__" for "/", "_dot_" for "."."""
    parts = {name.replace("__", "/").replace("_dot_", "."): data for name, data in members.items()}
    return archive({"[Content_Types].xml": content_types(*part_types), "word/document.xml": b"<document/>", **parts})


def docx(**members: bytes) -> bytes:
    return office(WORD_MAIN, **members)


def xlsx(**members: bytes) -> bytes:
    return office(EXCEL_MAIN, **members)


def ole(*streams: str) -> bytes:
    """Make a minimal compound file: its header, and one directory entry for each stream."""
    head = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504)[:512]
    entries = b""
    for name in ("Root Entry", *streams):
        text = (name + "\0").encode("utf-16-le")
        entries += text.ljust(64, b"\0") + struct.pack("<H", len(text)) + b"\2" + b"\0" * 61
    return head + entries


def compound(stream: bytes, *names: str) -> bytes:
    """Make a compound file with an allocation table: directory, then one stream, then the table."""
    directory = ole(*names)[512:].ljust(1024, b"\0")
    body = directory + stream.ljust(-(-len(stream) // 512) * 512, b"\0")
    used = len(body) // 512
    table = b"\xfe\xff\xff\xff" * (used + 1)
    head = bytearray(ole()[:512])
    head[30:32] = struct.pack("<H", 9)
    head[44:48] = struct.pack("<I", 1)
    head[68:72] = b"\xfe\xff\xff\xff"
    head[76:512] = struct.pack("<I", used) + b"\xff" * 432
    return bytes(head) + body + table.ljust(512, b"\xff")


THEME = archive({"theme/theme/theme1.xml": b"<a:theme/>"})

GOOD = {
    "plan.pdf": (PDF, "application/pdf"),
    "photo.jpg": (JPEG, "image/jpeg"),
    "photo.JPEG": (JPEG + b"what a camera adds", "image/jpeg"),
    "drawing.png": (png(), "image/png"),
    "old.gif": (GIF, "image/gif"),
    "new.webp": (webp(), "image/webp"),
    "letter.doc": (ole("WordDocument", "1Table"), "application/msword"),
    "letter.docx": (docx(), DOCX),
    "sums.xls": (ole("Workbook"), "application/vnd.ms-excel"),
    "very old.xls": (ole("Book"), "application/vnd.ms-excel"),
    "sums.xlsx": (xlsx(), XLSX),
    "notes.txt": (b"Two rooms, <b>warm</b>.\r\n", "text/plain"),
    "notes in Latin.txt": ("Un café, dix € par tête".encode("cp1252"), "text/plain"),
    "Notizen für Jürgen 🏠.txt": ("\ufeffHélène".encode(), "text/plain"),
    "scanned.pdf": (PDF + b"\0" * 2048, "application/pdf"),
    "photo.jfif": (JPEG, "image/jpeg"),
    "with a theme.doc": (compound(THEME, "WordDocument", "1Table"), "application/msword"),
    "with a theme.xls": (compound(b"x" * 700 + THEME, "Workbook"), "application/vnd.ms-excel"),
    "padded.xlsx": (xlsx() + b"\0" * 700, XLSX),
    "with a line behind it.docx": (docx() + b"\r\n", DOCX),
    "from Notepad.txt": ("Hélène\r\n".encode("utf-16"), "text/plain"),
    "without a mark.txt": ("Two rooms".encode("utf-16-le"), "text/plain"),
    "from a mail program.pdf": (b"\r\n\r\n" + PDF, "application/pdf"),
    "for a printer.pdf": (b"\x1b%-12345X@PJL\r\n" + PDF, "application/pdf"),
}

BOMB = docx(word__bomb=b"\0" * (40 * MIB))
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
JAR = archive({"META-INF/MANIFEST.MF": b"Main-Class: Evil", "Evil.class": b"\xca\xfe\xba\xbe"})
ENTITIES = content_types(WORD_MAIN).replace(b"<Types", b'<!DOCTYPE t [<!ENTITY a "aaaa">]><Types')


def with_name_twice(data: bytes) -> bytes:
    """Add a second member whose name differs in case alone."""
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as file:
        file.writestr("WORD/Document.xml", b"other")
    return buffer.getvalue()


def encrypted(data: bytes) -> bytes:
    """Mark a member of the archive as encrypted."""
    at = data.index(b"PK\1\2") + 8
    return data[:at] + b"\1" + data[at + 1 :]


# Label of the fault -> (filename, content).
HOSTILE = {
    "a web page as PDF": ("a.pdf", HTML),
    "a PDF as text": ("a.txt", PDF),
    "a PDF as PNG": ("a.png", PDF),
    "a PNG as JPEG": ("a.jpg", png()),
    "a program": ("a.exe", b"MZ\x90\0\3\0\0\0"),
    "a program as PDF": ("a.pdf", b"MZ\x90\0\3\0\0\0"),
    "a program as text": ("a.txt", b"MZ\x90\0\3\0\0\0"),
    "a program with two endings": ("a.pdf.exe", PDF),
    "a script": ("a.js", b"alert(1)"),
    "a picture that runs": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "a picture that runs as text": ("a.txt", b"  <svg onload='alert(1)'></svg>"),
    "a picture that runs as PNG": ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "a web page": ("a.html", HTML),
    "a web page as text": ("a.txt", b"\xef\xbb\xbf\n" + HTML),
    "a shell script as text": ("a.txt", b"#!/bin/sh\nrm -rf /\n"),
    "text with an escape sequence": ("a.txt", b"\x1b]0;owned\x07"),
    "text with a NUL": ("a.txt", b"one\0two"),
    "no ending": ("a", PDF),
    "nothing but an ending": (".pdf", PDF),
    "nothing in it": ("a.txt", b""),
    "a PDF with an archive behind it": ("a.pdf", PDF + JAR),
    "a PDF with a page before it": ("a.pdf", HTML + PDF),
    "a PDF with a program before it": ("a.pdf", b"MZ\x90\0" + PDF),
    "a PDF with a picture before it": ("a.pdf", GIF + PDF),
    "a PDF that begins late": ("a.pdf", b"x" * 1024 + PDF),
    "a PDF without an end": ("a.pdf", PDF.replace(b"%%EOF", b"")),
    "a JPEG with an archive behind it": ("a.jpg", JPEG + JAR),
    "a GIF with a Java archive behind it": ("a.gif", GIF + JAR),
    "a GIF with a script in it": ("a.gif", b"GIF89a/*" + b"\0" * 20 + b"*/=1;<script >alert(1)</script>;"),
    "a PNG with a PDF in it": ("a.png", png(png_chunk(b"tEXt", PDF))),
    "a PNG with PHP in it": ("a.png", png(png_chunk(b"tEXt", b"<?php system($_GET[0]);"))),
    "a PNG with a page behind it": ("a.png", png() + b"more"),
    "a WebP with more behind it": ("a.webp", webp() + JAR),
    "a JPEG with a page in it": ("a.jpg", JPEG[:20] + HTML + JPEG[20:]),
    "an archive": ("a.zip", JAR),
    "an archive as DOCX": ("a.docx", JAR),
    "a DOCX as XLSX": ("a.xlsx", docx()),
    "a DOCM as DOCX": ("a.docx", office(DOCM_MAIN)),
    "a DOCM": ("a.docm", office(DOCM_MAIN)),
    "an XLSM as XLSX": ("a.xlsx", office(XLSM_MAIN)),
    "a DOCX with a macro project": ("a.docx", docx(word__vbaProject_dot_bin=b"macro")),
    "a DOCX with a macro project under another name": (
        "a.docx",
        office(WORD_MAIN, "application/vnd.ms-office.vbaProject"),
    ),
    "an XLSX with a sheet of macros": ("a.xlsx", office(EXCEL_MAIN, "application/vnd.ms-excel.macrosheet+xml")),
    "a DOCX with ActiveX": ("a.docx", docx(word__activeX__activeX1_dot_bin=b"control")),
    "a DOCX of two kinds": ("a.docx", office(WORD_MAIN, DOCM_MAIN)),
    "a DOCX with a page before it": ("a.docx", HTML + docx()),
    "a DOCX with more behind it": ("a.docx", docx() + HTML),
    "a DOCX that unpacks to much": ("a.docx", BOMB),
    "a DOCX whose types unfold": (
        "a.docx",
        archive({"[Content_Types].xml": ENTITIES, "word/document.xml": b"<document/>"}),
    ),
    "a DOCX whose types are many": (
        "a.docx",
        archive({"[Content_Types].xml": content_types(WORD_MAIN) + b" " * (2 * MIB), "a": b"\0" * 20 * MIB}),
    ),
    "a DOCX of very many parts": (
        "a.docx",
        archive({"[Content_Types].xml": content_types(WORD_MAIN), **{f"{n}": b"" for n in range(6000)}}),
    ),
    "a DOCX that leaves its folder": ("a.docx", docx(**{"..__..__evil": b"x"})),
    "a DOCX with two of one name": ("a.docx", with_name_twice(docx())),
    "a DOCX under a password": ("a.docx", encrypted(docx())),
    "a broken DOCX": ("a.docx", docx()[:40] + b"\xff" * 40 + docx()[80:]),
    "a DOC with macros": ("a.doc", ole("WordDocument", "Macros", "VBA", "_VBA_PROJECT")),
    "an XLS with macros": ("a.xls", ole("Workbook", "_VBA_PROJECT_CUR")),
    "an XLS as DOC": ("a.doc", ole("Workbook")),
    "an installer as DOC": ("a.doc", ole("Property", "Binary")),
    "a DOCX as DOC": ("a.doc", docx()),
    "a DOC with an archive behind it": ("a.doc", ole("WordDocument") + JAR),
    "a DOC with a theme and an archive behind it": ("a.doc", compound(THEME, "WordDocument") + JAR + b"\0" * 600),
    "an XLSX with padding and more behind it": ("a.xlsx", xlsx() + b"\0" * 10 + b"x"),
    "a web page in UTF-16 as text": ("a.txt", HTML.decode().encode("utf-16")),
    "a name with a way up": ("../../etc/cron.d/a.txt", b"plain"),
    "a name with a folder": ("C:\\Windows\\a.txt", b"plain"),
    "a name that reads backwards": ("invoice\u202efdp.txt", b"plain"),
    "a name with isolates": ("a\u2066b\u2069.txt", b"plain"),
    "a name with a NUL": ("a.exe\0.txt", b"plain"),
    "a name of two lines": ("a\r\nContent-Type: text/html.txt", b"plain"),
    "a name that is too long": ("a" * 252 + ".txt", b"plain"),
    "no name": ("", b"plain"),
    "a byte too many": ("a.txt", b"x" * (10 * MIB + 1)),
    "far too many": ("a.pdf", PDF[:-7] + b" " * (20 * MIB) + b"%%EOF\n"),
}
