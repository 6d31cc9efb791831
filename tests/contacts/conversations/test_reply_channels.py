"""The channels by which a contact can be answered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.book.merging import merge_contacts
from contacts.conversations.reply_channels import ReplyChannel, find_reply_channels
from contacts.conversations.writing import write_message
from contacts.models import ChannelConnection, Contact, ContactMessage
from tests.factories import ContactFactory


def connection(channel):
    return ChannelConnection.objects.get(channel=channel)


def age(message, **time):
    """Make a message older."""
    ContactMessage.objects.filter(pk=message.pk).update(created_at=timezone.now() - timedelta(**time))


def test_whatsapp_message_is_answered_by_whatsapp(received):
    contact = received("whatsapp").contact
    assert find_reply_channels(contact) == [ReplyChannel("whatsapp", connection("whatsapp"), "31612345678")]


def test_telegram_message_is_answered_by_telegram(received):
    contact = received("telegram").contact
    assert find_reply_channels(contact) == [ReplyChannel("telegram", connection("telegram"), "42")]


def test_e_mail_is_answered_in_its_thread(received):
    contact = received("email", "<2@x>", subject="The house", references=("<1@x>", "<2@x>")).contact
    reply_channel = ReplyChannel("email", connection("email"), "ana@example.org", "Re: The house", ("<1@x>", "<2@x>"))
    assert find_reply_channels(contact) == [reply_channel]


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("", "Message from Agence du Port"),
        ("Re: Hi", "Re: Hi"),
        ("RE: Hi", "RE: Hi"),
        ("re : Hi", "Re: re : Hi"),
        ("Regarding it", "Re: Regarding it"),
        ("x" * 200, "Re: " + "x" * 196),
    ],
)
def test_subject_of_an_answer(received, subject, answer):
    assert [reply.subject for reply in find_reply_channels(received("email", subject=subject).contact)] == [answer]


def test_channel_of_the_last_message_comes_first(received):
    contact = received("telegram", phone="+31612345678", email="ana@example.org").contact
    by_email, by_whatsapp = received("email", "e"), received("whatsapp", "w")
    assert {by_email.contact, by_whatsapp.contact} == {contact}
    for message, hours in ((by_whatsapp, 3), (by_email, 2)):
        age(message, hours=hours)
    assert [reply.channel for reply in find_reply_channels(contact)] == [
        "telegram",
        "email",
        "whatsapp",
    ]
    age(by_whatsapp, seconds=-1)
    assert [reply.channel for reply in find_reply_channels(contact)] == [
        "whatsapp",
        "telegram",
        "email",
    ]


def test_an_answer_of_ones_own_changes_no_order(received, user):
    contact = received("telegram", phone="+31612345678").contact
    age(received("whatsapp"), hours=1)
    write_message(contact, "Yes", channel="whatsapp", by=user)
    assert [reply.channel for reply in find_reply_channels(contact)] == ["telegram", "whatsapp"]


def test_an_email_that_nobody_wrote_from_comes_last(received, connect_channel):
    connect_channel("email")
    contact = received("whatsapp", email="ana@example.org").contact
    assert find_reply_channels(contact) == [
        ReplyChannel("whatsapp", connection("whatsapp"), "31612345678"),
        ReplyChannel("email", connection("email"), "ana@example.org", "Message from Agence du Port"),
    ]


def test_nobody_is_written_to_by_whatsapp_or_telegram_first(pro, connect_channel):
    for channel in ("whatsapp", "telegram"):
        connect_channel(channel)
    assert find_reply_channels(ContactFactory(pro=pro, email="", phone="+31612345678")) == []


def test_whoever_has_an_address_can_be_written_to_by_the_installations_own_mail(pro):
    contact = ContactFactory(pro=pro, email="ana@example.org")
    by_mail = ReplyChannel("email", None, "ana@example.org", "Message from Agence du Port")
    assert find_reply_channels(contact) == [by_mail]


@pytest.mark.parametrize(("minutes", "is_late"), [(24 * 60 - 1, False), (24 * 60 + 1, True)])
def test_whatsapp_window_closes_after_a_day(received, minutes, is_late):
    message = received("whatsapp")
    age(message, minutes=minutes)
    assert find_reply_channels(message.contact) == [
        ReplyChannel("whatsapp", connection("whatsapp"), "31612345678", is_window_closed=is_late)
    ]


def test_telegram_and_e_mail_have_no_window(received):
    contact = received("telegram", email="ana@example.org").contact
    age(received("email"), days=301)
    age(ContactMessage.objects.get(channel="telegram"), days=300)
    channels = find_reply_channels(contact)
    assert [(reply.channel, reply.is_window_closed) for reply in channels] == [("telegram", False), ("email", False)]


def test_user_id_without_a_number_is_an_address(received):
    id = "US.13491208655302741918"
    contact = received("whatsapp", identities=(("whatsapp", id),), address=id, phone="").contact
    assert find_reply_channels(contact) == [ReplyChannel("whatsapp", connection("whatsapp"), id)]


@pytest.mark.parametrize(
    "address",
    ["no-reply@example.org", "noreply@example.org", "mailer-daemon@example.org", "bounces+42@lists.example.org"],
)
def test_no_reply_addresses_cannot_be_answered(received, address):
    contact = received("email", identities=(("email", address),), address=address, email=address).contact
    assert find_reply_channels(contact) == []


def test_answer_goes_to_the_contacts_changed_address(received, user):
    contact = received("email", "<1@x>", subject="Hi", references=("<1@x>",)).contact
    contact.change({"email": "new@example.org"}, by=user)
    assert find_reply_channels(contact) == [
        ReplyChannel("email", connection("email"), "new@example.org", "Re: Hi", ("<1@x>",))
    ]


def test_answer_after_a_merge_goes_to_the_address_of_the_last_message(received, pro, user):
    other = ContactFactory(pro=pro, email="ana@work.example.com")
    contact = received("email", "<1@x>", subject="Hi", references=("<1@x>",)).contact
    merge_contacts(other, contact, by=user)
    kept = Contact.objects.get(pk=other.pk)
    assert (kept.email, find_reply_channels(kept)) == (
        "ana@work.example.com",
        [ReplyChannel("email", connection("email"), "ana@example.org", "Re: Hi", ("<1@x>",))],
    )


def test_mail_without_a_sender_cannot_be_answered(received):
    contact = received("email", identities=(("email", "-"),), address="", email="", name="").contact
    assert find_reply_channels(contact) == []


@pytest.mark.parametrize("changes", [{"is_active": False}, {"token": ""}])
def test_ended_connection_is_no_reply_channel(received, changes):
    contact = received("whatsapp").contact
    ChannelConnection.objects.update(**changes)
    assert find_reply_channels(contact) == []


def test_connection_of_another_pro_is_no_reply_channel(received, other_user):
    contact = received("whatsapp").contact
    ChannelConnection.objects.update(pro=other_user.pro)
    assert find_reply_channels(contact) == []
