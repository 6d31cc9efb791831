"""What an e-mail becomes, by whichever way it comes."""

import base64
import json
from contextlib import suppress
from email.message import EmailMessage

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from contacts.channels import email as provider
from contacts.channels.message import File, InboundMessage, UnreadableError

from .payloads import bounce, connect, mailgun_form, mime, postmark

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(pro):
    """Reads what a provider brings."""

    def read(body, kind="mime", content_type="message/rfc822"):
        return list(provider.read(connect(pro, kind), body, content_type))

    return read


def usual(**more):
    return InboundMessage(
        **{
            "external_id": "<a1@example.org>",
            "identities": (("email", "lea@example.org"),),
            "address": "lea@example.org",
            "name": "Léa Fontanel",
            "text": "Bonjour, est-ce libre ?",
            "email": "lea@example.org",
            "subject": "Dossier",
            "references": ("<a1@example.org>",),
            **more,
        }
    )


def test_a_mime_message(desk):
    assert desk(mime()) == [usual()]


def test_mailguns_form(desk):
    assert desk(encode_multipart(BOUNDARY, mailgun_form()), "mailgun", MULTIPART_CONTENT) == [usual()]


def test_mailguns_raw_form(desk):
    form = mailgun_form(body_mime=mime().decode())
    assert desk(encode_multipart(BOUNDARY, form), "mailgun", MULTIPART_CONTENT) == [usual()]


def test_mailguns_raw_form_says_who_handed_it_over(desk):
    form = mailgun_form(body_mime=mime(From=None).decode(), sender="")
    [found] = desk(encode_multipart(BOUNDARY, form), "mailgun", MULTIPART_CONTENT)
    assert (found.identities, found.is_automatic) == ((("email", "-"),), True)
    form["sender"] = "lea@example.org"
    [found] = desk(encode_multipart(BOUNDARY, form), "mailgun", MULTIPART_CONTENT)
    assert (found.identities, found.is_automatic) == ((("email", "lea@example.org"),), False)


def test_mailguns_files(desk):
    form = mailgun_form(attachment_count="1", attachment_1=SimpleUploadedFile("plan.txt", b"The plan.", "text/plain"))
    [found] = desk(encode_multipart(BOUNDARY, form), "mailgun", MULTIPART_CONTENT)
    assert found.files == (File("plan.txt", b"The plan."),)


def test_postmarks_json(desk):
    assert desk(json.dumps(postmark()).encode(), "postmark", "application/json") == [usual()]


def test_postmarks_own_id_where_the_mail_has_none(desk):
    [found] = desk(json.dumps(postmark(Headers=[])).encode(), "postmark", "application/json")
    assert (found.external_id, found.references) == ("73e6d360-66eb-11e1-8e72-a8904824019b", ())


def test_postmarks_files(desk):
    file = {"Name": "plan.txt", "Content": base64.b64encode(b"The plan.").decode(), "ContentType": "text/plain"}
    [found] = desk(json.dumps(postmark(Attachments=[file])).encode(), "postmark", "application/json")
    assert found.files == (File("plan.txt", b"The plan."),)


# A mail with a letter that is no UTF-8, forwarded as a file.
FORWARDED = b"From: a@example.org\r\nSubject: x\r\n\r\nd\xe9j\xe0"


def test_a_forwarded_mail_is_a_file_as_it_was(desk):
    upload = SimpleUploadedFile("old.eml", FORWARDED, "message/rfc822")
    form = mailgun_form(attachment_count="1", attachment_1=upload)
    [found] = desk(encode_multipart(BOUNDARY, form), "mailgun", MULTIPART_CONTENT)
    assert found == usual(files=(File("old.eml", FORWARDED),))
    file = {"Name": "old.eml", "Content": base64.b64encode(FORWARDED).decode(), "ContentType": "message/rfc822"}
    assert desk(json.dumps(postmark(Attachments=[file])).encode(), "postmark", "application/json") == [found]
    sent = (
        b"--B\r\n\r\nBonjour, est-ce libre ?\r\n--B\r\nContent-Type: message/rfc822\r\n"
        b"Content-Disposition: attachment; filename=old.eml\r\n\r\n" + FORWARDED + b"\r\n--B--\r\n"
    )
    [found] = desk(mime("", Content_Type='multipart/mixed; boundary="B"') + sent)
    # Its lines end as the standard library ends them.
    assert found == usual(files=(File("old.eml", FORWARDED.replace(b"\r\n", b"\n")),))


