"""What an e-mail becomes, by whichever way it comes."""

import base64
import json
from email.message import EmailMessage

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from contacts.channels import email as provider
from contacts.channels.message import File, Message, Unreadable

from .payloads import bounce, connect, mailgun_form, mime, postmark

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(pro):
    """Reads what a provider brings."""

    def read(body, kind="mime", content_type="message/rfc822"):
        return list(provider.read(connect(pro, kind), body, content_type))

    return read


def usual(**more):
    return Message(
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
    assert isinstance(found, Message) and found.identities and found.external_id and len(found.external_id) <= 255
    words = (found.name, found.text, found.subject, found.email, found.address, *(file.name for file in found.files))
    assert not any("\0" in word or "\n" in found.subject for word in words)
    json.dumps(words).encode()


@pytest.mark.parametrize(
    "body", [b"", b"nonsense", b"[]", b"7", b"null", b'{"Headers": 7}', b'{"FromFull": []}', b"\xff"]
)
def test_what_is_no_payload_of_postmarks_is_unreadable(desk, body):
    with pytest.raises(Unreadable):
        desk(body, "postmark", "application/json")


@pytest.mark.parametrize("headers", ["", "7", "no JSON", '{"a": 1}', "[[1]]", "[]"])
def test_what_is_no_payload_of_mailguns_is_unreadable_or_empty(desk, headers):
    body = encode_multipart(BOUNDARY, mailgun_form(message_headers=headers))
    try:
        found = desk(body, "mailgun", MULTIPART_CONTENT)
    except Unreadable:
        return
    assert [message.identities for message in found] == [(("email", "lea@example.org"),)]
