"""Answers by e-mail, sent to a real SMTP server by the worker."""

from email.header import decode_header, make_header
from email.parser import HeaderParser
from email.utils import parseaddr

import pytest

from contacts.channels import email
from contacts.channels.message import SendFailedError
from contacts.conversations.writing import write_message
from contacts.models import ContactMessage
from tests.contact_requests.test_mails import html, text, to
from tests.pages import Page

from ..messaging import send_jobs, state

FIRST, SECOND = "<CAF-first.1@mail.example.org>", "<CAF-second.2@mail.example.org>"
ANA = "ana@example.org"


@pytest.fixture
def letter(received):
    """An e-mail of Ana's that answers an earlier one."""
    return received("email", SECOND, subject="The house", references=(FIRST, SECOND), text="Is it free?\n<b>Yes</b>")


def mail_to(mail_server, address):
    (mail,) = to(mail_server, address)
    return mail


def headers(mail, *names):
    return [None if mail[name] is None else str(mail[name]) for name in names]


def test_answer_joins_the_thread(mail_server, letter, user, pro, work_tasks):
    pro.phone = "+33491555012"
    pro.save()
    answer = write_message(letter.contact, "Yes.\nCome on <Saturday>.", channel="email", by=user)
    work_tasks()
    mail = mail_to(mail_server, ANA)
    assert headers(mail, "From", "To", "Reply-To", "Subject") == [
        '"Olive Owner, Agence du Port" <no-reply@testserver>',
        ANA,
        "port@in.example.com",
        "Re: The house",
    ]
    assert headers(mail, "Message-ID", "In-Reply-To", "References") == [
        f"<{answer.pk}@testserver>",
        SECOND,
        f"{FIRST} {SECOND}",
    ]
    # A person wrote it, and an answer is welcome.
    assert headers(mail, "Auto-Submitted", "X-Auto-Response-Suppress", "Precedence") == [None, None, None]
    start, _, rest = text(mail).partition("You wrote on ")
    assert start == "Yes.\nCome on <Saturday>.\n\nAgence du Port\n+33491555012\n\n"
    assert rest.partition(":\n\n")[2] == "> Is it free?\n> <b>Yes</b>\n"
    assert "Come on &lt;Saturday&gt;." in html(mail) and "&lt;b&gt;Yes&lt;/b&gt;" in html(mail)
    assert state(answer) == ("sent", "", f"<{answer.pk}@testserver>")


def test_second_answer_continues_the_thread(mail_server, letter, received, user, work_tasks):
    answer = write_message(letter.contact, "Yes.", channel="email", by=user)
    work_tasks()
    own = f"<{answer.pk}@testserver>"
    received("email", "<3@x>", subject="RE: The house", references=(FIRST, SECOND, own, "<3@x>"), text="Fine")
    write_message(letter.contact, "See you", channel="email", by=user)
    work_tasks()
    mail = to(mail_server, ANA)[-1]
    assert headers(mail, "Subject", "In-Reply-To", "References") == [
        "RE: The house",
        "<3@x>",
        f"{FIRST} {SECOND} {own} <3@x>",
    ]
    assert text(mail).endswith(":\n\n> Fine\n")


def test_first_e_mail_starts_a_thread(mail_server, connect_channel, received, pro, user, work_tasks):
    connect_channel("email")
    contact = received("whatsapp", email=ANA).contact
    answer = write_message(contact, "Hello", channel="email", by=user)
    work_tasks()
    mail = mail_to(mail_server, ANA)
    assert headers(mail, "Subject", "In-Reply-To", "References") == ["Message from Agence du Port", None, None]
    assert text(mail) == "Hello\n\nAgence du Port\n"
    assert state(answer)[0] == "sent"


def test_added_sentences_are_in_the_contacts_language(mail_server, letter, pro, user, work_tasks):
    letter.contact.change({"language": "nl"}, by=user)
    write_message(letter.contact, "Ja.", channel="email", by=user)
    work_tasks()
    assert "\nU schreef op " in text(mail_to(mail_server, ANA))


