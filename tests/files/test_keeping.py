"""Files of messages are kept whatever they are, under a usable name, and marked when they may run something."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError

from config.files.keeping import MAX_KEPT_BYTES, describe_kept_file, is_risky, served_type, usable_filename
from config.files.ole import OLE_SIGNATURE
from tests.hostile.hostile_files import HOSTILE
from tests.hostile.office_files import powerpoint
from tests.sample_files import GIF, HTML, JAR, JPEG, PDF, docx, ole


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (" plan.pdf ", "plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Anna\\plan.pdf", "plan.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\0b\r\nc.txt", "abc.txt"),
        ("virus.exe. .", "virus.exe"),
        ("a" * 300 + ".pdf", "a" * 251 + ".pdf"),
        ("a." + "x" * 300, "a." + "x" * 253),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("", ""),
        ("...", ""),
        ("/", ""),
    ],
)
def test_a_name_becomes_usable(sent, kept):
    assert usable_filename(sent) == kept


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (PDF, "Unnamed file.pdf"),
        (JPEG, "Unnamed file.jpg"),
        (GIF, "Unnamed file.gif"),
        (docx(), "Unnamed file.docx"),
        (ole("WordDocument"), "Unnamed file.doc"),
        (JAR, "Unnamed file.zip"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "Unnamed file.heic"),
        (b"OggS\0\x02", "Unnamed file.ogg"),
        (b"BEGIN:VCARD\r\n", "Unnamed file.vcf"),
        (b"Two rooms.", "Unnamed file.txt"),
        (b"\x01\x02\x03", "Unnamed file"),
    ],
)
def test_a_file_without_a_name_gets_one_by_its_content(content, name):
    assert [describe_kept_file(content, sent).filename for sent in ("", "..", "Unnamed file")] == [name] * 3


@pytest.mark.parametrize(
    ("name", "content", "type_", "risky"),
    [
        ("plan.pdf", PDF, "application/pdf", False),
        ("plan.pdf", b"MZ\x90\0", "application/octet-stream", True),
        ("plan.pdf", HTML, "application/octet-stream", False),
        ("page.html", HTML, "application/octet-stream", True),
        ("run.EXE", b"anything", "application/octet-stream", True),
        ("run.sh", b"#!/bin/sh", "application/octet-stream", True),
        ("letter.doc", ole("WordDocument", "Macros", "VBA"), "application/octet-stream", True),
        ("letter.docx", docx(word__vbaProject_dot_bin=b"macro"), "application/octet-stream", True),
        ("things.zip", JAR, "application/octet-stream", False),
        ("card.vcf", b"BEGIN:VCARD", "application/octet-stream", False),
    ],
)
def test_the_type_of_a_download_and_its_mark(name, content, type_, risky):
    info = describe_kept_file(content, name)
    assert (served_type(info.mime_type), is_risky(info.filename, info.mime_type)) == (type_, risky)


def test_office_files_that_others_refuse_are_marked(subtests):
    for label, (name, content) in HOSTILE.items():
        if content.startswith((OLE_SIGNATURE, b"PK\x03\x04")) and "archive" not in label:
            with subtests.test(label):
                assert is_risky(name, describe_kept_file(content, name).mime_type)


def test_documents_of_other_kinds_that_may_run_something_are_marked(subtests):
    odt = {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<office/>"}
    cases = {
        "a PDF that starts a program": (HOSTILE["a PDF that starts a program"][1], True),
        "a PDF with a program": (HOSTILE["a PDF with a program"][1], True),
        "a truncated PDF": (PDF[:-10], False),
        "RTF": (rb"{\rtf1\ansi{\*\template C:\\Normal.dotm}{\pict\jpegblip ff}Hello}", False),
        "RTF with an object": (rb"{\rtf1{\object\objemb{\*\objdata 0105}}}", True),
        "RTF with a link, badly begun": (b"\n{\\rt{\\object\\objautlink\\objupdate}}", True),
        "RTF with a template elsewhere": (rb"{\rtf1{\*\template http://example.com/a.dotm}}", True),
        "RTF with a field": (rb"{\rtf1{\field{\*\fldinst DDEAUTO cmd}}}", True),
        "OpenDocument": (zipped(odt), False),
        "OpenDocument with Basic": (zipped({**odt, "Basic/script-lc.xml": b"<x/>"}), True),
        "OpenDocument with Python": (zipped({**odt, "Scripts/python/a.py": b"import os"}), True),
    }
    for label, (content, is_marked) in cases.items():
        with subtests.test(label):
            assert is_risky("a.bin", describe_kept_file(content, "a.bin").mime_type) == is_marked
    for name in ("a.settingcontent-ms", "a.SLK", "a.iqy", "a.library-ms"):
        with subtests.test(name):
            assert is_risky(name, describe_kept_file(b"anything", name).mime_type)


def zipped(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def test_a_broken_office_file_is_marked_and_slides_are_not():
    assert is_risky("a.docx", describe_kept_file(docx()[:-30], "a.docx").mime_type)
    assert not is_risky("a.pptx", describe_kept_file(powerpoint(), "a.pptx").mime_type)


def test_the_limit_is_exactly_25_megabytes():
    assert describe_kept_file(b"x" * MAX_KEPT_BYTES, "a.bin").size == MAX_KEPT_BYTES
    with pytest.raises(ValidationError) as raised:
        describe_kept_file(b"x" * (MAX_KEPT_BYTES + 1), "a.bin")
    assert raised.value.messages == ["The file is larger than 25 MB."]
