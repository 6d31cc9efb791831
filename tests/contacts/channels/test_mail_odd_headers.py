"""Odd headers of any kind: the e-mail is read, in time, and every database can store it."""

import pytest

from tests.suite import thorough_but

from .email_reading import read

HEADERS = [
    *("From", "Sender", "Reply-To", "Cc", "X-Original-From", "X-Original-Sender", "Return-Path", "List-Post"),
    *("Auto-Submitted", "Precedence", "Delivered-To", "X-Autoreply", "X-Failed-Recipients", "Authentication-Results"),
    *("Received-SPF", "X-Mailgun-Spf", "X-Mailgun-Dkim-Check-Result", "DKIM-Signature", "Subject", "Content-Type"),
]
VALUES = [
    *("", " ", ",", ";", "@", "<", "<>", "<@>", "a@", "@b", "a@b@c", "\0", "é", '"', '"a', "(", "((((", "group:;"),
    *("=?utf-8?q?=ff?=", "=?klingon?b?////?=", "=?utf-8?b?", "group: a@b.example", "a@b.example\t", "a b@c.example"),
    *("a@[192.0.2.1]", "a@xn--\0", f"{'a' * 300}@b.example", "mailto:", "<mailto:a@b>", "spf=", "d=", "pass"),
    *("x; spf=pass; dkim=pass; dmarc=", "multipart/report", "multipart/report; boundary="),
]
PIECES = [
    *("a ", "(", "<", "@", ",", '"', "\\", "=?utf-8?q?a?= ", "a@b.example,", "; spf=pass ", "via ", "' via ", "\u2003"),
    "-",
]


@pytest.mark.parametrize("name", thorough_but("From", "Reply-To", "Subject", "Content-Type", of=HEADERS))
def test_odd_header_loses_no_mail(name, subtests):
    by_portal = {} if name == "From" else {"From": '"Léa" via Portal <no-reply@portal.example>'}
    for value in [*VALUES, *(piece * (100_000 // len(piece)) for piece in PIECES)]:
        with subtests.test(value[:20]):
            for more in ({}, by_portal):
                message = read("Name: Léa\nPhone: 0612345678\nMessage: Hi", **{**more, name: value})
                assert "Hi" in message.text or name == "Content-Type"
                [(_channel, id)] = message.identities
                texts = [id, message.name, message.email, message.address, message.by_way_of, message.failed_recipient]
                assert all(len(text) <= 254 and text.isprintable() for text in texts)
