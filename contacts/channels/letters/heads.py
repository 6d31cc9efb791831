"""Split the head of an e-mail, or of one of its parts, into headers as programs really write them.

The standard library's parser ends a head at the first line that RFC 5322 does not allow, and the sender is lost.
"""

import re
from collections.abc import Iterator

from .charsets import decode

MAX_HEADER = 2000  # characters; a line of RFC 5322 has 998
# Ids are read without parsing the header, and the last ones count.
MAX_IDS = 10_000  # characters
ID_HEADERS = ("references", "in-reply-to")

# An e-mail may come with blank lines, a byte order mark, or the first line of an mbox file before its head.
LEAD = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*\r?\n)*+(?:>?From [^\s:][^\s]*[ \t][^\n]*\n)?")
# Headers with their continuation lines, and spaces before the colon.
HEAD = re.compile(rb"(?:[!-9;-~]+[ \t]*:[^\n]*(?:\n|\Z)(?:[ \t][^\n]*(?:\n|\Z))*+)*+")
# A line that is no header, among headers.
STRAY = re.compile(
    rb"[^\s:][^\n:]*\n(?=(?:From|To|Cc|Subject|Date|Message-ID|Reply-To|MIME-Version|Content-[\w-]+|X-[\w-]+)[ \t]*:)",
    re.I,
)
HEADER = re.compile(rb"([!-9;-~]+)[ \t]*:([^\n]*(?:\n|\Z)(?:[ \t][^\n]*(?:\n|\Z))*+)")
BLANK = re.compile(rb"\r?\n")
# "Meyer, Zoe <zoe@example.org>": two addresses by the RFC, one person in truth.
UNQUOTED_NAME = re.compile(r"\s*([^\s\"<>@,;:()][^\"<>@,;:()]*,[^\"<>@,;:()]+?)\s*(<[^<>@\s]+@[^<>@\s]+>)\s*")
UNSTORABLE = re.compile("[\0\ud800-\udfff]+")
ADDRESS_HEADERS = ("from", "reply-to", "sender")


def first_line(raw: bytes) -> int:
    """Index at which the first header of an e-mail begins."""
    lead = LEAD.match(raw)
    return lead.end() if lead else 0


def head_end(raw: bytes, start: int, end: int, *, is_top: bool) -> tuple[int, int]:
    """Indexes at which a head ends and the body after it begins."""
    head = HEAD.match(raw, start, end)
    at = head.end() if head else start
    while is_top and at > start and (stray := STRAY.match(raw, at, end)):
        more = HEAD.match(raw, stray.end(), end)
        at = more.end() if more else stray.end()
    blank = BLANK.match(raw, at, end)
    return at, blank.end() if blank else at


def headers(raw: bytes, start: int, end: int) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the value of each header, as they were written."""
    for match in HEADER.finditer(raw, start, end):
        yield match[1].decode("ascii"), match[2]


def header_text(name: str, value: bytes, charset: str) -> str:
    """A header's value, its line breaks included; `charset` is that of the e-mail's words, for bytes beyond ASCII."""
    # A character has four bytes at most.
    limit = 4 * (MAX_IDS if name.lower() in ID_HEADERS else MAX_HEADER)
    part = value[-limit:] if name.lower() in ID_HEADERS else value[:limit]
    return decode(part, "" if part.isascii() else charset)


def limited_header(name: str, text: str) -> str:
    """A header's value on one line, within the limits, with a name that holds a comma quoted."""
    line = re.sub(r"[\r\n]+", "", re.sub(r"\r?\n[ \t]*", " ", UNSTORABLE.sub("", text))).strip()
    line = line[-MAX_IDS:] if name.lower() in ID_HEADERS else line[:MAX_HEADER]
    if name.lower() in ADDRESS_HEADERS and (match := UNQUOTED_NAME.fullmatch(line)):
        return f'"{match[1]}" {match[2]}'
    return line
