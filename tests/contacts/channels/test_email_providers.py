"""Mailgun, Postmark and a signed MIME message are read into the same inbound message."""

import base64
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from contacts.channels.message import File

from .email_reading import inbound
from .payloads import bounce, mailgun_form, mime, postmark


def test_mime_message(read_mail):
    assert read_mail(mime()) == [inbound()]


def test_mailgun_form(read_mail):
    assert read_mail(encode_multipart(BOUNDARY, mailgun_form()), "mailgun", MULTIPART_CONTENT) == [inbound()]


def test_mailgun_raw_form(read_mail):
    form = mailgun_form(body_mime=mime().decode())
    assert read_mail(encode_multipart(BOUNDARY, form), "mailgun", MULTIPART_CONTENT) == [inbound()]


def test_mailgun_raw_form_has_the_envelope_sender(read_mail):
    form = mailgun_form(body_mime=mime(From=None).decode(), sender="")
    [message] = read_mail(encode_multipart(BOUNDARY, form), "mailgun", MULTIPART_CONTENT)
    assert (message.identities[0][1][:8], message.email, message.is_automatic) == ("message:", "", True)
    form["sender"] = "lea@example.org"
    [message] = read_mail(encode_multipart(BOUNDARY, form), "mailgun", MULTIPART_CONTENT)
    assert (message.identities, message.is_automatic) == ((("email", "lea@example.org"),), False)


def test_mailgun_files(read_mail):
    form = mailgun_form(attachment_count="1", attachment_1=SimpleUploadedFile("plan.txt", b"The plan.", "text/plain"))
    [message] = read_mail(encode_multipart(BOUNDARY, form), "mailgun", MULTIPART_CONTENT)
    assert message.files == (File("plan.txt", b"The plan."),)


def test_postmark_json(read_mail):
    assert read_mail(json.dumps(postmark()).encode(), "postmark", "application/json") == [inbound()]


def test_postmark_id_replaces_a_missing_message_id(read_mail):
    [message] = read_mail(json.dumps(postmark(Headers=[])).encode(), "postmark", "application/json")
    assert (message.external_id, message.references) == ("73e6d360-66eb-11e1-8e72-a8904824019b", ())


def test_postmark_files(read_mail):
    file = {"Name": "plan.txt", "Content": base64.b64encode(b"The plan.").decode(), "ContentType": "text/plain"}
    [message] = read_mail(json.dumps(postmark(Attachments=[file])).encode(), "postmark", "application/json")
    assert message.files == (File("plan.txt", b"The plan."),)


# A mail with a letter that is no UTF-8, forwarded as a file.
FORWARDED = b"From: a@example.org\r\nSubject: x\r\n\r\nd\xe9j\xe0"


def test_forwarded_mail_is_one_unchanged_file(read_mail):
    upload = SimpleUploadedFile("old.eml", FORWARDED, "message/rfc822")
    form = mailgun_form(attachment_count="1", attachment_1=upload)
    [message] = read_mail(encode_multipart(BOUNDARY, form), "mailgun", MULTIPART_CONTENT)
    assert message == inbound(files=(File("old.eml", FORWARDED),))
    file = {"Name": "old.eml", "Content": base64.b64encode(FORWARDED).decode(), "ContentType": "message/rfc822"}
    assert read_mail(json.dumps(postmark(Attachments=[file])).encode(), "postmark", "application/json") == [message]
    sent = (
        b"--B\r\n\r\nBonjour, est-ce libre ?\r\n--B\r\nContent-Type: message/rfc822\r\n"
        b"Content-Disposition: attachment; filename=old.eml\r\n\r\n" + FORWARDED + b"\r\n--B--\r\n"
    )
    [message] = read_mail(mime("", Content_Type='multipart/mixed; boundary="B"') + sent)
    assert message == inbound(files=(File("old.eml", FORWARDED),))


def test_raw_mail_in_postmarks_json_is_ignored(read_mail):
    sent = postmark(RawEmail=mime("Something else").decode())
    assert read_mail(json.dumps(sent).encode(), "postmark", "application/json") == [inbound()]


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers", "Message/RFC822"])
def test_bounce_by_a_provider_names_the_returned_mail(read_mail, kind):
    returned = b"Subject: Re: Dossier\r\nMessage-Id: <h@testserver>\r\n\r\nMessage-Id: <of@words>\r\n"
    form = mailgun_form(sender="", attachment_count="1", attachment_1=SimpleUploadedFile("a.eml", returned, kind))
    [message] = read_mail(encode_multipart(BOUNDARY, form), "mailgun", MULTIPART_CONTENT)
    assert (message.about, message.is_automatic) == ("<h@testserver>", True)
    file = {"Name": "a.eml", "Content": base64.b64encode(returned).decode(), "ContentType": kind}
    headers = [{"Name": "Return-Path", "Value": "<>"}, *postmark()["Headers"]]
    body = json.dumps(postmark(Attachments=[file], Headers=headers)).encode()
    [message] = read_mail(body, "postmark", "application/json")
    assert (message.about, message.is_automatic) == ("<h@testserver>", True)