def test_postmark_repeats_the_mail_and_it_is_read_once(desk):
    sent = postmark(RawEmail=mime("Something else").decode())
    assert desk(json.dumps(sent).encode(), "postmark", "application/json") == [usual()]


# --- What it says


def letter(**headers):
    found = EmailMessage()
    usual = {"From": "Léa Fontanel <lea@example.org>", "Subject": "Dossier", "Message-ID": "<a1@example.org>"}
    for name, value in {**usual, **headers}.items():
        found[name] = value
    return found


def test_the_plain_words_go_before_html(desk):
    found = letter()
    found.set_content("Plain words")
    found.add_alternative("<p>Words of <b>HTML</b></p>", subtype="html")
    assert desk(found.as_bytes()) == [usual(text="Plain words")]


def test_html_alone_is_read(desk):
    found = letter()
    found.set_content("<p>Words of <b>HTML</b></p><script>alert(1)</script>", subtype="html")
    assert desk(found.as_bytes()) == [usual(text="Words of HTML")]


def test_quoted_history_stands_apart(desk):
    body = "Yes.\r\n\r\nOn Mon, 4 May 2026, Agence wrote:\r\n> Is it?\r\n"
    assert desk(mime(body)) == [usual(text="Yes.", quoted="On Mon, 4 May 2026, Agence wrote:\n> Is it?")]


def test_files_of_every_kind(desk):
    found = letter()
    found.set_content("See the files.")
    found.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="plan é.pdf")
    found.add_attachment("a note", filename="../note.txt")
    found.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename=None)
    inner = letter(Subject="Inner")
    inner.set_content("Inner words")
    found.add_attachment(inner)
    [message] = desk(found.as_bytes())
    assert (message.text, [file.name for file in message.files]) == (
        "See the files.",
        ["plan é.pdf", "../note.txt", "Unnamed file", "Unnamed file"],
    )
    assert [file.content for file in message.files[:3]] == [b"%PDF-1.7", b"a note\n", b"MZ"]
    assert b"Inner words" in message.files[3].content


def test_pictures_within_are_files(desk):
    found = letter()
    found.set_content("Look")
    found.add_alternative("<p>Look <img src='cid:x'></p>", subtype="html")
    found.get_payload()[1].add_related(b"GIF89a", maintype="image", subtype="gif", cid="<x>", filename="x.gif")
    [message] = desk(found.as_bytes())
    assert (message.text, message.files) == ("Look", (File("x.gif", b"GIF89a"),))


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        ("iso-8859-1", "déjà".encode("latin-1")),
        ("windows-1252", "déjà".encode("cp1252")),
        ("utf-8", "déjà".encode()),
        ("klingon", "déjà".encode("cp1252")),
        ("us-ascii", "déjà".encode("cp1252")),
        # Takes the square of the length to read.
        ("punycode", "déjà".encode("cp1252")),
        ("IDNA", "déjà".encode("cp1252")),
        ("zlib", "déjà".encode("cp1252")),
    ],
)
def test_charsets(desk, charset, body):
    sent = mime("", Content_Type=f"text/plain; charset={charset}") + body
    assert [message.text for message in desk(sent)] == ["déjà"]


def test_the_mails_before_it(desk):
    sent = mime(References="<r1@x> <r2@x>", In_Reply_To="<r2@x>")
    assert desk(sent)[0].references == ("<r1@x>", "<r2@x>", "<a1@example.org>")
    many = " ".join(f"<{n}@x>" for n in range(100))
    assert len(desk(mime(References=many))[0].references) == 20


def test_without_an_id_the_words_tell_it_from_others(desk):
    first, again, other = (
        desk(mime(body, Message_ID=None))[0].external_id for body in ("One\r\n", "One\r\n", "Two\r\n")
    )
    assert first == again != other and first.startswith("sha256:")


# --- Who wrote it


