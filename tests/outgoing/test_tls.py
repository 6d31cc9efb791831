"""Calls over TLS: the certificate is checked, and the deadline holds."""

from config.outgoing import Answer, NoAnswerError, UnreachableError, tls_context

from .peer import OK, fail, fail_late, get


def test_over_tls(tls_peer):
    body = b"x" * 500_000
    assert get(f"https://localhost:{tls_peer.port}/a", body=body) == Answer(200, b"hi")
    assert tls_peer.requests[0].endswith(body)


def test_a_certificate_for_another_host_is_refused(tls_peer):
    url = f"https://127.0.0.1:{tls_peer.port}"
    assert fail(url, body=b"x") == (UnreachableError, "SSLCertVerificationError")
    assert tls_peer.requests == []


def test_the_certificate_is_for_the_name_and_not_for_its_address(tls_peer, resolve_to):
    resolve_to("127.0.0.1")
    assert fail(f"https://other.example:{tls_peer.port}") == (UnreachableError, "SSLCertVerificationError")
    assert get(f"https://localhost:{tls_peer.port}") == Answer(200, b"hi")


def test_a_certificate_that_nobody_trusts_is_refused(tls_peer, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    tls_context.cache_clear()
    assert fail(f"https://localhost:{tls_peer.port}") == (UnreachableError, "SSLCertVerificationError")


def test_a_peer_without_tls_is_unreachable_by_it(peer):
    peer.answer = OK * 100
    assert fail(f"https://127.0.0.1:{peer.port}", timeout=5)[0] is UnreachableError


def test_an_answer_that_drips_over_tls(tls_peer):
    tls_peer.drip, tls_peer.answer = True, b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 900
    assert fail_late(f"https://localhost:{tls_peer.port}") is NoAnswerError


def test_a_body_that_is_never_read_over_tls(tls_peer):
    tls_peer.read = lambda sock: b""
    tls_peer.answer = None
    assert fail_late(f"https://localhost:{tls_peer.port}", body=b"x" * 50_000_000) is NoAnswerError
