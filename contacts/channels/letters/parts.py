"""Split an e-mail into its parts, in time that grows with its size alone.

The standard library's parser takes the lines times the depth, and the square of a header; it loses a body whose
boundary is not quoted, and reads mails within mails as if they were the letter. Limits are for the work that remains.
"""

import re
from collections.abc import Iterator
from email.header import decode_header
from email.message import EmailMessage, Message
from email.policy import EmailPolicy
from itertools import islice
from typing import Any

from .charsets import decode
from .heads import first_line, head_end, header_text, headers, limited_header
from .transfer import decode_body

MAX_DEPTH = 20
MAX_HEADERS = 2000
MAX_PARTS = 1000
MAX_WORK = 5_000_000  # lines, each counted once for each part that it is in
BOUNDARY = re.compile(r";\s*boundary\s*=\s*(?:\"([^\"]*)\"?|'([^']*)'|([^;\s]+))", re.I)
KIND = re.compile(r"\s*[\"']?([\w.+-]+/[\w.+-]+)")
# The first delimiter of a body whose boundary is unknown, and the header after it.
SOME_DELIMITER = re.compile(rb"(?m)^--([^\s-]?[^\r\n]*[^\r\n \t])[ \t]*\r?\n(?:\r?\n)?content-[\w-]+[ \t]*:", re.I)
POLICY = EmailPolicy(refold_source="none")


class TooComplexError(Exception):
    """An e-mail has more lines, headers or parts within parts than any real one."""


class MailPart(EmailMessage):
    """An e-mail or a part of one. `kind` is its type, such as "text/plain"; a mail within a mail stays closed.

    `encoding` is its transfer encoding; `is_broken` when it could not be decoded; `outside` the text around the parts
    within it. `envelope_sender` is the address that a provider names, "" for an empty one, None where none is named.
    """

    def __init__(self, kind: str = "text/plain") -> None:
        super().__init__(policy=POLICY)
        self.kind = kind
        self.encoding = ""
        self._source: tuple[bytes, int, int] = (b"", 0, 0)
        self.is_broken = False
        self.outside = b""
        self.envelope_sender: str | None = None
        # Types and names are read as old programs write them, which the strict policy refuses.
        self.lenient = Message()

    def set_source(self, raw: bytes, start: int, end: int) -> None:
        """Name the body as it was sent: a piece of the whole e-mail, which may be large."""
        self._source = (raw, start, end)

    @property
    def source(self) -> bytes:
        """The body as it was sent."""
        raw, start, end = self._source
        return raw[start:end]

    def add(self, name: str, value: str) -> None:
        """Add a header, however odd."""
        value = limited_header(name, value)
        self.set_raw(name, value)
        if name.lower().startswith("content-") and name not in self.lenient:
            self.lenient[name] = value

    def get_content_type(self) -> str:
        return self.kind

    def get_content_maintype(self) -> str:
        return self.kind.partition("/")[0]

    def get_content_subtype(self) -> str:
        return self.kind.partition("/")[2]

    def get_content_disposition(self) -> str | None:
        return self.lenient.get_content_disposition()

    def get_filename(self, failobj: Any = None) -> Any:
        """The file's name, decoded; `failobj` without one."""
        name = self.lenient.get_filename()
        return failobj if name is None else decode_words(name)

    def parameter(self, name: str) -> str:
        """A parameter of Content-Type, such as "charset"; "" without it."""
        value = self.lenient.get_param(name, "")
        return (value[2] if isinstance(value, tuple) else str(value)).strip("\"' ")

    def get_content_bytes(self) -> bytes:
        return decode_body(*self._source, self.encoding)

    def as_string(self, *arguments: Any, **options: Any) -> str:
        """The part's headers and content, for a report; other parts are not written again."""
        head = "".join(f"{name}: {value}\n" for name, value in self.raw_items())
        return f"{head}\n{self.get_content_bytes().decode('utf-8', 'replace')}"


def decode_words(text: str) -> str:
    """Text with its encoded words (RFC 2047) decoded."""
    if "=?" not in text:
        return text
    try:
        pieces = decode_header(text[:2000])
    except (ValueError, LookupError):
        return text
    return "".join(piece if isinstance(piece, str) else decode(piece, charset or "") for piece, charset in pieces)


def parse_mail(raw: bytes, *, is_limited: bool = True) -> MailPart:
    """Parse an e-mail (RFC 5322). Raises TooComplexError beyond the limits."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    return _Parser(raw, is_limited=is_limited).read(first_line(raw), len(raw), "text/plain", 1)


def parse_head(raw: bytes) -> MailPart:
    """Parse the headers of an e-mail and nothing else."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    parser = _Parser(raw, is_limited=False)
    start = first_line(raw)
    return parser.read_head(start, head_end(raw, start, len(raw), is_top=True)[0], "text/plain")


