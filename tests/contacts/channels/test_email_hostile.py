"""Malformed and oversized e-mails are read within limits, or refused as unreadable."""

import json
from contextlib import suppress

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from contacts.channels.letters.parts import MAX_DEPTH
from contacts.channels.message import UnreadableError
from tests.suite import thorough_but

from .payloads import mailgun_form, mime, postmark

ODD = [
    None,
    True,
    0,
    -1,
    2**80,
    1e400,
    "",
    "\0",
    "\ud800",
    "x" * 100_000,
    [],
    [[]],
    {},
    {"a": {}},
    [None],
    "é",
    "<x@y>",
]


def assert_storable(messages):
    """Assert that every database can store them."""
    for message in messages:
        texts = [message.name, message.text, message.subject, message.email, message.address, message.external_id]
        texts += [*message.references, *(id for _channel, id in message.identities), *(f.name for f in message.files)]
        assert not any("\0" in text for text in texts)
        "".join(texts).encode()
        assert len(message.external_id) <= 255 and len(message.address) <= 254 and len(message.subject) <= 200
        assert all(len(id) <= 254 for _channel, id in message.identities)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0" * 100,
        b"no header at all",
        b"From: =?utf-8?q?=ff=fe?= <x@example.org>\r\nSubject: =?klingon?b?////?=\r\n\r\nHi",
        b"From: a@example.org\r\nContent-Type: multipart/mixed\r\n\r\nwithout a boundary",
        b'From: a@example.org\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n\r\n--x',
        b"From: a@example.org\r\nContent-Type: text/plain; charset=\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
        b"From: a@example.org\r\nSubject: " + b"x" * 100_000 + b"\r\n\r\nHi",
        b"From: " + b"a@example.org," * 5000 + b"\r\n\r\nHi",
        b"From: a@example.org\r\nMessage-ID: <" + b"x" * 5000 + b">\r\n\r\nHi",
        b"From: a@example.org\r\nReferences: " + b"<x@y>" * 9000 + b"\r\n\r\nHi",
        b"From: a@example.org\r\nContent-Disposition: attachment; filename*=utf-8''%ff%fe\r\n\r\nHi",
        b"From: a@example.org\r\nSubject: a\r\n b\r\n\tc\r\n\r\nHi",
        b"From: \xff\xfe <a@example.org>\r\n\r\n\xff\xfe",
        b"From: group:;\r\n\r\nHi",
    ],
)
def test_malformed_mail_is_read(read_mail, body):
    [message] = read_mail(body)
    assert message.identities and message.external_id and "\n" not in message.subject
    assert_storable([message])


@pytest.mark.parametrize(
    "body", [b"", b"nonsense", b"[]", b"7", b"null", b'{"Headers": 7}', b'{"FromFull": []}', b"\xff"]
)
def test_other_json_is_unreadable_as_postmark(read_mail, body):
    with pytest.raises(UnreadableError):
        read_mail(body, "postmark", "application/json")


@pytest.mark.parametrize("name", [*postmark(), "CcFull", "BccFull", "Date", "ReplyTo", "RawEmail", "StrippedTextReply"])
def test_odd_values_of_postmark_fields(read_mail, name):
    for value in ODD:
        with suppress(UnreadableError):
            assert_storable(read_mail(json.dumps(postmark(**{name: value})).encode(), "postmark", "application/json"))


@pytest.mark.parametrize("name", ["From", "Message-ID", "References", "Return-Path", "Content-Type", "Auto-Submitted"])
def test_odd_values_of_postmark_headers(read_mail, name):
    for value in ODD:
        body = json.dumps(postmark(Headers=[{"Name": name, "Value": value}])).encode()
        with suppress(UnreadableError):
            assert_storable(read_mail(body, "postmark", "application/json"))


@pytest.mark.parametrize("name", ["Name", "Content", "ContentType", "ContentLength", "ContentID"])
def test_odd_values_of_postmark_attachments(read_mail, name):
    for value in ODD:
        file = {"Name": "a.txt", "Content": "QQ==", "ContentType": "text/plain", name: value}
        with suppress(UnreadableError):
            body = json.dumps(postmark(Attachments=[file])).encode()
            assert_storable(read_mail(body, "postmark", "application/json"))


@pytest.mark.parametrize(
    "name", ["sender", "from", "body-plain", "body-html", "body-mime", "attachment-count", "content-id-map", "event"]
)
def test_odd_values_of_mailgun_fields(read_mail, name):
    for value in [value for value in ODD if value != "\ud800"]:
        form = {**mailgun_form(), name: value if isinstance(value, str) else json.dumps(value)}
        with suppress(UnreadableError):
            assert_storable(read_mail(encode_multipart(BOUNDARY, form), "mailgun", MULTIPART_CONTENT))


@pytest.mark.parametrize("content_type", ["", "x", "text/plain; charset=klingon", "multipart/form-data; boundary="])
def test_odd_content_type_is_unreadable(read_mail, content_type):
    with pytest.raises(UnreadableError):
        read_mail(encode_multipart(BOUNDARY, mailgun_form()), "mailgun", content_type)


