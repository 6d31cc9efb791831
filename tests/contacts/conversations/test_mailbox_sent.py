"""Sent mail: a colleague's answer stands in the conversation, ours stands in Sent, and each only once."""

from collections import defaultdict
from datetime import timedelta

import pytest
from django.utils import timezone

from config.web import counters
from contacts.conversations.mailbox_polling import poll_mailbox
from contacts.conversations.writing import write_message
from contacts.models import Contact, ContactMessage, FiledCopy, MailboxSettings

from ..mailboxes import ADDRESS, PASSWORD, days_ago, letter, texts
from ..messaging import state

pytestmark = pytest.mark.django_db

ANA = "ana@example.org"


@pytest.fixture
def mailbox_fields(mailbox_fields, smtp):
    return mailbox_fields | {"smtp_port": smtp.port}


@pytest.fixture
def counted(settings, monkeypatch):
    """What is counted for Prometheus."""
    settings.METRICS_TOKEN = "a-token-of-twenty-characters"
    counts = defaultdict(float)
    monkeypatch.setattr(counters, "_counts", counts)
    return counts


@pytest.fixture
def conversation(account, poll):
    """Ana has written."""
    account.add(letter(1))
    poll()
    return Contact.objects.get(email=ANA)


def sent(number=7, body="Yes, come on Monday.", **headers):
    """An e-mail that a colleague sent."""
    usual = {
        "From": f"Office <{ADDRESS}>",
        "To": ANA,
        "Subject": "Re: House 1",
        "Message-ID": f"<{number}@agence.example>",
    }
    return letter(number, body, **usual | headers)


def outbound():
    rows = ContactMessage.objects.exclude(state="received")
    return list(rows.order_by("created_at").values_list("address", "text", "state", "external_id"))


def pass_time():
    """As if the answers had been sent a while ago."""
    ContactMessage.objects.exclude(sent_at=None).update(sent_at=timezone.now() - timedelta(minutes=5))
    MailboxSettings.objects.update(connected_at=timezone.now() - timedelta(minutes=10))


# --- What a colleague sent


def test_answer_of_a_colleague_stands_in_the_conversation(account, poll, conversation):
    assert conversation.unread_count == 1
    account.add(sent(In_Reply_To="<1@example.org>"), folder="Sent")
    poll()
    poll()
    message = ContactMessage.objects.get(state="sent")
    conversation.refresh_from_db()
    assert (message.contact, message.author, message.address) == (conversation, None, ANA)
    assert (message.subject, message.text, message.external_id) == (
        "Re: House 1",
        "Yes, come on Monday.",
        "<7@agence.example>",
    )
    assert (message.channel, message.sent_at, conversation.unread_count) == ("email", message.created_at, 0)
    assert message.delivery.read_original().replace(b"\r\n", b"\n") == sent(In_Reply_To="<1@example.org>").replace(
        b"\r\n", b"\n"
    )


def test_message_after_the_answer_stays_unread(account, poll, conversation):
    account.add(sent(), folder="Sent", at=timezone.now() - timedelta(hours=1))
    poll()
    conversation.refresh_from_db()
    assert ([row[1] for row in outbound()], conversation.unread_count) == (["Yes, come on Monday."], 1)


def test_answer_to_another_address_is_known_by_the_message_that_it_answers(account, poll, conversation):
    account.add(sent(To="ana.private@example.net", In_Reply_To="<1@example.org>"), folder="Sent")
    poll()
    assert [row[0] for row in outbound()] == ["ana.private@example.net"]
    assert ContactMessage.objects.get(state="sent").contact == conversation


def test_correspondence_with_others_is_left_alone(account, poll, conversation):
    account.add(sent(1, To="plumber@example.net"), folder="Sent")
    # Forwarded to somebody: no answer to Ana.
    account.add(sent(2, To="plumber@example.net", Subject="TR: House 1", In_Reply_To="<1@example.org>"), folder="Sent")
    account.add(sent(3, To="plumber@example.net", References="<1@example.org>"), folder="Sent")
    account.add(sent(4, To=None), folder="Sent")
    poll()
    assert (outbound(), Contact.objects.count()) == ([], 1)


def test_other_recipients_are_shown(account, poll, conversation):
    account.add(sent(To=f"plumber@example.net, Ana <{ANA}>", Cc="boss@agence.example"), folder="Sent")
    poll()
    message = ContactMessage.objects.get(state="sent")
    assert (message.address, message.cc) == (ANA, [["", "plumber@example.net"], ["", "boss@agence.example"]])