@pytest.mark.parametrize(
    ("sender", "identity", "name", "email"),
    [
        ("lea@example.org", "lea@example.org", "lea@example.org", "lea@example.org"),
        ("LEA@Example.ORG", "lea@example.org", "LEA@Example.ORG", "LEA@Example.ORG"),
        ('"Fontanel, Léa" <lea@example.org>', "lea@example.org", "Fontanel, Léa", "lea@example.org"),
        ("=?utf-8?q?L=C3=A9a?= <lea@example.org>", "lea@example.org", "Léa", "lea@example.org"),
        ("Léa <lea@example.org>, Anna <anna@example.org>", "lea@example.org", "Léa", "lea@example.org"),
        ("Léa <lea@localhost>", "lea@localhost", "Léa", "lea@localhost"),
        ("Léa <not an address@>", "-", "", ""),
        ("nobody", "-", "", ""),
        (None, "-", "", ""),
    ],
)
def test_who_it_is_from(desk, sender, identity, name, email):
    [found] = desk(mime(From=sender))
    assert (found.identities, found.name, found.email) == ((("email", identity),), name, email)


def test_a_portal_writes_in_somebodys_name(desk):
    sent = mime(From="Portal <no-reply@portal.example>", Reply_To="Léa <lea@example.org>")
    [found] = desk(sent)
    assert (found.name, found.email, found.is_automatic) == ("Léa", "lea@example.org", False)
    # Whoever writes themselves is who they are, wherever answers go.
    assert desk(mime(Reply_To="other@example.org"))[0].email == "lea@example.org"


AUTOMATIC = [
    {"Auto-Submitted": "auto-replied"},
    {"Auto-Submitted": "auto-generated; owner"},
    {"Precedence": "bulk"},
    {"Precedence": "List"},
    {"List-Id": "<news.example.org>"},
    {"List-Unsubscribe": "<mailto:off@example.org>"},
    {"X-Autoreply": "yes"},
    {"X-Auto-Response-Suppress": "All"},
    {"Return-Path": "<>"},
    {"From": "MAILER-DAEMON@example.org"},
    {"From": "no-reply@example.org"},
]


@pytest.mark.parametrize("headers", AUTOMATIC)
def test_what_no_person_wrote(desk, headers):
    assert desk(mime(**headers))[0].is_automatic


@pytest.mark.parametrize("headers", [{}, {"Auto-Submitted": "no"}, {"Precedence": "first-class"}])
def test_what_a_person_wrote(desk, headers):
    assert not desk(mime(**headers))[0].is_automatic


def test_a_bounce_says_what_it_is_about(desk):
    [found] = desk(bounce())
    assert (found.text, found.about, found.is_automatic) == ("There is no such person.", "<sent@testserver>", True)
    assert found.is_returned and not desk(bounce(action="delayed"))[0].is_returned


def test_a_bounce_may_repeat_headers_alone(desk):
    returned = b"Content-Type: text/rfc822-headers\r\n\r\nSubject: Re: Dossier\r\nMessage-Id: <h@testserver>\r\n"
    sent = bounce().replace(b"Content-Type: message/rfc822\r\n\r\nMessage-ID: <sent@testserver>\r\n", returned)
    assert desk(sent)[0].about == "<h@testserver>"


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers", "Message/RFC822"])
def test_a_bounce_by_a_provider_says_what_it_is_about(desk, kind):
    returned = b"Subject: Re: Dossier\r\nMessage-Id: <h@testserver>\r\n\r\nMessage-Id: <of@words>\r\n"
    form = mailgun_form(sender="", attachment_count="1", attachment_1=SimpleUploadedFile("a.eml", returned, kind))
    [found] = desk(encode_multipart(BOUNDARY, form), "mailgun", MULTIPART_CONTENT)
    assert (found.about, found.is_automatic) == ("<h@testserver>", True)
    file = {"Name": "a.eml", "Content": base64.b64encode(returned).decode(), "ContentType": kind}
    headers = [{"Name": "Return-Path", "Value": "<>"}, *postmark()["Headers"]]
    body = json.dumps(postmark(Attachments=[file], Headers=headers)).encode()
    [found] = desk(body, "postmark", "application/json")
    assert (found.about, found.is_automatic) == ("<h@testserver>", True)


