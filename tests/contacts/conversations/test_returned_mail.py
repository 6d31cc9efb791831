"""Bounces and other reports on sent e-mails."""

import pytest
from django.core import mail

from contacts.channels import email
from contacts.conversations.reply_channels import find_reply_channels
from contacts.conversations.writing import write_message
from contacts.models import Contact, ContactIdentity

from ..channels.payloads import bounce, connect, mime

pytestmark = pytest.mark.django_db


def test_returned_mail_marks_the_message_as_failed(pro, user, receive_call, work_tasks):
    connection = connect(pro, "mime")
    contact = receive_call(connection, mime(), "message/rfc822").contact
    sent = write_message(contact, "Oui.", channel="email", by=user)
    work_tasks()
    message = receive_call(connection, bounce(f"<{sent.pk}@testserver>"), "message/rfc822")
    sent.refresh_from_db()
    assert (sent.state, sent.error) == ("failed", "The e-mail was returned: see the message about it.")
    assert (message.contact, message.is_automatic, Contact.objects.count()) == (contact, True, 1)


@pytest.mark.parametrize(
    "report",
    [
        lambda id: bounce(id, "delayed"),
        lambda id: bounce(id, "delivered"),
        lambda id: mime("Away until May.", Return_Path="<>", Auto_Submitted="auto-replied", In_Reply_To=id),
    ],
    ids=["delayed", "delivered", "out of office"],
)
def test_other_reports_do_not_fail_a_sent_message(pro, user, receive_call, work_tasks, report):
    connection = connect(pro, "mime")
    contact = receive_call(connection, mime(), "message/rfc822").contact
    sent = write_message(contact, "Oui.", channel="email", by=user)
    work_tasks()
    message = receive_call(connection, report(f"<{sent.pk}@testserver>").replace(b"<a1@", b"<a2@"), "message/rfc822")
    sent.refresh_from_db()
    assert (sent.state, sent.error, message.contact, message.is_automatic) == ("sent", "", contact, True)
    # And the next answer is one to what a person wrote.
    [reply_channel] = find_reply_channels(contact)
    assert (reply_channel.subject, reply_channel.references) == ("Re: Dossier", ("<a1@example.org>",))


def test_report_about_an_unknown_mail_is_a_plain_message(pro, receive_call):
    message = receive_call(connect(pro, "mime"), bounce(), "message/rfc822")
    assert (message.contact.name, message.is_automatic, find_reply_channels(message.contact)) == (
        "Mail Delivery System",
        True,
        [],
    )


def test_test_of_a_connection_creates_no_message(pro, receive_call, work_tasks):
    connection = connect(pro, "mime")
    assert email.check_connection(connection) == "desk@in.example.com"
    [sent] = mail.outbox
    assert receive_call(connection, sent.message().as_bytes(), "message/rfc822") is None
    connection.refresh_from_db()
    assert connection.last_received_at is not None
    assert not ContactIdentity.objects.exists()
