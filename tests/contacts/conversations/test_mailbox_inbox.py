"""A mailbox is polled: each e-mail of INBOX is stored once, and nothing is changed in the mailbox."""

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contacts.conversations.mails import notify_message
from contacts.models import ChannelDelivery, Contact, ContactMessage, MailboxFolder, MailboxSettings

from ..mailboxes import days_ago, letter, texts

pytestmark = pytest.mark.django_db


def notifications():
    return DBTaskResult.objects.filter(task_path=notify_message.module_path).count()


def test_new_mail_becomes_a_message(mailbox, account, poll, pro):
    account.add(letter(1), at=days_ago(0))
    polled = poll()
    message = ContactMessage.objects.get()
    assert (message.pro, message.contact.name, message.address) == (pro, "Ana Silva", "ana@example.org")
    assert (message.subject, message.text, message.external_id) == (
        "House 1",
        "Is the house still free?",
        "<1@example.org>",
    )
    assert (message.state, message.read_at, message.contact.unread_count) == ("received", None, 1)
    assert message.delivery.read_original().replace(b"\r\n", b"\n") == letter(1).replace(b"\r\n", b"\n")
    assert (polled.error, polled.failures, polled.polling_until) == ("", 0, None)
    assert timezone.now() > polled.polled_at and polled.poll_at > timezone.now()
    assert notifications() == 1


def test_nothing_changes_in_the_mailbox(account, poll):
    account.add(letter(1), letter(2))
    before = (account.flags(), account.mails(), account.mails("Sent"))
    poll()
    assert (account.flags(), account.mails(), account.mails("Sent")) == before
    assert texts() == ["House 1", "House 2"]


def test_each_mail_once_however_often_it_is_polled(account, poll):
    account.add(*map(letter, range(3)))
    for _ in range(3):
        poll()
    account.add(letter(3))
    poll()
    assert texts() == ["House 0", "House 1", "House 2", "House 3"]
    assert ChannelDelivery.objects.count() == 4


def test_more_mails_than_one_poll_reads(account, poll, monkeypatch):
    monkeypatch.setattr("contacts.conversations.mailbox_polling.BATCH", 3)
    account.add(*map(letter, range(10)))
    poll()
    assert texts() == [f"House {n}" for n in range(10)]


def test_new_uidvalidity_brings_no_mail_twice(account, poll):
    account.add(letter(1), letter(2))
    poll()
    before = MailboxFolder.objects.get(role="inbox").uidvalidity
    account.change_uidvalidity()
    account.add(letter(3))
    poll()
    folder = MailboxFolder.objects.get(role="inbox")
    assert (folder.uidvalidity == before, folder.last_uid) == (False, 3)
    assert texts() == ["House 1", "House 2", "House 3"]


def test_moved_and_deleted_mails(account, poll):
    account.add(letter(1), letter(2), letter(3))
    poll()
    account.move(1, "INBOX", "Archive")
    account.delete(1)
    account.add(letter(4))
    poll()
    account.move(1, "Archive", "INBOX")
    poll()
    assert texts() == ["House 1", "House 2", "House 3", "House 4"]


def test_mails_are_read_from_the_chosen_day_on(mailbox, account, poll):
    account.add(letter(1), at=days_ago(40))
    account.add(letter(2), at=days_ago(20))
    account.add(letter(3))
    poll()
    assert texts() == ["House 2", "House 3"]


def test_earlier_day_is_read_later(mailbox, account, poll, pro, mailbox_fields):
    account.add(letter(1), at=days_ago(40))
    account.add(letter(2), at=days_ago(20))
    poll()
    MailboxSettings.objects.connect(pro, mailbox_fields | {"password": "", "since": days_ago(60).date()})
    poll()
    assert texts() == ["House 1", "House 2"]


def test_past_mails_are_read_and_told_to_nobody(mailbox, account, poll):
    for number, days in ((1, 29), (2, 2), (3, 0.01)):
        account.add(letter(number), at=days_ago(days))
    poll()
    rows = ContactMessage.objects.order_by("created_at")
    assert [(row.subject, row.read_at is None) for row in rows] == [
        ("House 1", False),
        ("House 2", False),
        ("House 3", False),
    ]
    contact = Contact.objects.get()
    assert (contact.unread_count, notifications()) == (0, 0)
    # As if they had arrived then.
    assert abs((contact.last_message_at - days_ago(0.01)).total_seconds()) < 60
    assert abs((rows[0].created_at - days_ago(29)).total_seconds()) < 60


def test_another_account_is_read_from_its_start(mailbox, account, poll, pro, mailbox_fields, dovecot):
    account.add(letter(1), letter(2))
    poll()
    other = dovecot.account(f"other-{account.name}")
    other.add(letter(3))
    MailboxSettings.objects.connect(pro, mailbox_fields | {"username": other.name})
    poll()
    assert texts() == ["House 1", "House 2", "House 3"]


def test_own_notifications_in_the_mailbox_are_no_messages(account, poll, settings):
    settings.DEFAULT_FROM_EMAIL = "Desk <desk@vestibule.example>"
    own = {"From": "Agence <desk@vestibule.example>", "Reply-To": "ana@example.org"}
    account.add(letter(1, **own, Auto_Submitted="auto-generated"), letter(2, **own, Auto_Submitted=None))
    poll()
    assert texts() == ["House 2"]


def test_too_large_mail_is_noted(account, poll, monkeypatch):
    monkeypatch.setattr("contacts.conversations.mailbox_polling.MAX_MAIL", 5000)
    account.add(letter(1, "x" * 6000), letter(2))
    poll()
    rows = ContactMessage.objects.order_by("subject").values_list("subject", "address", "text")
    note = "[This e-mail of 6.0\xa0KB is too large to be fetched. It is in the mailbox.]"
    assert list(rows) == [
        ("House 1", "ana@example.org", note),
        ("House 2", "ana@example.org", "Is the house still free?"),
    ]


def test_mail_that_is_larger_than_announced_is_noted(account, poll, monkeypatch):
    monkeypatch.setattr("contacts.channels.mailbox_imap.MAX_MAIL", 5000)
    account.add(letter(1, "x" * 6000), letter(2))
    poll()
    assert sorted(ContactMessage.objects.values_list("subject", "address")) == [
        ("", ""),
        ("House 2", "ana@example.org"),
    ]


def test_switched_off_mailbox_is_left_alone(mailbox, account, poll, pro, mailbox_fields):
    account.add(letter(1))
    MailboxSettings.objects.connect(pro, mailbox_fields | {"is_active": False})
    assert (poll().polled_at, texts()) == (None, [])


def test_webhook_takes_no_calls_for_a_mailbox(mailbox, nobody):
    url = f"/channels/email/{mailbox.connection.key}"
    assert nobody.post(url, letter(1), content_type="message/rfc822").status_code == 403
    assert not ChannelDelivery.objects.exists()