# Outlook's ids are as long as this one; a header that was encoded for its length threads nothing.
LONG = "<AM0PR04MB6929CFA2B7A0E6D3A5E1F3D9C4A29@AM0PR04MB6929.eurprd04.prod.outlook.example.com>"


def test_long_ids_are_not_encoded_in_headers(mail_server, received, user, work_tasks):
    ids = tuple(LONG.replace("CFA", f"{n:03}") for n in range(20))
    contact = received("email", ids[-1], subject="Hi", references=ids).contact
    write_message(contact, "Yes", channel="email", by=user)
    work_tasks()
    (head,) = [raw.partition(b"\r\n\r\n")[0].decode() for raw in mail_server.raw if b"To: ana@" in raw]
    lines = dict(line.split(": ", 1) for line in head.replace("\r\n ", " ").split("\r\n"))
    assert (lines["In-Reply-To"], lines["References"]) == (ids[-1], " ".join(ids))
    assert max(map(len, head.split("\r\n"))) < 998


def test_non_ascii_id_is_left_out(mail_server, received, user, work_tasks):
    contact = received("email", "<é@x>", subject="Hi", references=("<1@x>", "<é@x>")).contact
    answer = write_message(contact, "Yes", channel="email", by=user)
    work_tasks()
    assert headers(mail_to(mail_server, ANA), "In-Reply-To", "References") == ["<1@x>", "<1@x>"]
    assert state(answer)[0] == "sent"


def test_long_host_name_leaves_the_message_id_whole(mail_server, letter, user, work_tasks, settings):
    settings.SITE_URL = f"https://{'a-long-name.' * 10}example.com"
    answer = write_message(letter.contact, "Yes", channel="email", by=user)
    work_tasks()
    id = f"<{answer.pk}@{'a-long-name.' * 10}example.com>"
    assert any(f"\r\nMessage-ID: {id}\r\n".encode() in raw for raw in mail_server.raw)
    assert state(answer) == ("sent", "", id)


@pytest.mark.parametrize(
    "subject", ["Hi\r\nBcc: all@example.org", "Hi\nBcc: all@example.org", "Hi\x0b\x85\u2028Bcc: all@example.org"]
)
def test_line_breaks_in_a_subject_forge_no_header(mail_server, letter, user, work_tasks, subject):
    ContactMessage.objects.filter(pk=letter.pk).update(subject=subject)
    write_message(letter.contact, "Yes", channel="email", by=user)
    work_tasks()
    mail = mail_to(mail_server, ANA)
    assert headers(mail, "Subject", "Bcc") == ["Re: Hi Bcc: all@example.org", None]
    assert [recipients for _sender, recipients in mail_server.envelopes] == [[ANA]]


def test_line_breaks_in_the_pros_name_forge_no_header(mail_server, letter, user, pro, work_tasks):
    pro.name = 'Port"\r\nBcc: all@example.org'
    pro.save()
    write_message(letter.contact, "Yes", channel="email", by=user)
    work_tasks()
    mail = mail_to(mail_server, ANA)
    assert [a.display_name for a in mail["From"].addresses] == ['Olive Owner, Port" Bcc: all@example.org']
    assert headers(mail, "Bcc") == [None]


def test_name_with_accents_arrives(mail_server, letter, user, pro, work_tasks):
    pro.name = "Maison Œuvrard, « Éléonore »"
    pro.save()
    write_message(letter.contact, "Oui", channel="email", by=user)
    work_tasks()
    (raw,) = mail_server.raw
    sender = str(make_header(decode_header(HeaderParser().parsestr(raw.decode())["From"])))
    assert parseaddr(mail_to(mail_server, ANA)["From"])[1] == "no-reply@testserver"
    assert sender == f"Olive Owner, {pro.name} <no-reply@testserver>"


