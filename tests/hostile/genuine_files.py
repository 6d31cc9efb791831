"""Genuine files of many programs, all of which are accepted where their kind is."""

import io
import struct
import zlib

from PIL import Image

from ..pictures import photo, picture
from ..sample_files import DOCX, GIF, PDF, THEME, XLSX, archive, compound, ole, png, png_chunk, webp
from .hostile_files import pdf, record, stream
from .office_files import PART, document, excel, field, linked, powerpoint, relations, with_settings, word

Image.init()
LINKS = (
    ("hyperlink", "https://www.dde.gouv.fr/permis?a=1&amp;b=2"),
    ("hyperlink", "mailto:helene@example.org"),
    ("hyperlink", "file:///\\\\server\\share\\plan.pdf"),
    ("image", "media/image1.png"),
)
HYPERLINK = field('HYPERLINK "http://www.dde.gouv.fr/DDE"')
FIELDS = [
    field(code)
    for code in (" PAGE ", 'TOC \\o "1-3" \\h \\z \\u', "SEQ Table", "REF DDE_1", "DATE \\@ &quot;d/M/y&quot;")
]
SIMPLE = '<w:fldSimple w:instr=" NUMPAGES "><w:r><w:t>3</w:t></w:r></w:fldSimple>'
FORM_FIELD = field("FORMTEXT").replace('"begin"/>', '"begin"><w:ffData><w:name w:val="a"/></w:ffData></w:fldChar>', 1)


def saved(image: Image.Image, kind: str, **more: object) -> bytes:
    content = io.BytesIO()
    image.save(content, kind, **more)
    return content.getvalue()


def drawn(mode: str = "RGB", size: tuple[int, int] = (64, 48)) -> Image.Image:
    return Image.linear_gradient("L").resize(size).convert(mode)


def several_pictures() -> bytes:
    """Pictures as phones of Apple and Samsung write them: a picture, its preview, and data of their own behind both."""
    return saved(drawn(), "MPO", save_all=True, append_images=[drawn(size=(32, 24))]) + b"\0\0\1\x0aSEFHe\0\0\0SEFT"


def linearized() -> bytes:
    head = (
        b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n10 0 obj\n<</Linearized 1/L 9000/O 12/E 4000/N 1/T 8000/H [500 140]>>\nendobj\n"
    )
    return head + b"xref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n" + PDF[9:]


def signed() -> bytes:
    """A form that two people have signed, each in an update of the file."""
    signature = b"<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 100 9000 200]/Contents<" + b"30" * 500 + b">>>"
    update = b"\n7 0 obj\n" + signature + b"\nendobj\nxref\n0 0\ntrailer<</Root 1 0 R/Prev 300>>\nstartxref\n400\n%%EOF"
    return PDF + update + b"\r\n" + update + b"\r\n"


