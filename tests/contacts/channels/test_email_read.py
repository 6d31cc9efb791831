"""Text, sender, files and kind of an e-mail."""

import pytest

from contacts.channels import email as provider
from contacts.channels.message import File

from .email_reading import inbound, letter
from .payloads import bounce, connect, mime


def test_plain_text_takes_precedence_over_html(read_mail):
    email = letter()
    email.set_content("Plain text")
    email.add_alternative("<p>Text of <b>HTML</b></p>", subtype="html")
    assert read_mail(email.as_bytes()) == [inbound(text="Plain text")]


def test_html_without_plain_text_is_read(read_mail):
    email = letter()
    email.set_content("<p>Text of <b>HTML</b></p><script>alert(1)</script>", subtype="html")
    assert read_mail(email.as_bytes()) == [inbound(text="Text of HTML")]


def test_quoted_history_is_separated(read_mail):
    body = "Yes.\r\n\r\nOn Mon, 4 May 2026, Agence wrote:\r\n> Is it?\r\n"
    assert read_mail(mime(body)) == [inbound(text="Yes.", quoted="On Mon, 4 May 2026, Agence wrote:\n> Is it?")]


def test_attachments_are_files(read_mail):
    email = letter()
    email.set_content("See the files.")
    email.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="plan é.pdf")
    email.add_attachment("a note", filename="../note.txt")
    email.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename=None)
    inner = letter(Subject="Inner")
    inner.set_content("Inner text")
    email.add_attachment(inner)
    [message] = read_mail(email.as_bytes())
    assert (message.text, [file.name for file in message.files]) == (
        "See the files.",
        ["plan é.pdf", "../note.txt", "Unnamed file", "Inner.eml"],
    )
    assert [file.content for file in message.files[:3]] == [b"%PDF-1.7", b"a note\n", b"MZ"]
    assert b"Inner text" in message.files[3].content


def test_mail_of_only_quotations_is_shown(read_mail):
    assert read_mail(mime("> Bonjour\r\n> Claire\r\n")) == [inbound(text="> Bonjour\n> Claire")]


def test_inline_pictures_are_files(read_mail):
    email = letter()
    email.set_content("Look")
    email.add_alternative("<p>Look <img src='cid:x'></p>", subtype="html")
    email.get_payload()[1].add_related(b"GIF89a", maintype="image", subtype="gif", cid="<x>", filename="x.gif")
    [message] = read_mail(email.as_bytes())
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
def test_charsets_are_decoded(read_mail, charset, body):
    sent = mime("", Content_Type=f"text/plain; charset={charset}") + body
    assert [message.text for message in read_mail(sent)] == ["déjà"]


def test_references_of_earlier_mails(read_mail):
    sent = mime(References="<r1@x> <r2@x>", In_Reply_To="<r2@x>")
    assert read_mail(sent)[0].references == ("<r1@x>", "<r2@x>", "<a1@example.org>")
    many = " ".join(f"<{n}@x>" for n in range(100))
    assert len(read_mail(mime(References=many))[0].references) == 20


def test_digest_replaces_a_missing_message_id(read_mail):
    first, again, other = (
        read_mail(mime(body, Message_ID=None))[0].external_id for body in ("One\r\n", "One\r\n", "Two\r\n")
    )
    assert first == again != other and first.startswith("sha256:")


@pytest.mark.parametrize(
    ("sender", "identity", "name", "email"),
    [
        ("lea@example.org", "lea@example.org", "lea@example.org", "lea@example.org"),
        ("LEA@Example.ORG", "lea@example.org", "LEA@Example.ORG", "LEA@Example.ORG"),
        ('"Fontanel, Léa" <lea@example.org>', "lea@example.org", "Fontanel, Léa", "lea@example.org"),
        ("=?utf-8?q?L=C3=A9a?= <lea@example.org>", "lea@example.org", "Léa", "lea@example.org"),
        ("Léa <lea@example.org>, Anna <anna@example.org>", "lea@example.org", "Léa", "lea@example.org"),
        ("Léa <lea@localhost>", "lea@localhost", "Léa", "lea@localhost"),
    ],
)
def test_sender_is_read_from_the_from_header(read_mail, sender, identity, name, email):
    [message] = read_mail(mime(From=sender))
    assert (message.identities, message.name, message.email) == ((("email", identity),), name, email)


