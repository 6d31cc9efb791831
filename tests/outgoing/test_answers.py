"""Sent requests, the answers that are read, and failures that tell whether anything was sent."""

import pytest

from config.outgoing import Answer, AnswerTooLargeError, NoAnswerError, UnreachableError, send_request

from .peer import OK, fail, get


def test_a_get(peer):
    assert get(f"{peer.url}/a/b?c=d&e#f", headers={"Accept": "text/plain"}) == Answer(200, b"hi")
    assert peer.requests == [
        f"GET /a/b?c=d&e HTTP/1.1\r\nHost: 127.0.0.1:{peer.port}\r\nAccept-Encoding: identity\r\n"
        "User-Agent: Vestibule\r\nConnection: close\r\nAccept: text/plain\r\n\r\n".encode()
    ]


def test_a_post(peer):
    body = b'{"a": 1}' * 100_000
    assert send_request("POST", peer.url, body=body, timeout=20, max_size=2, allow_private=True) == Answer(200, b"hi")
    (request,) = peer.requests
    head, _, sent = request.partition(b"\r\n\r\n")
    assert head.splitlines()[0] == b"POST / HTTP/1.1"
    assert (sent == body, b"Content-Length: 800000" in head) == (True, True)


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", Answer(204, b"")),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", Answer(200, b"until the end")),
        (b"HTTP/1.1 404 \r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", Answer(404, b"abc")),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, Answer(200, b"hi")),
        # Compressed although it was not asked for: the bytes as they came, nothing is unpacked.
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b", Answer(200, b"\x1f\x8b")),
        (b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n", Answer(200, b"")),
    ],
)
def test_forms_of_an_answer(peer, raw, answer):
    peer.answer = raw
    assert get(peer.url) == answer


def test_a_redirect_is_an_answer(peer):
    peer.answer = f"HTTP/1.1 302 Found\r\nLocation: {peer.url}/there\r\nContent-Length: 0\r\n\r\n".encode()
    assert get(peer.url) == Answer(302, b"")
    assert peer.connections == 1


def test_nothing_of_the_environment_is_used(peer, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert get(peer.url) == Answer(200, b"hi")
    assert b"Authorization" not in peer.requests[0]


# --- Size


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + b"x" * 1001,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + b"x" * 1001 + b"\r\n0\r\n\r\n",
        b"HTTP/1.1 500 No\r\nContent-Length: 99999999999999\r\n\r\n" + b"x" * 1001,
    ],
)
def test_an_answer_that_is_too_large(peer, raw):
    peer.answer = raw
    assert fail(peer.url, max_size=1000) == (AnswerTooLargeError, "AnswerTooLargeError")


def test_an_answer_that_is_just_not_too_large(peer):
    peer.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000
    assert get(peer.url, max_size=1000) == Answer(200, b"x" * 1000)


def test_an_answer_without_an_end_is_cut(peer):
    peer.answer, peer.repeat = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1000, True
    assert fail(peer.url)[0] is AnswerTooLargeError


# --- What was sent, and what was not


def test_nobody_listens(peer):
    peer.stop()
    assert fail(peer.url) == (UnreachableError, "ConnectionRefusedError")


def test_a_name_that_does_not_exist():
    assert fail("http://no.such.host.invalid") == (UnreachableError, "gaierror")


def test_a_name_that_no_resolver_takes():
    assert fail(f"http://{'a' * 70}.example")[0] is UnreachableError


def test_a_name_without_addresses(resolve_to):
    resolve_to()
    assert fail("http://empty.example") == (UnreachableError, "OSError")


def test_the_next_address_is_tried(peer, resolve_to):
    resolve_to("127.0.0.2", "127.0.0.1")
    assert get(f"http://two.example:{peer.port}") == Answer(200, b"hi")
    assert f"Host: two.example:{peer.port}\r\n".encode() in peer.requests[0]


def test_the_peer_hangs_up(peer):
    peer.answer = b""
    assert fail(peer.url, body=b"x") == (NoAnswerError, "RemoteDisconnected")
    assert peer.requests[0].endswith(b"\r\n\r\nx")


def test_the_peer_hangs_up_before_it_has_read_anything(peer):
    peer.hang_up_early = True
    assert fail(peer.url, body=b"x" * 5_000_000)[0] is NoAnswerError


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi", "IncompleteRead"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "IncompleteRead"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi", "IncompleteRead"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfive\r\nhello", "IncompleteRead"),
        (b"hello\r\n", "BadStatusLine"),
        (b"<html>an answer as of HTTP/0.9</html>", "BadStatusLine"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "BadStatusLine"),
        (b"HTTP/1.1 999999 OK\r\n\r\n", "BadStatusLine"),
        (b"HTTP/3 200 OK\r\n\r\n", "UnknownProtocol"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"x" * 70_000 + b"\r\n\r\n", "LineTooLong"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 101 + b"\r\n", "HTTPException"),
    ],
)
def test_what_is_no_answer(peer, raw, reason):
    peer.answer = raw
    assert fail(peer.url) == (NoAnswerError, reason)


PATHS = ["/a\r\nX: y", "/a\nX: y", "/a\tb", "/a b", "/a\0", "/é", "/\u2028", "\\@127.0.0.2/", "@127.0.0.2/", "/\x7f"]
URLS = [
    *("", "127.0.0.1", "//127.0.0.1/", "http://", "http:///path", "http://[::1/"),
    *("http://user:secret@127.0.0.1/", "http://user@127.0.0.1/", "http://:secret@127.0.0.1/", "http://@127.0.0.1/"),
    *("http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http://127.0.0.1:-1/"),
    *("file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "unix:/run/x.sock"),
]
HEADERS = [{"A": "b\r\nX: y"}, {"A": "b\nX: y"}, {"A": "b\rX: y"}, {"A\r\nX": "y"}, {"A: b\nX": "y"}, {"A": "\u20ac"}]


def test_a_url_that_is_not_plain_is_refused(peer, subtests):
    for path in PATHS:
        with subtests.test(path):
            assert fail(peer.url + path) == (UnreachableError, "ValueError")
    assert peer.connections == 0


def test_a_url_without_a_host_or_with_too_much_is_refused(subtests):
    for url in URLS:
        with subtests.test(url):
            assert fail(url) == (UnreachableError, "ValueError")


def test_a_header_that_is_none_is_refused(peer, subtests):
    for headers in HEADERS:
        with subtests.test(str(headers)):
            assert fail(peer.url, headers=headers)[0] is UnreachableError
    assert peer.connections == 0
