"""Mails about contact requests, sent by the worker to a real SMTP server."""

import socket
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from django_tasks_db.models import DBTaskResult

from contact_requests.receiving import receive
from contacts.models import ChannelConnection, ContactMessage

from ..factories import PropertyFactory
from .rows import answer


class Sink:
    """Stores what arrives, and hangs up then if it `breaks`. Refuses with `answer`, and while `is_down`."""

    def __init__(self):
        self.messages, self.is_down, self.answer, self.breaks = [], False, "", False

    async def handle_DATA(self, server, session, envelope):
        if self.is_down or self.answer:
            return self.answer or "451 Try later"
        self.messages.append(message_from_bytes(envelope.content, policy=default))
        if self.breaks:
            server.transport.close()
        return "250 OK"


@pytest.fixture
def sink(settings):
    sink = Sink()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    settings.MAILERS = {
        "default": {
            "BACKEND": "config.kept_smtp.KeptSmtpBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 5},
        }
    }
    yield sink
    controller.stop()


@pytest.fixture
def house(pro):
    return PropertyFactory(pro=pro, slug="house", title="The House")


@pytest.fixture
def received(house):
    return receive(
        house, name="Hélène", email="helene@example.org", phone="", message="Is it free?\n<b>Yes</b>", language="en"
    )


def to(sink, address):
    return [message for message in sink.messages if message["To"] == address]


def text(message):
    return message.get_body(("plain",)).get_content().replace("\r\n", "\n")


def html(message):
    return message.get_body(("html",)).get_content()


def test_the_visitor_gets_an_acknowledgment(sink, received, work_tasks):
    work_tasks()
    (mail,) = to(sink, "helene@example.org")
    assert mail["Subject"] == "Your message about The House has arrived"
    assert (mail["Reply-To"], mail["Auto-Submitted"]) == ("port@example.com", "auto-replied")
    assert text(mail) == (
        "Hello,\n\n"
        "Agence du Port has received your message about “The House” and will answer you.\n\n"
        f"Your reference: {received.reference}\n"
        "The property: http://testserver/properties/house\n\n"
        "If you did not write to us, somebody mistyped an address. You can ignore this e-mail.\n\n"
        "Agence du Port\n"
    )
    received.refresh_from_db()
    assert received.acknowledged_at is not None


def test_an_acknowledgment_does_not_repeat_what_the_visitor_typed(sink, received, work_tasks):
    work_tasks()
    (mail,) = to(sink, "helene@example.org")
    for word in ("free", "Hélène"):
        assert word not in text(mail) + html(mail)


def test_the_pro_gets_a_notification(sink, received, work_tasks):
    work_tasks()
    (mail,) = to(sink, "port@example.com")
    assert mail["Subject"] == "Hélène asks about The House"
    assert (mail["Reply-To"], mail["Auto-Submitted"]) == ("helene@example.org", "auto-generated")
    assert text(mail) == (
        "Hélène\nhelene@example.org\n\nIs it free?\n<b>Yes</b>\n\n"
        f"Answer in your inbox: http://testserver/inbox/{received.pk}\n"
    )
    assert "&lt;b&gt;Yes&lt;/b&gt;" in html(mail)


def test_each_mail_is_in_its_readers_language(sink, pro, house, work_tasks):
    pro.language = "nl"
    pro.save()
    receive(house, name="Zoé", email="zoe@example.org", phone="", message="Libre ?", language="fr")
    work_tasks()
    assert to(sink, "zoe@example.org")[0]["Subject"] == "Votre message au sujet de The House est arrivé"
    assert to(sink, "port@example.com")[0]["Subject"] == "Zoé vraagt naar The House"


def test_a_reply_reaches_the_visitor_and_answers_go_to_the_pro(sink, received, user, work_tasks):
    answer(received, "Yes.\nCome on Saturday.", by=user)
    work_tasks()
    mail = to(sink, "helene@example.org")[-1]
    assert (mail["Subject"], mail["Reply-To"]) == ("Your message about The House", "port@example.com")
    assert mail["Auto-Submitted"] is None
    assert text(mail) == (
        "Yes.\nCome on Saturday.\n\nAgence du Port\n\n"
        f"About “The House”, reference {received.reference}. You wrote:\n\n> Is it free?\n> <b>Yes</b>\n"
    )
    assert str(mail["From"]) == '"Olive Owner, Agence du Port" <no-reply@testserver>'
    stored = ContactMessage.objects.get()
    assert (stored.state, stored.external_id, stored.error) == ("sent", mail["Message-ID"], "")


def test_line_breaks_in_a_name_or_title_add_no_header(sink, pro, work_tasks):
    house = PropertyFactory(pro=pro, slug="evil", title="House\r\nBcc: everyone@example.org")
    receive(house, name="Eve\r\nBcc: all@example.org", email="eve@example.org", phone="", message="Hi", language="en")
    work_tasks()
    assert [(m["To"], m["Bcc"]) for m in sink.messages] == [("port@example.com", None), ("eve@example.org", None)]
    assert to(sink, "port@example.com")[0]["Subject"] == (
        "Eve Bcc: all@example.org asks about House Bcc: everyone@example.org"
    )


def test_a_reply_is_sent_again_when_the_mail_server_was_down(sink, received, user, work_tasks):
    sink.is_down = True
    answer(received, "Yes.", by=user)
    work_tasks()
    stored = ContactMessage.objects.get()
    assert (sink.messages, stored.state) == ([], "sending")
    assert "Try later" in stored.error
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"FAILED"}

    sink.is_down = False
    DBTaskResult.objects.update(status="READY")
    work_tasks()
    stored.refresh_from_db()
    assert (len(sink.messages), stored.error) == (3, "")


def test_a_job_that_runs_twice_sends_one_mail(sink, received, work_tasks):
    work_tasks()
    DBTaskResult.objects.update(status="READY")
    work_tasks()
    assert len(sink.messages) == 2


def test_answers_come_back_into_the_conversation_where_a_mailbox_is_connected(sink, user, pro, received, work_tasks):
    ChannelConnection.objects.connect(
        pro, "email", {"provider": "mime", "address": "desk@in.example.com", "secret": "s"}
    )
    answer(received, "Yes.", by=user)
    work_tasks()
    assert [mail["Reply-To"] for mail in to(sink, "helene@example.org")] == ["desk@in.example.com"] * 2
