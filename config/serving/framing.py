"""The end of a request among the bytes of a connection (RFC 9112, sections 2 and 7.1)."""

import re
from collections.abc import Generator

BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")
HEAD_END = b"\r\n\r\n"
MAX_HEAD = 128 * 1024  # bytes; kept in memory
MAX_LINE = 16 * 1024  # bytes, of the size of a chunk or a trailer
MAX_DIGITS = 15


class RequestEnd:
    """Tells when one request has arrived, and judges nothing: that is for gunicorn's parser.

    What is malformed, or has a body of more than `limit` bytes, counts as arrived: whoever parses it refuses it.
    `is_exact` then says that nothing more was sent, nor is to be expected.
    """

    def __init__(self, limit: int) -> None:
        self.limit, self.size = limit, 0
        self.has_head = self.is_head_too_long = self.is_exact = False
        self.wants_continue = False
        self._scan = self._request()
        next(self._scan)

    def has_arrived(self, data: bytes) -> bool:
        """Look at the next bytes. Do not call it again once it has returned True."""
        self.size += len(data)
        if self.size > 2 * (self.limit + MAX_HEAD):  # of trailers, or of chunks that are smaller than their size
            return True
        try:
            self._scan.send(data)
        except StopIteration as ended:
            self.is_exact = bool(ended.value)
            return True
        return False

    def _request(self) -> Generator[None, bytes, bool]:
        """Take bytes until the request ends; returns whether they end with it."""
        head = bytearray()
        end = -1
        while end < 0:
            known = len(head)
            head += yield
            end = head.find(HEAD_END, max(known - len(HEAD_END) + 1, 0))
            self.is_head_too_long = len(head) > MAX_HEAD and end < 0
            is_malformed = BARE_LINE_FEED.search(head, max(known - 1, 0), end if end >= 0 else len(head))
            if is_malformed or self.is_head_too_long or end == 0:
                return False
        self.has_head = True
        body = bytes(head[end + len(HEAD_END) :])
        length, is_chunked, self.wants_continue = read_head(bytes(head[:end]))
        del head
        if is_chunked and length is None:
            return (yield from self._chunks(body))
        length = length or 0
        if is_chunked or not 0 <= length <= self.limit:
            return False
        missing = length - len(body)
        while missing > 0:
            missing -= len((yield))
        return missing == 0

    def _chunks(self, data: bytes) -> Generator[None, bytes, bool]:
        """Take the chunks and the trailers after them; returns as `_request` does."""
        total = 0
        lines = Lines(data)
        while True:
            line = yield from lines.next()
            digits = line.partition(b";")[0].strip()
            if not re.fullmatch(rb"[0-9A-Fa-f]{1,%d}" % MAX_DIGITS, digits):
                return False
            size = int(digits, 16)
            total += size
            if total > self.limit:
                # As much of it as shows that it is too large.
                yield from lines.skip(self.limit + 1 - (total - size))
                return False
            if not size:
                break
            yield from lines.skip(size + 2)
        while (yield from lines.next()):
            pass
        return lines.position == len(lines.data)


class Lines:
    """Lines and blocks of the bytes that a generator is sent."""

    def __init__(self, data: bytes) -> None:
        self.data, self.position = data, 0

    def next(self) -> Generator[None, bytes, bytes]:
        """Return the next line without its end; what is longer than a line may be, as it is."""
        while (end := self.data.find(b"\n", self.position)) < 0:
            if len(self.data) - self.position > MAX_LINE:
                break
            received = yield
            self.data, self.position = self.data[self.position :] + received, 0
        line = self.data[self.position : end if end >= 0 else len(self.data)]
        self.position += len(line) + 1
        return line.removesuffix(b"\r")

    def skip(self, size: int) -> Generator[None, bytes]:
        self.position += size
        while self.position > len(self.data):
            self.position -= len(self.data)
            self.data = yield


def read_head(head: bytes) -> tuple[int | None, bool, bool]:
    """Length of the body, whether it comes in chunks, and whether the client waits to be told to send it.

    The length is -1 where it is no number or stated twice, or where the body has another end.
    """
    length, is_chunked, wants_continue = None, False, False
    # A client of HTTP/1.0 knows no answer before the answer (RFC 9110, section 10.1.1).
    is_old = head.lstrip(b"\r\n").partition(b"\r\n")[0].endswith(b" HTTP/1.0")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        name, value = name.lower(), value.strip(b" \t").lower()
        if name == b"content-length":
            is_number = value.isdigit() and len(value) <= MAX_DIGITS and length is None
            length = int(value) if is_number else -1
        elif name == b"transfer-encoding":
            is_chunked = value.rpartition(b",")[2].strip(b" \t") == b"chunked"
            length = length if is_chunked else -1
        elif name == b"expect":
            wants_continue = value == b"100-continue" and not is_old
    return length, is_chunked, wants_continue
