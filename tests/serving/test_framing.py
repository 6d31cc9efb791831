"""The end of a request, beside what gunicorn's parser reads of it."""

import pytest
from gunicorn import http
from gunicorn.config import Config
from gunicorn.http.errors import ParseException

from config.serving.framing import MAX_HEAD, MAX_LINE, RequestEnd

LIMIT = 1000
POST = b"POST / HTTP/1.1\r\nHost: a\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
WHOLE = {
    "no body": b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "no fields": b"GET / HTTP/1.0\r\n\r\n",
    "an empty line before": b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "a length": POST + b"Content-Length: 12\r\n\r\na\r\n\r\nb\n\n\n\n\nc",
    "another spelling": POST + b"CONTENT-length:\t 2 \r\n\r\nab",
    "an empty body": POST + b"Content-Length: 0\r\n\r\n",
    "the largest body": POST + b"Content-Length: 1000\r\n\r\n" + b"a" * LIMIT,
    "chunks": CHUNKED + b"5\r\n0\r\n\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n",
    "chunks with extensions": CHUNKED + b'2;a="b"\r\nab\r\n1 ; c\r\nd\r\n00\r\n\r\n',
    "trailers": CHUNKED + b"1\r\na\r\n0\r\nExpires: never\r\nA: b\r\n\r\n",
    "no chunk": CHUNKED + b"0\r\n\r\n",
}
# Refused by gunicorn from what has arrived, whatever may follow.
REFUSED = {
    "bare line feeds": b"GET / HTTP/1.1\nHost: a\n\n",
    "a bare line feed in a field": POST + b"A: b\nC: d\r\n\r\n",
    "two lengths": POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
    "no number": POST + b"Content-Length: +5\r\n\r\n",
    "another digit": POST + b"Content-Length: \xb2\r\n\r\n",
    "no length and chunks": POST + b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "length and chunks": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    "the size of a chunk": CHUNKED + b"x\r\n",
    "a negative size": CHUNKED + b"-1\r\n",
    "no end of a chunk": CHUNKED + b"1\r\nabc\r\n",
    "another coding": POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n",
    "two empty lines before": b"\r\n\r\n",
}


def arrived_after(data, size=1):
    """Number of bytes after which a request has arrived, when they come `size` at a time; None for never."""
    return read(data, size)[0]


def read(data, size):
    """Number of bytes as above, and whether the request ended with them."""
    end = RequestEnd(LIMIT)
    for start in range(0, len(data), size):
        if end.has_arrived(data[start : start + size]):
            return min(start + size, len(data)), end.is_exact
    return None, False
    return None


def parse(data):
    """Body that gunicorn reads; raises ParseException."""
    return next(http.get_parser(Config(), iter([data]), ("127.0.0.1", 1))).body.read()


def test_a_request_has_arrived_with_its_last_byte(subtests):
    for label, data in WHOLE.items():
        for size in (1, 2, 3, 7, len(data)):
            with subtests.test(label, size=size):
                assert read(data, size) == (len(data), True)
                parse(data)
                assert arrived_after(data[:-1], size) is None
        with subtests.test(label, size="more"):
            assert read(data + b"GET", len(data) + 3) == (len(data) + 3, False)


def test_what_gunicorn_refuses_has_arrived(subtests):
    for label, data in REFUSED.items():
        for size in (1, 5, len(data)):
            with subtests.test(label, size=size):
                arrived, is_exact = read(data, size)
                assert arrived
                assert not is_exact
                with pytest.raises(ParseException):
                    parse(data)


def test_a_body_that_is_too_large_has_arrived_when_that_shows():
    head = POST + b"Content-Length: 1001\r\n\r\n"
    assert arrived_after(head + b"a" * 2000) == len(head)
    data = CHUNKED + (b"1F4\r\n" + b"a" * 500 + b"\r\n") * 9
    end = arrived_after(data)
    # The application reads one byte more than it takes.
    assert 1000 < data[len(CHUNKED) : end].count(b"a") < 1010


def test_a_head_or_line_without_an_end_is_given_up():
    end = RequestEnd(LIMIT)
    for _ in range(MAX_HEAD // 1024):
        assert not end.has_arrived(b"a" * 1024)
    assert not end.is_head_too_long
    assert end.has_arrived(b"a")
    assert end.is_head_too_long
    assert MAX_LINE < arrived_after(CHUNKED + b"1" * 2 * MAX_LINE) - len(CHUNKED) < MAX_LINE + 10
    assert arrived_after(CHUNKED + b"0\r\n" + b"a: b\r\n" * MAX_HEAD) <= 2 * (MAX_HEAD + LIMIT) + 1


def test_who_waits_to_be_told_to_go_on_is_noticed():
    for text, expected in ((b"100-Continue", True), (b"200-ok", False)):
        end = RequestEnd(LIMIT)
        assert not end.has_arrived(POST + b"Expect: " + text + b"\r\nContent-Length: 5\r\n\r\n")
        assert end.wants_continue is expected


def test_a_client_of_an_older_version_is_not_told_to_go_on():
    for version, is_told in ((b"1.1", True), (b"1.0", False)):
        for before in (b"", b"\r\n"):
            end = RequestEnd(LIMIT)
            head = b"POST / HTTP/%s\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n" % version
            assert not end.has_arrived(before + head)
            assert end.wants_continue is is_told