@pytest.mark.parametrize("sender", [None, "Léa <not an address@>", "nobody", "MAILER-DAEMON <>"])
def test_mail_without_a_sender_has_an_identity_of_its_own(read_mail, sender):
    first, again, other = (read_mail(mime(f"{body}\r\n", From=sender))[0] for body in ("One", "One", "Two"))
    assert first.identities == again.identities != other.identities
    [(channel, id)] = first.identities
    assert (channel, id.startswith("message:"), "@" in id, first.email, first.address) == ("email", True, False, "", "")


def test_reply_to_of_a_no_reply_portal_is_the_sender(read_mail):
    sent = mime(From="Portal <no-reply@portal.example>", Reply_To="Léa <lea@example.org>")
    [email] = read_mail(sent)
    assert (email.name, email.email, email.is_automatic) == ("Léa", "lea@example.org", False)
    # Whoever writes themselves is who they are, wherever answers go.
    [email] = read_mail(mime(Reply_To="other@example.org"))
    assert (email.email, email.address) == ("lea@example.org", "other@example.org")


AUTOMATIC = [
    {"Auto-Submitted": "auto-replied"},
    {"Auto-Submitted": "auto-generated; owner"},
    {"Precedence": "bulk"},
    {"Precedence": "List"},
    {"List-Id": "<news.example.org>"},
    {"X-Autoreply": "yes"},
    {"Return-Path": "<>"},
    {"From": "MAILER-DAEMON@example.org"},
    {"From": "no-reply@example.org"},
]


@pytest.mark.parametrize("headers", AUTOMATIC)
def test_automatic_mails_are_recognised(read_mail, headers):
    assert read_mail(mime(**headers))[0].is_automatic


PERSONAL = [
    {},
    {"Auto-Submitted": "no"},
    {"Precedence": "first-class"},
    # Programs in which people write letters add these.
    {"List-Unsubscribe": "<mailto:off@example.org>"},
    {"X-Auto-Response-Suppress": "All"},
]


@pytest.mark.parametrize("headers", PERSONAL)
def test_mails_of_people_are_not_automatic(read_mail, headers):
    assert not read_mail(mime(**headers))[0].is_automatic


def test_bounce_names_the_returned_mail(read_mail):
    [email] = read_mail(bounce())
    assert (email.text, email.about, email.is_automatic) == ("There is no such person.", "<sent@testserver>", True)
    assert email.is_returned and not read_mail(bounce(action="delayed"))[0].is_returned


def test_bounce_may_repeat_headers_only(read_mail):
    returned = b"Content-Type: text/rfc822-headers\r\n\r\nSubject: Re: Dossier\r\nMessage-Id: <h@testserver>\r\n"
    sent = bounce().replace(b"Content-Type: message/rfc822\r\n\r\nMessage-ID: <sent@testserver>\r\n", returned)
    assert read_mail(sent)[0].about == "<h@testserver>"


def test_bounce_may_have_only_in_reply_to(read_mail):
    assert read_mail(mime(Return_Path="<>", In_Reply_To="<sent@testserver>"))[0].about == "<sent@testserver>"
    # Whoever answers is no bounce.
    assert read_mail(mime(In_Reply_To="<sent@testserver>"))[0].about == ""


def test_test_of_a_connection_is_no_message(pro):
    connection = connect(pro, "mime")
    id = provider._test_id(connection)
    assert list(provider.read_call(connection, mime(Message_ID=id), "message/rfc822")) == []
    assert list(provider.read_call(connection, mime(), "message/rfc822")) == [inbound()]