@pytest.mark.parametrize(("action", "is_returned"), [("failed", True), ("Failed", True), ("delayed", False)])
def test_a_report_by_a_provider_says_what_became_of_it(desk, action, is_returned):
    report = f"Reporting-MTA: dns; mx.example.org\r\n\r\nAction: {action}\r\nStatus: 5.1.1\r\n".encode()
    upload = SimpleUploadedFile("report", report, "message/delivery-status")
    form = mailgun_form(sender="", attachment_count="1", attachment_1=upload)
    assert desk(encode_multipart(BOUNDARY, form), "mailgun", MULTIPART_CONTENT)[0].is_returned is is_returned
    content = base64.b64encode(report).decode()
    file = {"Name": "report", "Content": content, "ContentType": "message/delivery-status"}
    body = json.dumps(postmark(Attachments=[file])).encode()
    assert desk(body, "postmark", "application/json")[0].is_returned is is_returned
    assert desk(bounce().replace(b"Action: failed", f"Action: {action}".encode()))[0].is_returned is is_returned


def test_a_bounce_may_say_what_it_answers_alone(desk):
    assert desk(mime(Return_Path="<>", In_Reply_To="<sent@testserver>"))[0].about == "<sent@testserver>"
    # Whoever answers is no bounce.
    assert desk(mime(In_Reply_To="<sent@testserver>"))[0].about == ""


def test_the_test_of_a_connection_is_no_message(desk, pro):
    id = provider._test_id(connect(pro, "mime"))
    assert desk(mime(Message_ID=id)) == []


# --- What is not as it should be


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
def test_an_odd_mail_is_no_fault(desk, body):
    [found] = desk(body)
    assert (
        isinstance(found, InboundMessage) and found.identities and found.external_id and len(found.external_id) <= 255
    )
    words = (found.name, found.text, found.subject, found.email, found.address, *(file.name for file in found.files))
    assert not any("\0" in word or "\n" in found.subject for word in words)
    json.dumps(words).encode()


@pytest.mark.parametrize(
    "body", [b"", b"nonsense", b"[]", b"7", b"null", b'{"Headers": 7}', b'{"FromFull": []}', b"\xff"]
)
def test_what_is_no_payload_of_postmarks_is_unreadable(desk, body):
    with pytest.raises(UnreadableError):
        desk(body, "postmark", "application/json")


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


def assert_fit(found):
    """Fit for every database."""
    for message in found:
        words = [message.name, message.text, message.subject, message.email, message.address, message.external_id]
        words += [*message.references, *(id for _channel, id in message.identities), *(f.name for f in message.files)]
        assert not any("\0" in word for word in words)
        "".join(words).encode()
        assert len(message.external_id) <= 255 and len(message.address) <= 254 and len(message.subject) <= 200
        assert all(len(id) <= 254 for _channel, id in message.identities)


@pytest.mark.parametrize("name", [*postmark(), "CcFull", "BccFull", "Date", "ReplyTo", "RawEmail", "StrippedTextReply"])
def test_an_odd_value_of_postmarks_is_no_fault(desk, name):
    for value in ODD:
        with suppress(UnreadableError):
            assert_fit(desk(json.dumps(postmark(**{name: value})).encode(), "postmark", "application/json"))


@pytest.mark.parametrize("name", ["From", "Message-ID", "References", "Return-Path", "Content-Type", "Auto-Submitted"])
def test_an_odd_header_of_postmarks_is_no_fault(desk, name):
    for value in ODD:
        body = json.dumps(postmark(Headers=[{"Name": name, "Value": value}])).encode()
        with suppress(UnreadableError):
            assert_fit(desk(body, "postmark", "application/json"))


@pytest.mark.parametrize("name", ["Name", "Content", "ContentType", "ContentLength", "ContentID"])
def test_an_odd_file_of_postmarks_is_no_fault(desk, name):
    for value in ODD:
        file = {"Name": "a.txt", "Content": "QQ==", "ContentType": "text/plain", name: value}
        with suppress(UnreadableError):
            assert_fit(desk(json.dumps(postmark(Attachments=[file])).encode(), "postmark", "application/json"))


@pytest.mark.parametrize(
    "name", ["sender", "from", "body-plain", "body-html", "body-mime", "attachment-count", "content-id-map", "event"]
)
def test_an_odd_value_of_mailguns_is_no_fault(desk, name):
    for value in [value for value in ODD if value != "\ud800"]:
        form = {**mailgun_form(), name: value if isinstance(value, str) else json.dumps(value)}
        with suppress(UnreadableError):
            assert_fit(desk(encode_multipart(BOUNDARY, form), "mailgun", MULTIPART_CONTENT))


def test_files_that_are_only_announced_are_not_looked_for(desk):
    body = encode_multipart(BOUNDARY, mailgun_form(attachment_count="9" * 18))
    assert desk(body, "mailgun", MULTIPART_CONTENT) == [usual()]