class _Parser:
    def __init__(self, raw: bytes, *, is_limited: bool = True) -> None:
        self.raw, self.is_limited = raw, is_limited
        self.headers = self.parts = self.work = 0
        self.charset = ""

    def read(self, start: int, end: int, default: str, depth: int) -> MailPart:
        """Read the part between two indexes; `default` is its type when it says none."""
        self._count(start, end, depth)
        head, body = head_end(self.raw, start, end, is_top=depth == 1)
        part = self.read_head(start, head, default)
        if part.get_content_maintype() == "multipart" and (spans := self._split(part, body, end)):
            part.outside = self._outside(body, end, spans) if depth == 1 else b""
            inner = "message/rfc822" if part.kind == "multipart/digest" else "text/plain"
            part.set_payload([self.read(first, last, inner, depth + 1) for first, last in spans])
            return part
        if part.get_content_maintype() == "multipart":
            part.kind = "text/plain"
        part.set_source(self.raw, body, end)
        return part

    def _count(self, start: int, end: int, depth: int) -> None:
        """Raise TooComplexError when the e-mail is beyond the limits."""
        self.parts += 1
        breaks = [self.raw.count(mark, start, end) for mark in (b"\n", b"\r", b"\r\n")]
        self.work += breaks[0] + breaks[1] - breaks[2]
        is_beyond = depth > MAX_DEPTH or self.parts > MAX_PARTS or self.work > MAX_WORK
        if is_beyond and self.is_limited:
            raise TooComplexError

    def read_head(self, start: int, end: int, default: str) -> MailPart:
        """Read the headers between two indexes."""
        part = MailPart(default)
        values = list(islice(headers(self.raw, start, end), MAX_HEADERS + 1))
        self.headers += len(values)
        if self.is_limited and self.headers > MAX_HEADERS:
            raise TooComplexError
        declared = [value for name, value in values if name.lower() == "content-type"]
        if declared and (match := re.search(rb"charset\s*=\s*[\"']?([\w.:-]+)", declared[0][:2000], re.I)):
            self.charset = match[1].decode("ascii", "replace")
        for name, value in values:
            part.add(name, header_text(name, value, self.charset))
        part.kind = _type_of_part(str(part.lenient.get("Content-Type", "")), default)
        part.encoding = str(part.lenient.get("Content-Transfer-Encoding", ""))
        return part

    def _split(self, part: MailPart, start: int, end: int) -> list[tuple[int, int]]:
        """Indexes of the parts within a part; none when it has no delimiter."""
        match = BOUNDARY.search(str(part.lenient.get("Content-Type", "")))
        boundary = next((group for group in match.groups() if group), "") if match else part.parameter("boundary")
        spans = list(self._spans(boundary.encode(), start, end)) if boundary else []
        if not spans and (some := SOME_DELIMITER.search(self.raw, start, end)):
            spans = list(self._spans(some[1], start, end))
        return spans

    def _spans(self, boundary: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        # Spaces at its end are no part of a boundary (RFC 2046); who writes them has them before the last two dashes.
        mark, gap = boundary.rstrip(), rb"[ \t]*" if boundary[-1:].isspace() else b""
        delimiter = re.compile(rb"(?m)^--" + re.escape(mark) + rb"(?:" + gap + rb"(--))?[ \t]*\r?$")
        first = None
        for match in delimiter.finditer(self.raw, start, end):
            if first is not None:
                yield first, max(first, self._before_break(match.start()))
            first = None if match[1] else min(match.end() + 1, end)
        if first is not None:
            yield first, end

    def _outside(self, start: int, end: int, spans: list[tuple[int, int]]) -> bytes:
        """Lines before the first and after the last part, delimiters left out."""
        before, after = self.raw[start : spans[0][0]], self.raw[spans[-1][1] : end]
        return b"\n".join(line for line in (before + after).split(b"\n") if not line.startswith(b"--"))

    def _before_break(self, at: int) -> int:
        """Index before the line break that belongs to a delimiter."""
        return at - 2 if self.raw[at - 2 : at] == b"\r\n" else at - 1


def _type_of_part(content_type: str, default: str) -> str:
    """Type of a part in lower case; a type without a subtype is text."""
    match = KIND.match(content_type)
    if match:
        return match[1].lower()
    return "text/html" if content_type.strip().lower().startswith("html") else default