@pytest.mark.parametrize(("action", "is_returned"), [("failed", True), ("Failed", True), ("delayed", False)])
def test_report_by_a_provider_says_whether_delivery_failed(read_mail, action, is_returned):
    report = f"Reporting-MTA: dns; mx.example.org\r\n\r\nAction: {action}\r\nStatus: 5.1.1\r\n".encode()
    upload = SimpleUploadedFile("report", report, "message/delivery-status")
    form = mailgun_form(sender="", attachment_count="1", attachment_1=upload)
    assert read_mail(encode_multipart(BOUNDARY, form), "mailgun", MULTIPART_CONTENT)[0].is_returned is is_returned
    content = base64.b64encode(report).decode()
    file = {"Name": "report", "Content": content, "ContentType": "message/delivery-status"}
    body = json.dumps(postmark(Attachments=[file])).encode()
    assert read_mail(body, "postmark", "application/json")[0].is_returned is is_returned
    assert read_mail(bounce().replace(b"Action: failed", f"Action: {action}".encode()))[0].is_returned is is_returned


def test_announced_but_missing_files_are_ignored(read_mail):
    body = encode_multipart(BOUNDARY, mailgun_form(attachment_count="9" * 18))
    assert read_mail(body, "mailgun", MULTIPART_CONTENT) == [inbound()]


ODD_POSTMARK = {
    "subject on two lines": ({"Subject": "Dossier\r\n one"}, {"subject": "Dossier one"}),
    "name on two lines": (
        {"FromFull": {"Name": "Léa\r\n Fontanel", "Email": "lea@example.org"}},
        {"name": "Léa Fontanel"},
    ),
    "odd headers": ({"Headers": [*postmark()["Headers"], {"Name": "X Bad", "Value": "a\n\nb"}, 7, {"Name": 7}]}, {}),
    "odd date": ({"Date": "yesterday"}, {}),
    "file without a name": (
        {"Attachments": [{"Name": "", "Content": "QQ==", "ContentType": "application/pdf", "ContentID": "<a\n b>"}]},
        {"files": (File("Unnamed file", b"A"),)},
    ),
    "name of a file on two lines": (
        {"Attachments": [{"Name": "a\r\n b.pdf", "Content": "QQ==", "ContentType": "application/pdf"}]},
        {"files": (File("a b.pdf", b"A"),)},
    ),
    "damaged file": (
        {"Attachments": [{"Name": "a.pdf", "Content": "!!!", "ContentType": "application/pdf"}]},
        {"refused": ("a.pdf: The file arrived damaged.",)},
    ),
}


@pytest.mark.parametrize("what", ODD_POSTMARK)
def test_odd_field_of_postmark_loses_nothing_else(read_mail, what):
    sent, read = ODD_POSTMARK[what]
    assert read_mail(json.dumps(postmark(**sent)).encode(), "postmark", "application/json") == [inbound(**read)]


def test_odd_headers_of_mailgun_lose_nothing(read_mail):
    headers = [*json.loads(mailgun_form()["message-headers"]), ["From", "Two <two@x>"], ["Subject", "A\n B"]]
    headers += [["Content-Type", 'multipart/alternative; boundary="q"'], ["X Bad", "\ud800"]]
    form = encode_multipart(BOUNDARY, mailgun_form(message_headers=json.dumps(headers)))
    assert read_mail(form, "mailgun", MULTIPART_CONTENT) == [inbound()]


def test_file_of_mailgun_whose_name_is_a_dot_is_read(read_mail):
    upload = SimpleUploadedFile("x.pdf", b"%PDF", "application/pdf")
    form = encode_multipart(BOUNDARY, mailgun_form(attachment_count="1", attachment_1=upload))
    [message] = read_mail(form.replace(b'filename="x.pdf"', b'filename="."'), "mailgun", MULTIPART_CONTENT)
    assert message == inbound(files=(File(".", b"%PDF"),))


def test_raw_mail_of_mailgun_keeps_its_bytes(read_mail):
    raw = mime("", Content_Type="text/plain; charset=iso-8859-1") + "Déjà loué ?".encode("latin-1")
    form = encode_multipart(BOUNDARY, mailgun_form(body_mime="HERE")).replace(b"HERE", raw)
    assert read_mail(form, "mailgun", MULTIPART_CONTENT) == [inbound(text="Déjà loué ?")]