def test_unavailable_mail_server_is_retried(mail_server, letter, user, work_tasks, retry_failed_jobs):
    answer = write_message(letter.contact, "Yes", channel="email", by=user)
    mail_server.is_down = True
    work_tasks()
    assert (state(answer), send_jobs()) == (
        ("sending", "The mail server did not accept it (451 Try later).", ""),
        ["FAILED"],
    )
    mail_server.is_down = False
    retry_failed_jobs()
    work_tasks()
    assert (state(answer), send_jobs()) == (("sent", "", f"<{answer.pk}@testserver>"), ["SUCCESSFUL"])
    assert len(to(mail_server, ANA)) == 1


def test_unknown_recipient_is_not_retried(mail_server, letter, user, work_tasks):
    mail_server.unknown.add(ANA)
    answer = write_message(letter.contact, "Yes", channel="email", by=user)
    work_tasks()
    reason = "The mail server did not accept it (550 5.1.1 Nobody of this name here)."
    assert (state(answer), send_jobs()) == (("failed", reason, ""), ["SUCCESSFUL"])


def test_address_beyond_ascii_is_refused_with_a_reason(mail_server, received, user, work_tasks):
    address = "zoé@visité.example"
    contact = received("email", identities=(("email", address),), address=address, email=address).contact
    answer = write_message(contact, "Yes", channel="email", by=user)
    work_tasks()
    reason = "No e-mail can be sent to an address with such letters before the @."
    assert (state(answer), send_jobs(), mail_server.envelopes) == (("failed", reason, ""), ["SUCCESSFUL"], [])


def test_missing_mail_server_is_retried(letter, user, settings, work_tasks):
    options = {"host": "127.0.0.1", "port": 9, "timeout": 5}
    backend = "config.kept_smtp.KeptSmtpBackend"
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}
    answer = write_message(letter.contact, "Yes", channel="email", by=user)
    work_tasks()
    error = "The mail server did not accept it ([Errno 111] Connection refused)."
    assert (state(answer), send_jobs()) == (("sending", error, ""), ["FAILED"])


# --- The test of a connection


def test_connection_test_sends_a_mail_to_its_own_address(mail_server, connect_channel):
    connection = connect_channel("email")
    assert email.check_connection(connection) == "port@in.example.com"
    mail = mail_to(mail_server, "port@in.example.com")
    assert headers(mail, "From", "Subject", "Auto-Submitted", "X-Auto-Response-Suppress") == [
        "Agence du Port <no-reply@testserver>",
        "Test of your e-mail channel",
        "auto-generated",
        "All",
    ]
    assert [recipients for _sender, recipients in mail_server.envelopes] == [["port@in.example.com"]]
    # What comes back is nobody's message.
    assert list(email.read_call(connection, mail.as_bytes(), "message/rfc822")) == []


def test_failed_connection_test_has_a_reason(mail_server, connect_channel):
    mail_server.unknown.add("port@in.example.com")
    with pytest.raises(SendFailedError) as caught:
        email.check_connection(connect_channel("email"))
    assert (caught.value.reason, caught.value.is_final) == (
        "The mail server did not accept it (550 5.1.1 Nobody of this name here).",
        True,
    )


def test_copies_go_to_the_other_recipients_when_asked_for(mail_server, browser, received, work_tasks):
    own, list_ = "port@in.example.com", "no-reply@list.example"
    others = (("Bo", "bo@example.org"), ("", own), ("", list_), ("", "Cy@example.org"))
    contact = received("email", cc=others).contact
    page = Page(browser.get(f"/inbox/{contact.pk}"))
    assert page.texts("label.check") == ["Copy to bo@example.org, Cy@example.org"]
    assert f"Copy to: Bo , {own} , {list_} , Cy@example.org" in page.texts(".thread p")
    for fields in ({"text": "Yes.", "with_copies": "on"}, {"text": "No."}):
        browser.post(f"/inbox/{contact.pk}/send", {"channel": "email", **fields})
    work_tasks()
    sent = ContactMessage.objects.exclude(state="received").order_by("created_at").values_list("text", "cc")
    assert list(sent) == [("Yes.", [["Bo", "bo@example.org"], ["", "Cy@example.org"]]), ("No.", [])]
    assert [mail["Cc"] for mail in to(mail_server, ANA)] == ["bo@example.org, Cy@example.org", None]