PIECES = [
    "a ",
    "(",
    "<",
    "@",
    ",",
    '"',
    "\\",
    "=?utf-8?q?a?= ",
    "a@b,",
    ";a=b",
    ";a*0=b",
    "<x@y> ",
    "a\r\n ",
    ".",
    "a;",
]


HEADERS = ["From", "Reply_To", "Subject", "References", "Message_ID", "Content_Type", "Content_Disposition", "Date"]


@pytest.mark.parametrize("name", thorough_but("From", "Subject", of=HEADERS))
def test_endless_header_is_truncated(read_mail, name):
    begin = {"Content_Type": "text/plain; x=", "Content_Disposition": "inline; x="}.get(name, "")
    more = {"From": "no-reply@example.org"} if name == "Reply_To" else {}
    for piece in PIECES:
        body = mime(**{**more, name: begin + piece * (300_000 // len(piece))})
        with suppress(UnreadableError):
            assert_storable(read_mail(body))
        if name != "Content_Type":
            value = piece.strip() * (300_000 // len(piece))
            headers = [["From", "lea@example.org"], [name.replace("_", "-"), value]]
            form = encode_multipart(BOUNDARY, mailgun_form(message_headers=json.dumps(headers)))
            with suppress(UnreadableError):
                assert_storable(read_mail(form, "mailgun", MULTIPART_CONTENT))
            headers = [{"Name": key, "Value": value} for key, value in headers]
            sent = postmark(Headers=headers, Subject=value, FromFull={"Email": value, "Name": value})
            with suppress(UnreadableError):
                assert_storable(read_mail(json.dumps(sent).encode(), "postmark", "application/json"))


def test_last_of_many_references_are_read(read_mail):
    ids = [f"<{n}@example.org>" for n in range(50_000)]
    assert read_mail(mime(References=" ".join(ids)))[0].references == (*ids[-19:], "<a1@example.org>")


BEGIN = "From: a@example.org\r\nSubject: Plan\r\nMessage-ID: <much@example.org>\r\n"


def parts_within(count, kind):
    begin = "".join(f'Content-Type: {kind}; boundary="{n}"\r\n\r\n--{n}\r\n' for n in range(count))
    return BEGIN.encode() + begin.encode() + b"\r\nHi"


TOO_MUCH = {
    "parts": BEGIN.encode() + b'Content-Type: multipart/mixed; boundary="B"\r\n\r\n' + b"--B\r\n\r\na\r\n" * 99_999,
    "parts within parts": parts_within(MAX_DEPTH, "multipart/mixed"),
    "many parts within parts": parts_within(5_000, "multipart/mixed"),
    "headers": BEGIN.encode() + b"X-A: b\r\n" * 2_000 + b"\r\nHi",
    "lines": BEGIN.encode() + b"\r\n" + b"\n" * 6_000_000,
    "other lines": BEGIN.encode() + b"\r\n" + b"\r" * 6_000_000,
}
TOO_LARGE = "This e-mail is too large or too complex to show. Open the original."


@pytest.mark.parametrize("what", TOO_MUCH)
def test_mail_beyond_the_limits_becomes_a_message_of_its_headers(read_mail, what):
    raw = TOO_MUCH[what]
    calls = [(raw,)]
    if len(raw) < 2_000_000:
        calls.append((encode_multipart(BOUNDARY, mailgun_form(body_mime=raw.decode())), "mailgun", MULTIPART_CONTENT))
    for call in calls:
        [message] = read_mail(*call)
        shown = (message.email, message.subject, message.external_id, message.text, message.is_unreadable)
        assert shown == ("a@example.org", "Plan", "<much@example.org>", TOO_LARGE, True)


def test_mails_within_mails_without_end_are_one_file(read_mail):
    raw = BEGIN.encode() + b"Content-Type: message/rfc822\r\n\r\n" * 5_000
    [message] = read_mail(raw)
    assert [len(file.content) for file in message.files] == [len(raw) - len(BEGIN) - 32]


def test_nested_parts_within_the_limits_are_read(read_mail):
    assert read_mail(parts_within(MAX_DEPTH - 1, "multipart/mixed"))[0].text == "Hi"


@pytest.mark.parametrize("count", [500, 5_000, 50_000])
@pytest.mark.parametrize(("begin", "end"), [("[", "]"), ('{"a":', "}")])
def test_deeply_nested_json_is_read_or_unreadable(read_mail, begin, end, count):
    value = begin * count + "7" + end * count
    for name in postmark():
        body = json.dumps(postmark(**{name: "here"})).replace('"here"', value).encode()
        with suppress(UnreadableError):
            assert_storable(read_mail(body, "postmark", "application/json"))
    with pytest.raises(UnreadableError):
        read_mail(encode_multipart(BOUNDARY, mailgun_form(message_headers=value)), "mailgun", MULTIPART_CONTENT)


@pytest.mark.parametrize("headers", ["", "7", "no JSON", '{"a": 1}', "[[1]]", "[]"])
def test_other_forms_are_unreadable_or_empty_as_mailgun(read_mail, headers):
    body = encode_multipart(BOUNDARY, mailgun_form(message_headers=headers))
    try:
        messages = read_mail(body, "mailgun", MULTIPART_CONTENT)
    except UnreadableError:
        return
    assert [message.identities for message in messages] == [(("email", "lea@example.org"),)]
