"""Validation of uploaded files: content and filename agree, and nothing in the file is run."""

import hashlib
import tracemalloc
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import SimpleUploadedFile

from config.files.validation import MAX_BYTES, FileInfo, check_file, clean_filename
from tests.sample_files import BOMB, GOOD, HOSTILE, MIB, PDF, WORD_MAIN, office


def check(name, content):
    return check_file(ContentFile(content), name)


@pytest.mark.parametrize("name", GOOD)
def test_a_file_of_each_type_is_accepted(name):
    content, mime_type = GOOD[name]
    assert check(name, content) == FileInfo(name, mime_type, len(content), hashlib.sha256(content).hexdigest())


def test_the_content_type_of_the_upload_is_ignored():
    file = SimpleUploadedFile("a.pdf", PDF, content_type="text/html")
    assert check_file(file, "a.pdf").mime_type == "application/pdf"


@pytest.mark.parametrize("label", HOSTILE)
def test_a_hostile_file_is_refused(label):
    name, content = HOSTILE[label]
    with pytest.raises(ValidationError):
        check(name, content)


@pytest.mark.parametrize(("size", "is_accepted"), [(MAX_BYTES - 1, True), (MAX_BYTES, True), (MAX_BYTES + 1, False)])
def test_the_limit_is_exactly_ten_megabytes(size, is_accepted):
    content = b"x" * size
    if is_accepted:
        assert check("a.txt", content)[:3] == ("a.txt", "text/plain", size)
    else:
        with pytest.raises(ValidationError) as raised:
            check("a.txt", content)
        assert raised.value.messages == ["The file is larger than 10 MB."]


def test_the_size_is_counted_whatever_the_upload_states():
    class Liar(File):
        size = 3

        def chunks(self, chunk_size=None):
            for _ in range(1000):
                yield b"x" * MIB

    tracemalloc.start()
    with pytest.raises(ValidationError) as raised:
        check_file(Liar(BytesIO()), "a.txt")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (raised.value.code, peak < 30 * MIB) == ("too_large", True)


def test_a_zip_bomb_is_not_unpacked():
    assert len(BOMB) < MIB
    tracemalloc.start()
    with pytest.raises(ValidationError):
        check("a.docx", BOMB)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MIB


def test_the_file_is_left_at_its_beginning():
    file = ContentFile(PDF)
    file.read(5)
    check_file(file, "a.pdf")
    assert file.read() == PDF


def test_a_document_may_embed_another_type():
    assert check("a.docx", office(WORD_MAIN, "application/vnd.openxmlformats-officedocument.oleObject"))


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (" plan.pdf ", "plan.pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ('he said "yes"; no.pdf', 'he said "yes"; no.pdf'),
        ("👩‍👩‍👧.png", "👩‍👩‍👧.png"),
        ("a" * 251 + ".pdf", "a" * 251 + ".pdf"),
    ],
)
def test_a_name_is_accepted_as_text(sent, stored):
    assert clean_filename(sent) == stored


def test_each_refusal_has_its_own_message():
    messages = {}
    for name, content in (("a.pdf", b""), ("a.exe", b"MZ"), ("a/b.pdf", PDF), ("a" * 300, PDF)):
        with pytest.raises(ValidationError) as raised:
            check(name, content)
        messages[name[:5]] = raised.value.messages
    assert messages == {
        "a.pdf": ["The file is empty."],
        "a.exe": [
            "Choose a PDF, JPEG, PNG, GIF, WebP, Word, Excel or text file without macros; name and content must agree."
        ],
        "a/b.p": ["This file name cannot be used. Rename the file and send it again."],
        "aaaaa": ["Use at most 255 characters for the file name."],
    }
