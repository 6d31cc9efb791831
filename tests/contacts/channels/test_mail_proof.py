"""The receiving server's verdict on the sender of an e-mail."""

from .email_reading import read

RESULTS = "Authentication-Results"
# Léa writes from example.org.
VERDICTS = {
    "nothing reported": ({}, True),
    "DMARC passed": ({RESULTS: "mx.host.example; dmarc=pass (p=REJECT) header.from=example.org"}, True),
    "DMARC failed": (
        {RESULTS: "mx.host.example; spf=pass smtp.mailfrom=a@example.org; dmarc=fail header.from=example.org"},
        False,
    ),
    "DKIM of the sender": ({RESULTS: "mx.host.example; dkim=pass header.i=@example.org header.s=k; spf=fail"}, True),
    "DKIM of the sender's mail host": ({RESULTS: "h; dkim=pass (2048-bit key) header.d=mail.example.org"}, True),
    "DKIM of somebody else": ({RESULTS: "mx.host.example; dkim=pass header.d=evil.example; dmarc=none"}, False),
    "DKIM of two": ({RESULTS: "h; dkim=pass header.d=sender.example; dkim=pass header.d=example.org"}, True),
    "DKIM of a name that ends alike": ({RESULTS: "h; dkim=pass header.d=ample.org"}, False),
    "SPF of the sender": ({RESULTS: "mx.host.example; spf=pass (ok; really) smtp.mailfrom=lea@example.org"}, True),
    "SPF of somebody else": (
        {RESULTS: "mx.host.example; spf=pass smtp.mailfrom=bounce@evil.example; dkim=none"},
        False,
    ),
    "SPF failed": ({RESULTS: "mx.host.example; spf=softfail smtp.mailfrom=lea@example.org"}, False),
    "without the server's name": (
        {RESULTS: "spf=pass smtp.mailfrom=example.org; dkim=none; dmarc=bestguesspass"},
        True,
    ),
    "nothing verified": ({RESULTS: "mx.host.example; none"}, True),
    "other methods": ({RESULTS: "mx.host.example; iprev=pass; auth=pass"}, True),
    "nonsense": ({RESULTS: ";;=;(((;spf"}, True),
    "SPF alone": ({"Received-SPF": "Pass (host: ok) client-ip=192.0.2.1; envelope-from=lea@example.org;"}, True),
    "SPF alone, of somebody else": (
        {"Received-SPF": "pass client-ip=192.0.2.1; envelope-from=eve@evil.example"},
        False,
    ),
    "SPF alone, failed": ({"Received-SPF": "SoftFail (host: no) envelope-from=lea@example.org"}, False),
    "Mailgun": ({"X-Mailgun-Spf": "Pass", "Return-Path": "<lea@example.org>"}, True),
    "Mailgun, of somebody else": ({"X-Mailgun-Spf": "Pass", "Return-Path": "<eve@evil.example>"}, False),
    "Mailgun, failed": ({"X-Mailgun-Spf": "Fail", "X-Mailgun-Dkim-Check-Result": "Fail"}, False),
    "Mailgun, signed": (
        {
            "X-Mailgun-Spf": "Neutral",
            "X-Mailgun-Dkim-Check-Result": "Pass",
            "DKIM-Signature": "v=1; d=example.org; s=k; b=x",
        },
        True,
    ),
    "Mailgun, signed by somebody else": (
        {"X-Mailgun-Dkim-Check-Result": "Pass", "DKIM-Signature": "v=1; a=rsa-sha256; d=evil.example; b=d=example.org"},
        False,
    ),
}


def test_verdicts(subtests):
    for label, (headers, is_proven) in VERDICTS.items():
        with subtests.test(label):
            assert read(From="Léa <lea@example.org>", **headers).is_proven is is_proven


def test_only_the_topmost_report_counts():
    forged = {RESULTS: f"mx.host.example; spf=fail\r\n{RESULTS}: mx.host.example; dmarc=pass header.from=example.org"}
    assert not read(**forged).is_proven
    twice = {"X-Mailgun-Spf": "Fail\r\nX-Mailgun-Spf: Pass", "Return-Path": "<lea@example.org>"}
    assert not read(**twice).is_proven
