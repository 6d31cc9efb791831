"""PDF files, told from those that are something else as well, or carry programs.

Scripts, forms and attached files are usual in genuine ones (forms of authorities, electronic invoices) and accepted: a
PDF is only ever served as a download. An action that starts a program, and an attached program, are not.
Source: ISO 32000-1, 7.5 (file structure), 7.5.7 (object streams), 7.11.4 (embedded files), 12.6.4.5 (launch actions).
"""

import re
import zlib
from collections.abc import Iterator

from .pictures import has_page, is_archive, last_bytes
from .programs import PROGRAM_SIGNATURES, RUNNABLE_SUFFIXES, suffix_of

# Readers look for the header in the first 1024 bytes. Programs of mail put blank lines before it, those of printers
# their own lines; anything else would make it two types of file.
HEADER = re.compile(rb"(?:\xef\xbb\xbf)?[\0\s]*+(?:\x1b%-12345X)?(?:@PJL[^\r\n<]*+\r?\n)*+[\0\s]*+%PDF-[12]\.")
HEAD = 1024  # bytes
# What genuine files of 10 MB stay far below.
MAX_STREAMS, MAX_UNPACKED = 100_000, 32 * 1024 * 1024
STREAM = re.compile(rb"(?<!end)stream\r?\n")


# An action that starts a program, each letter of its name as it is or by its number: "#4C"; and the name of a file.
LAUNCH = b"".join(b"(?:%c|#%02x|#%02X)" % (c, c, c) for c in b"Launch") + rb"(?![A-Za-z0-9#])"
LAUNCH_OR_FILE = re.compile(b"/(?:" + LAUNCH + rb"|U?F\s*+\(([^()]{1,255}+)\))")
# An address, to which a form is sent: "https://tax.example/form.php".
ADDRESS = re.compile(r"[:/@]|^www\.")
MAX_FILE_NAMES = 50_000


def is_pdf(data: bytes) -> bool:
    """True for a PDF file that is nothing else and starts no program."""
    head = data[:HEAD]
    is_whole = HEADER.match(head) and b"%%EOF" in last_bytes(data, 1024)
    return bool(is_whole) and not (has_page(head) or is_archive(data) or _is_harmful(data))


def is_risky_pdf(data: bytes) -> bool:
    """True for what a reader opens as a PDF, and that starts a program, carries one, or is a page too."""
    return b"%PDF-" in data[:HEAD] and _is_harmful(data)


def _is_harmful(data: bytes) -> bool:
    if _starts_program(data):
        return True
    outside, left = [], MAX_UNPACKED
    for part, stream in _split_streams(data):
        outside.append(part)
        dictionary = part[-1000:]
        if b"/EmbeddedFile" in dictionary and _is_program(stream):
            return True
        if b"/ObjStm" in dictionary or b"#" in dictionary:
            unpacked = _inflate(stream, left)
            left -= len(unpacked)
            if left <= 0 or _starts_program(unpacked):
                return True
        if len(outside) > MAX_STREAMS:
            return True
    # In a stream it is what is written on a page, or an attachment.
    return has_page(b"\n".join(outside))


def _starts_program(text: bytes) -> bool:
    if text.count(b"/F(") > MAX_FILE_NAMES:
        return True
    for count, match in enumerate(LAUNCH_OR_FILE.finditer(text)):
        name = (match[1] or b"launch.exe").decode("latin-1")
        is_program = suffix_of(name) in RUNNABLE_SUFFIXES and not ADDRESS.search(name)
        if count == MAX_FILE_NAMES or is_program:
            return True
    return False


def _is_program(stream: bytes) -> bool:
    return stream.startswith(PROGRAM_SIGNATURES) or _inflate(stream, 64).startswith(PROGRAM_SIGNATURES)


def _split_streams(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield what stands before each stream, and the stream; at last what follows them."""
    at = 0
    while (start := STREAM.search(data, at)) and (end := data.find(b"endstream", start.end())) >= 0:
        yield data[at : start.start()], data[start.end() : end]
        at = end + len(b"endstream")
    yield data[at:], b""


def _inflate(stream: bytes, limit: int) -> bytes:
    """The first bytes of a packed stream; nothing of one that is packed otherwise, or encrypted."""
    try:
        return zlib.decompressobj().decompress(stream, limit)
    except zlib.error:
        return b""