def test_new_mail_makes_the_recipient_of_a_past_answer_known(account, poll):
    account.add(letter(1), at=days_ago(3))
    account.add(sent(), folder="Sent", at=days_ago(2))
    poll()
    assert texts() == ["House 1", "Re: House 1"]


def test_sent_folder_is_read_once_after_a_new_uidvalidity(account, poll, conversation):
    account.add(sent(), folder="Sent")
    poll()
    account.change_uidvalidity()
    poll()
    assert [row[3] for row in outbound()] == ["<7@agence.example>"]


# --- What we sent


def test_answer_leaves_by_the_mailboxs_own_server(mailbox, account, smtp, conversation, user, work_tasks, counted):
    answer = write_message(conversation, "Yes, it is.", channel="email", by=user)
    work_tasks()
    assert state(answer) == ("sent", "", f"<{answer.pk}@testserver>")
    [mail] = smtp.messages
    assert [str(mail[name]) for name in ("From", "To", "Subject", "In-Reply-To")] == [
        f'"Olive Owner, Agence du Port" <{ADDRESS}>',
        ANA,
        "Re: House 1",
        "<1@example.org>",
    ]
    assert mail["Reply-To"] is None
    assert (smtp.logins, smtp.envelopes) == ([(account.name, PASSWORD)], [(ADDRESS, [ANA])])
    assert counted == {("vestibule_mails_total", (("outcome", "sent"),)): 1}


def test_answer_is_filed_once(account, poll, smtp, conversation, user, work_tasks):
    answer = write_message(conversation, "Yes, it is.", channel="email", by=user)
    poll()
    assert account.mails("Sent") == []
    pass_time()
    poll()
    poll()
    [copy] = account.mails("Sent")
    assert f"Message-ID: <{answer.pk}@testserver>".encode() in copy and b"Yes, it is." in copy
    assert (account.flags("Sent"), account.count()) == ([b"\\Seen"], 1)
    assert [row[1] for row in outbound()] == ["Yes, it is."]


def test_answer_that_the_server_files_itself_is_not_added(account, poll, smtp, conversation, user, work_tasks):
    write_message(conversation, "Yes, it is.", channel="email", by=user)
    work_tasks()
    account.add(smtp.raw[0], folder="Sent")
    pass_time()
    poll()
    assert (account.count("Sent"), len(outbound()), FiledCopy.objects.count()) == (1, 1, 1)


def test_answer_whose_id_the_server_replaced_is_recognised(account, poll, smtp, conversation, user, work_tasks):
    answer = write_message(conversation, "Yes, it is.", channel="email", by=user)
    work_tasks()
    renamed = smtp.raw[0].replace(f"<{answer.pk}@testserver>".encode(), b"<AM9PR04@outlook.example>")
    account.add(renamed, folder="Sent")
    pass_time()
    poll()
    assert (account.count("Sent"), [row[1] for row in outbound()]) == (1, ["Yes, it is."])


def test_crash_after_filing_files_no_second_copy(
    account, poll, smtp, conversation, user, work_tasks, monkeypatch, mailbox
):
    write_message(conversation, "Yes, it is.", channel="email", by=user)
    work_tasks()
    pass_time()
    with monkeypatch.context() as patched:
        patched.setattr(FiledCopy.objects, "get_or_create", lambda **_: 1 / 0)
        poll_mailbox.enqueue(mailbox.pk)
        work_tasks()
    assert (account.count("Sent"), FiledCopy.objects.count()) == (1, 0)
    poll()
    assert (account.count("Sent"), FiledCopy.objects.count()) == (1, 1)


def test_answer_found_in_sent_has_gone_out(account, poll, smtp, conversation, user, work_tasks):
    answer = write_message(conversation, "Yes, it is.", channel="email", by=user)
    work_tasks()
    account.add(smtp.raw[0], folder="Sent")
    # The worker was killed before it could store that.
    ContactMessage.objects.filter(pk=answer.pk).update(state="sending", external_id="", sent_at=None)
    poll()
    assert state(answer) == ("sent", "", f"<{answer.pk}@testserver>")


def test_wrong_password_is_told_and_the_answer_waits(mailbox, smtp, conversation, user, work_tasks, retry_failed_jobs):
    smtp.password = "another"
    answer = write_message(conversation, "Yes, it is.", channel="email", by=user)
    work_tasks()
    error = "The mail server did not accept it (535 5.7.8 Authentication credentials invalid)."
    assert state(answer) == ("sending", error, "")
    smtp.password = PASSWORD
    retry_failed_jobs()
    work_tasks()
    assert state(answer)[0] == "sent"