XMP = b"<?xpacket begin='' id='W5M0'?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF/></x:xmpmeta><?xpacket end='w'?>"
RICH_TEXT = b'<</Subtype/FreeText/RC(<?xml version="1.0"?><body xmlns="http://www.w3.org/1999/xhtml"><p>A</p></body>)>>'
CALCULATION = (
    b"<</AcroForm<</Fields[]>>/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(AFSimple_Calculate\\(\\))>>]>>>>>>"
)
INVOICE = b"<</Type/Filespec/F(factur-x.xml)/UF(factur-x.xml)/EF<</F 3 0 R>>/AFRelationship/Data>>"
INVOICE_DATA = stream(
    zlib.compress(b"<?xml version='1.0'?><rsm:CrossIndustryInvoice/>"), b"/Type/EmbeddedFile/Filter/FlateDecode"
)
OBJECTS = stream(zlib.compress(b"4 0 <</Type/Page/F(plan.pdf)>>"), b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode")
ENCRYPTED = b"<</Filter/Standard/V 4/R 4/O(" + b"\x9c" * 32 + b")/U(" + b"\x8d" * 32 + b")/P -1340>>"

CHART = word(
    relationships=(("chart", "charts/chart1.xml"),),
    types={"word/charts/chart1.xml": PART["chart"]},
    members={
        "word/charts/chart1.xml": b"<c:chartSpace/>",
        "word/charts/_rels/chart1.xml.rels": relations(("package", "../embeddings/Microsoft_Excel_Sheet1.xlsx")),
        "word/embeddings/Microsoft_Excel_Sheet1.xlsx": excel(),
    },
)
LETTERHEAD = word(
    relationships=(("header", "header1.xml"), ("footer", "footer1.xml"), ("theme", "theme/theme1.xml")),
    types={"word/header1.xml": PART["header"]},
    members={
        "word/header1.xml": document(*FIELDS, SIMPLE),
        "word/_rels/header1.xml.rels": relations(("image", "media/image1.emf")),
        "word/media/image1.emf": b"\1\0\0\0" + b"\0" * 5000,
        "word/theme/theme1.xml": b"<a:theme/>",
        "word/fontTable.xml": b"<w:fonts/>",
        "word/fonts/font1.odttf": b"\x12" * 900,
        "customXml/item1.xml": b"<b:Sources/>",
        "docProps/thumbnail.jpeg": picture((30, 20)),
    },
)
WORD = {
    "Word, with links": word(HYPERLINK, relationships=LINKS, members={"word/media/image1.png": png()}),
    "Word, with a letterhead": LETTERHEAD,
    "Word, with a chart": CHART,
    "Word, with fields of a form": word(FORM_FIELD, *FIELDS),
    "Word, by a template on a disk": with_settings(
        ("attachedTemplate", "file:///C:\\Users\\H%C3%A9l%C3%A8ne\\AppData\\Roaming\\Microsoft\\Templates\\Brief.dotx")
    ),
    "Word, with a picture on a disk": linked("image", "file:///C:\\Users\\jan\\Pictures\\huis.jpg"),
    "Word, with icons": word(
        relationships=(("image", "media/image2.svg"),), members={"word/media/image2.svg": b"<svg xmlns='a'/>"}
    ),
    "Word, with slides": word(
        relationships=(("package", "embeddings/Microsoft_PowerPoint_Slide1.pptx"),),
        members={"word/embeddings/Microsoft_PowerPoint_Slide1.pptx": powerpoint()},
    ),
    "Word, with an old workbook": word(
        relationships=(("package", "embeddings/Microsoft_Excel_97-2003_Worksheet.xls"),),
        members={"word/embeddings/Microsoft_Excel_97-2003_Worksheet.xls": ole("Workbook")},
    ),
    "LibreOffice": word(SIMPLE, members={"docProps/app.xml": b"<Properties>LibreOffice</Properties>"}),
    "Google Docs": word(
        HYPERLINK, relationships=LINKS[:2], members={"word/fonts/Roboto-regular.ttf": b"\0\1\0\0" * 99}
    ),
    "a part in UTF-16": word(main=document(*FIELDS, head='<?xml version="1.0" encoding="UTF-16"?>', encoding="utf-16")),
    "with a comment": word(main=document("<!-- made by a program --><w:p/>")),
}
OTHER_BOOK_97 = record(0x1AE, struct.pack("<HHB", 1, 18, 0) + b"\x01\x01Cbooks\x03Budget.xls")
OTHER_BOOK = {"xl/externalLinks/externalLink1.xml": b"<externalLink><externalBook/></externalLink>"}
EXCEL = {
    "Excel": excel(members={"xl/sharedStrings.xml": b"<sst/>", "xl/printerSettings/printer1.bin": b"P\0r\0" * 300}),
    "Excel, with bars": excel("""<c><f>A1&amp;"|"&amp;'a|b'!C1</f></c><c t="inlineStr"><is><t>a|b!</t></is></c>"""),
    "Excel, with another workbook": excel(
        types=dict.fromkeys(OTHER_BOOK, PART["link"]),
        members={
            **OTHER_BOOK,
            "xl/externalLinks/_rels/externalLink1.xml.rels": relations(
                ("externalLinkPath", "file:///\\\\nas\\Budget.xlsx")
            ),
        },
    ),
    "Excel, with links and a drawing": excel(
        members={
            "xl/worksheets/_rels/sheet1.xml.rels": relations(LINKS[0], ("drawing", "../drawings/drawing1.xml")),
            "xl/drawings/drawing1.xml": b"<xdr:wsDr/>",
            "xl/drawings/vmlDrawing1.vml": b"<xml/>",
        }
    ),
    "LibreOffice": excel(names="<definedNames><definedName>Sheet1!$A$1:$B$2</definedName></definedNames>"),
    "Google Sheets": excel("<row><c><f>SUM(A1:A9)</f><v>45.0</v></c></row>"),
    "a long table": excel("".join(f"<row><c><v>{n * n % 10007}</v></c></row>" for n in range(1000)) * 500),
}
PDFS = {
    **{f"PDF {version}": PDF.replace(b"1.4", version.encode()) for version in ("1.3", "1.5", "1.7", "2.0")},
    "linearized": linearized(),
    "signed by two": signed(),
    "with lines behind it": PDF + b"\r\n" * 40,
    "with zeros behind it": PDF + b"\0" * 4096,
    "with a form that calculates": pdf(CALCULATION),
    "an electronic invoice": pdf(INVOICE, stream(XMP), INVOICE_DATA),
    "with notes": pdf(RICH_TEXT),
    "with a form that is sent": pdf(b"<</S/SubmitForm/F<</FS/URL/F(https://tax.example/form.php)>>>>"),
    "with packed objects": pdf(OBJECTS, b"<</Type/XRef>>"),
    "encrypted": pdf(ENCRYPTED, stream(b"\x8a\x91" * 900, b"/Type/ObjStm/Filter/FlateDecode")),
    "with a page as its attachment": pdf(b"<<>>" + b" " * 1024, stream(b"<html><body>", b"/Type/EmbeddedFile")),
    "of a mail program": b"\xef\xbb\xbf\r\n" + PDF,
    "of a printer": b"\x1b%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=PDF\r\n" + PDF,
}
APNG = png(png_chunk(b"acTL", struct.pack(">II", 1, 0)), png_chunk(b"tEXt", b"Software\0GIMP <b>3</b>"))
FRAMES = [drawn("P"), drawn("P").rotate(90, expand=True)]
JPEGS = {
    "of a camera, with its place": photo(),
    "progressive": picture((3000, 2000), progressive=True, optimize=True),
    "CMYK": saved(drawn("CMYK"), "JPEG"),
    "grey": saved(drawn("L"), "JPEG"),
    "several pictures": several_pictures(),
    "with a film behind it": photo() + b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + b"\0" * 4000,
    "with a profile of colours": saved(drawn(), "JPEG", icc_profile=b"\0" * 70_000),
    "of 200 million pixels": saved(Image.new("L", (16320, 12240), 128), "JPEG"),
}
GENUINE = {
    **{f"{label}.docx": (content, DOCX) for label, content in WORD.items()},
    **{f"{label}.xlsx": (content, XLSX) for label, content in EXCEL.items()},
    **{f"{label}.pdf": (content, "application/pdf") for label, content in PDFS.items()},
    **{f"{label}.jpg": (content, "image/jpeg") for label, content in JPEGS.items()},
    "Word 97.doc": (ole("WordDocument", "1Table", "CompObj", "ObjInfo"), "application/msword"),
    "Word 2007.doc": (compound(THEME + b" \x13 PAGE \x14 \x13 HYPERLINK", "WordDocument"), "application/msword"),
    "Word, with a table of Excel.doc": (ole("WordDocument", "ObjectPool", "_1234", "Workbook"), "application/msword"),
    "Excel 97.xls": (compound(b"\x85\0\x0d\0\0\0\0\0\0\0\5\0Blad1" + THEME, "Workbook"), "application/vnd.ms-excel"),
    "Excel, with another workbook.xls": (compound(OTHER_BOOK_97, "Workbook"), "application/vnd.ms-excel"),
    "Excel 5.xls": (ole("Book"), "application/vnd.ms-excel"),
    "transparent.png": (picture((300, 200), "PNG", "RGBA"), "image/png"),
    "16 bits.png": (saved(Image.new("I;16", (50, 40)), "PNG"), "image/png"),
    "moving.png": (APNG, "image/png"),
    "a scanned plan.png": (saved(Image.new("1", (14000, 9900)), "PNG"), "image/png"),
    "moving.gif": (saved(FRAMES[0], "GIF", save_all=True, append_images=FRAMES[1:], comment=b"by GIMP"), "image/gif"),
    "padded.gif": (GIF + b"\0", "image/gif"),
    "lossy.webp": (picture(kind="WEBP"), "image/webp"),
    "lossless.webp": (webp(), "image/webp"),
    "moving.webp": (saved(drawn(), "WEBP", save_all=True, append_images=[drawn().rotate(9)]), "image/webp"),
    "UTF-8.txt": ("Hélène – 10 €\n".encode(), "text/plain"),
    "UTF-16.txt": ("Hélène\r\n".encode("utf-16"), "text/plain"),
    "Windows.txt": ("Un café, dix €".encode("cp1252"), "text/plain"),
    "a table.txt": (b"name;=HYPERLINK(1)\r\n-1;@SUM(1)\r\n" * 900, "text/plain"),
}
# Kept with messages, where every kind is accepted.
OTHERS = {
    "photo.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "scan.tif": saved(drawn(), "TIFF"),
    "letter.odt": archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<office/>"}),
    "sums.ods": archive({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<office/>"}),
    "slides.pptx": powerpoint(),
    "contacts.csv": b"name,email\nAnna,anna@example.org\n",
    "photos.zip": archive({"a.jpg": picture()}),
    "call.mp3": b"ID3\4\0\0\0\0\0\0",
    "visit.ics": b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    "letter.rtf": b"{\\rtf1 Hello}",
    "without an ending": b"anything at all",
}
