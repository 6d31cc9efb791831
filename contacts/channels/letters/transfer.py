"""Undo the transfer encodings of a part's body (RFC 2045), as far as broken ones can be undone."""

import binascii
import quopri
import re
from typing import NamedTuple

BASE64_BLOCK = re.compile(rb"[A-Za-z0-9+/\s]*+(?:=[=\s]*)?")
UU_NAMES = ("x-uuencode", "uuencode", "x-uue", "uue")
UU_BEGIN = re.compile(rb"(?m)^begin [0-7]{3,4} ([^\r\n]+)\r?\n")
UU_END = re.compile(rb"(?m)^end[ \t]*\r?(?:\n|\Z)")
UU_LINE = re.compile(rb"[!-`][ -`]*\s*|[ `]?\s*")
MAX_UU_FILES = 20
MAX_BLOCKS = 100  # of base64 in one part


class UuFile(NamedTuple):
    """A uuencoded file within text, from `start` to `end`."""

    start: int
    end: int
    name: str
    content: bytes


def decode_body(raw: bytes, start: int, end: int, encoding: str) -> bytes:
    """The content of the body between two indexes, by its Content-Transfer-Encoding; an unknown one is none."""
    name = encoding.strip().strip("\"';").lower()
    if name == "base64":
        return _decode_base64(raw, start, end)
    data = raw[start:end]
    if name in ("quoted-printable", "quoted-printible", "quotedprintable", "qp"):
        return quopri.decodestring(data)
    if name in UU_NAMES and (files := uu_files(data)):
        return files[0].content
    return data


def _decode_base64(raw: bytes, start: int, end: int) -> bytes:
    """Base64, also without its padding, in several blocks, or with plain lines after it: a list's footer."""
    if _is_plain(raw[start : min(end, start + 400)]):
        return raw[start:end]
    padding = raw.find(b"=", start, end)
    if padding < 0 or not raw[padding:end].strip(b"=\r\n \t"):
        try:
            return binascii.a2b_base64(memoryview(raw)[start:end])
        except binascii.Error:
            return _decode_block(raw[start:end])
    return _decode_blocks(raw[start:end])


def _is_plain(sample: bytes) -> bool:
    """Return true for plain words, whatever is declared."""
    line = sample.strip().split(b"\n")[0].strip()
    strays = len(re.sub(rb"[A-Za-z0-9+/=\s]+", b"", line))
    return b" " in line or strays * 20 >= len(line)


def _decode_blocks(data: bytes) -> bytes:
    pieces: list[bytes] = []
    at = 0
    while len(pieces) < MAX_BLOCKS and (block := BASE64_BLOCK.match(data, at)) and b"=" in block[0]:
        pieces.append(_decode_block(block[0]))
        at = block.end()
    rest = data[at:]
    if _is_plain(rest[:400]):
        return b"\n".join([b"".join(pieces), rest]) if rest.strip() else b"".join(pieces)
    return b"".join([*pieces, _decode_block(rest)])


def _decode_block(block: bytes) -> bytes:
    text = re.sub(rb"[^A-Za-z0-9+/]+", b"", block)
    # One character alone holds no byte.
    text = text[:-1] if len(text) % 4 == 1 else text
    return binascii.a2b_base64(text + b"=" * (-len(text) % 4))


def uu_files(data: bytes) -> list[UuFile]:
    """The uuencoded files in a text."""
    files, at = [], 0
    for _attempt in range(MAX_UU_FILES):
        begin = UU_BEGIN.search(data, at)
        end = UU_END.search(data, begin.end()) if begin else None
        if not begin or not end:
            break
        content = _decode_uu(data[begin.end() : end.start()])
        at = begin.end() if content is None else end.end()
        if content is not None:
            name = begin[1].decode("utf-8", "replace").strip()
            files.append(UuFile(begin.start(), end.end(), name, content))
    return files


def _decode_uu(lines: bytes) -> bytes | None:
    """Content of uuencoded lines, None when they are none."""
    try:
        if all(map(UU_LINE.fullmatch, lines.split(b"\n"))):
            return b"".join(binascii.a2b_uu(line.rstrip(b"\r")) for line in lines.split(b"\n") if line.strip())
    except binascii.Error:
        pass
    return None