@pytest.mark.parametrize("content_type", ["", "x", "text/plain; charset=klingon", "multipart/form-data; boundary="])
def test_an_odd_content_type_is_unreadable(desk, content_type):
    with pytest.raises(UnreadableError):
        desk(encode_multipart(BOUNDARY, mailgun_form()), "mailgun", content_type)


# --- What would never come to an end

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


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_without_an_end_is_cut(desk, name):
    begin = {"Content_Type": "text/plain; x=", "Content_Disposition": "inline; x="}.get(name, "")
    more = {"From": "no-reply@example.org"} if name == "Reply_To" else {}
    for piece in PIECES:
        body = mime(**{**more, name: begin + piece * (300_000 // len(piece))})
        with suppress(UnreadableError):
            assert_fit(desk(body))
        if name != "Content_Type":
            value = piece.strip() * (300_000 // len(piece))
            headers = [["From", "lea@example.org"], [name.replace("_", "-"), value]]
            form = encode_multipart(BOUNDARY, mailgun_form(message_headers=json.dumps(headers)))
            with suppress(UnreadableError):
                assert_fit(desk(form, "mailgun", MULTIPART_CONTENT))
            headers = [{"Name": key, "Value": value} for key, value in headers]
            sent = postmark(Headers=headers, Subject=value, FromFull={"Email": value, "Name": value})
            with suppress(UnreadableError):
                assert_fit(desk(json.dumps(sent).encode(), "postmark", "application/json"))


def test_the_last_of_very_many_ids_are_known(desk):
    ids = [f"<{n}@example.org>" for n in range(50_000)]
    assert desk(mime(References=" ".join(ids)))[0].references == (*ids[-19:], "<a1@example.org>")


def parts_within(count, kind):
    begin = "".join(f'Content-Type: {kind}; boundary="{n}"\r\n\r\n--{n}\r\n' for n in range(count))
    return b"From: a@example.org\r\n" + begin.encode() + b"\r\nHi"


TOO_MUCH = {
    "parts": b'From: a@example.org\r\nContent-Type: multipart/mixed; boundary="B"\r\n\r\n'
    + b"--B\r\n\r\na\r\n" * 99_999,
    "parts within parts": parts_within(5_000, "multipart/mixed"),
    "mails within mails": b"From: a@example.org\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 5_000,
    "reports": b"From: a@example.org\r\nContent-Type: message/delivery-status\r\n\r\n" + b"A: b\r\n\r\n" * 99_999,
    "lines": mime() + b"\n" * 3_000_000,
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_what_is_more_than_any_mail_has_is_unreadable(desk, what):
    raw = TOO_MUCH[what]
    with pytest.raises(UnreadableError):
        desk(raw)
    if len(raw) < 2_000_000:
        with pytest.raises(UnreadableError):
            desk(encode_multipart(BOUNDARY, mailgun_form(body_mime=raw.decode())), "mailgun", MULTIPART_CONTENT)


def test_some_parts_within_parts_are_read(desk):
    assert desk(parts_within(100, "multipart/mixed"))[0].text == "Hi"


@pytest.mark.parametrize("count", [500, 5_000, 50_000])
@pytest.mark.parametrize(("begin", "end"), [("[", "]"), ('{"a":', "}")])
def test_what_is_nested_without_an_end_is_no_fault(desk, begin, end, count):
    value = begin * count + "7" + end * count
    for name in postmark():
        body = json.dumps(postmark(**{name: "here"})).replace('"here"', value).encode()
        with suppress(UnreadableError):
            assert_fit(desk(body, "postmark", "application/json"))
    with pytest.raises(UnreadableError):
        desk(encode_multipart(BOUNDARY, mailgun_form(message_headers=value)), "mailgun", MULTIPART_CONTENT)


@pytest.mark.parametrize("headers", ["", "7", "no JSON", '{"a": 1}', "[[1]]", "[]"])
def test_what_is_no_payload_of_mailguns_is_unreadable_or_empty(desk, headers):
    body = encode_multipart(BOUNDARY, mailgun_form(message_headers=headers))
    try:
        found = desk(body, "mailgun", MULTIPART_CONTENT)
    except UnreadableError:
        return
    assert [message.identities for message in found] == [(("email", "lea@example.org"),)]
