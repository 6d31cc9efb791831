"""What a file must be to be kept: content and name say the same, and nothing in it is run."""

import hashlib
import tracemalloc
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import SimpleUploadedFile

from config.files.kinds import MAX_BYTES, FileFacts, check_file, check_name
from tests.sample_files import BOMB, GOOD, HOSTILE, MIB, PDF, WORD_MAIN, office


def checked(name, content):
    return check_file(ContentFile(content), name)


@pytest.mark.parametrize("name", GOOD)
def test_a_file_of_each_kind_is_known(name):
    content, kind = GOOD[name]
    assert checked(name, content) == FileFacts(name, kind, len(content), hashlib.sha256(content).hexdigest())


def test_the_browser_is_not_asked_what_kind_it_is():
    file = SimpleUploadedFile("a.pdf", PDF, content_type="text/html")
    assert check_file(file, "a.pdf").mime_type == "application/pdf"


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused(what):
    name, content = HOSTILE[what]
    with pytest.raises(ValidationError):
        checked(name, content)


@pytest.mark.parametrize(("size", "is_kept"), [(MAX_BYTES - 1, True), (MAX_BYTES, True), (MAX_BYTES + 1, False)])
def test_ten_megabytes_are_exactly_that(size, is_kept):
    content = b"x" * size
    if is_kept:
        assert checked("a.txt", content)[:3] == ("a.txt", "text/plain", size)
    else:
        with pytest.raises(ValidationError) as raised:
            checked("a.txt", content)
        assert raised.value.messages == ["The file is larger than 10 MB."]


def test_the_size_is_counted_whatever_is_said():
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


def test_a_bomb_is_not_unpacked():
    assert len(BOMB) < MIB
    tracemalloc.start()
    with pytest.raises(ValidationError):
        checked("a.docx", BOMB)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MIB


def test_the_file_is_left_at_its_beginning():
    file = ContentFile(PDF)
    file.read(5)
    check_file(file, "a.pdf")
    assert file.read() == PDF


def test_a_document_may_hold_a_table_of_another_kind():
    assert checked("a.docx", office(WORD_MAIN, "application/vnd.openxmlformats-officedocument.oleObject"))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (" plan.pdf ", "plan.pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ('he said "yes"; no.pdf', 'he said "yes"; no.pdf'),
        ("👩‍👩‍👧.png", "👩‍👩‍👧.png"),
        ("a" * 251 + ".pdf", "a" * 251 + ".pdf"),
    ],
)
def test_a_name_is_kept_as_text(sent, kept):
    assert check_name(sent) == kept


def test_each_refusal_has_its_own_words():
    said = {}
    for name, content in (("a.pdf", b""), ("a.exe", b"MZ"), ("a/b.pdf", PDF), ("a" * 300, PDF)):
        with pytest.raises(ValidationError) as raised:
            checked(name, content)
        said[name[:5]] = raised.value.messages
    assert said == {
        "a.pdf": ["The file is empty."],
        "a.exe": [
            "Choose a PDF, JPEG, PNG, GIF, WebP, Word, Excel or text file without macros; name and content must agree."
        ],
        "a/b.p": ["The name of the file cannot be used. Rename it and send it again."],
        "aaaaa": ["A file name may have 255 characters."],
    }
