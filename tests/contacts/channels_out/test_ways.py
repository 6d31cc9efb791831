"""By which channels a contact can be answered."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from contacts.book.merging import merge_contacts
from contacts.conversations.reply_channels import ReplyChannel, find_reply_channels
from contacts.conversations.sending import write_message
from contacts.models import ChannelConnection, Contact, ContactMessage
from tests.factories import ContactFactory


def connection(channel):
    return ChannelConnection.objects.get(channel=channel)


def age(message, **time):
    """Make a message older."""
    ContactMessage.objects.filter(pk=message.pk).update(created_at=timezone.now() - timedelta(**time))


def test_who_wrote_by_whatsapp_is_answered_there(received):
    contact = received("whatsapp").contact
    assert find_reply_channels(contact) == [ReplyChannel("whatsapp", connection("whatsapp"), "31612345678")]


def test_who_wrote_by_telegram_is_answered_there(received):
    contact = received("telegram").contact
    assert find_reply_channels(contact) == [ReplyChannel("telegram", connection("telegram"), "42")]


def test_who_wrote_by_email_is_answered_in_the_thread(received):
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
def test_the_subject_of_an_answer(received, subject, answer):
    assert [
        reply_channel.subject for reply_channel in find_reply_channels(received("email", subject=subject).contact)
    ] == [answer]


def test_the_way_that_they_wrote_by_last_is_the_first(received):
    contact = received("telegram", phone="+31612345678", email="ana@example.org").contact
    by_email, by_whatsapp = received("email", "e"), received("whatsapp", "w")
    assert {by_email.contact, by_whatsapp.contact} == {contact}
    for message, hours in ((by_whatsapp, 3), (by_email, 2)):
        age(message, hours=hours)
    assert [reply_channel.channel for reply_channel in find_reply_channels(contact)] == [
        "telegram",
        "email",
        "whatsapp",
    ]
    age(by_whatsapp, seconds=-1)
    assert [reply_channel.channel for reply_channel in find_reply_channels(contact)] == [
        "whatsapp",
        "telegram",
        "email",
    ]


def test_an_answer_of_ones_own_changes_no_order(received, user):
    contact = received("telegram", phone="+31612345678").contact
    age(received("whatsapp"), hours=1)
    write_message(contact, "Yes", channel="whatsapp", by=user)
    assert [reply_channel.channel for reply_channel in find_reply_channels(contact)] == ["telegram", "whatsapp"]


def test_an_email_that_nobody_wrote_from_comes_last(received, connect):
    connect("email")
    contact = received("whatsapp", email="ana@example.org").contact
    assert find_reply_channels(contact) == [
        ReplyChannel("whatsapp", connection("whatsapp"), "31612345678"),
        ReplyChannel("email", connection("email"), "ana@example.org", "Message from Agence du Port"),
    ]


def test_nobody_is_written_to_by_whatsapp_or_telegram_first(pro, connect):
    for channel in ("whatsapp", "telegram"):
        connect(channel)
    assert find_reply_channels(ContactFactory(pro=pro, phone="+31612345678")) == []


@pytest.mark.parametrize(("minutes", "is_late"), [(24 * 60 - 1, False), (24 * 60 + 1, True)])
def test_whatsapp_takes_free_text_for_a_day(received, minutes, is_late):
    message = received("whatsapp")
    age(message, minutes=minutes)
    assert find_reply_channels(message.contact) == [
        ReplyChannel("whatsapp", connection("whatsapp"), "31612345678", is_window_closed=is_late)
    ]


def test_telegram_and_email_are_never_late(received):
    contact = received("telegram", email="ana@example.org").contact
    age(received("email"), days=301)
    age(ContactMessage.objects.get(channel="telegram"), days=300)
    channels = find_reply_channels(contact)
    assert [(found.channel, found.is_window_closed) for found in channels] == [("telegram", False), ("email", False)]


def test_a_user_id_without_a_number_is_an_address_too(received):
    id = "US.13491208655302741918"
    contact = received("whatsapp", identities=(("whatsapp", id),), address=id, phone="").contact
    assert find_reply_channels(contact) == [ReplyChannel("whatsapp", connection("whatsapp"), id)]


@pytest.mark.parametrize(
    "address",
    ["no-reply@example.org", "noreply@example.org", "mailer-daemon@example.org", "bounces+42@lists.example.org"],
)
def test_to_a_machine_there_is_no_way(received, address):
    contact = received("email", identities=(("email", address),), address=address, email=address).contact
    assert find_reply_channels(contact) == []


def test_where_the_contacts_address_is_another_by_now_the_mail_goes_there(received, user):
    contact = received("email", "<1@x>", subject="Hi", references=("<1@x>",)).contact
    contact.change({"email": "new@example.org"}, by=user)
    assert find_reply_channels(contact) == [
        ReplyChannel("email", connection("email"), "new@example.org", "Re: Hi", ("<1@x>",))
    ]


def test_after_a_merge_the_mail_goes_where_they_wrote_from_last(received, pro, user):
    other = ContactFactory(pro=pro, email="ana@work.example.com")
    contact = received("email", "<1@x>", subject="Hi", references=("<1@x>",)).contact
    merge_contacts(other, contact, by=user)
    found = Contact.objects.get(pk=other.pk)
    assert (found.email, find_reply_channels(found)) == (
        "ana@work.example.com",
        [ReplyChannel("email", connection("email"), "ana@example.org", "Re: Hi", ("<1@x>",))],
    )


def test_mail_without_a_sender_has_no_way(received):
    contact = received("email", identities=(("email", "-"),), address="", email="", name="").contact
    assert find_reply_channels(contact) == []


@pytest.mark.parametrize("changes", [{"is_active": False}, {"token": ""}])
def test_what_is_not_connected_is_no_way(received, changes):
    contact = received("whatsapp").contact
    ChannelConnection.objects.update(**changes)
    assert find_reply_channels(contact) == []


def test_another_pros_channel_is_no_way(received, other_user):
    contact = received("whatsapp").contact
    ChannelConnection.objects.update(pro=other_user.pro)
    assert find_reply_channels(contact) == []


@pytest.mark.parametrize("channel", ["telegram", "email", "sms", ""])
def test_by_a_channel_that_leads_nowhere_nothing_is_written(received, user, channel):
    contact = received("whatsapp").contact
    with pytest.raises(ValidationError) as caught:
        write_message(contact, "Yes", channel=channel, by=user)
    assert caught.value.message_dict == {"channel": ["This contact cannot be answered by this channel."]}
    assert ContactMessage.objects.count() == 1


LONGEST = "Use at most 4096 characters for this channel."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Write something first."),
        (" \n\u200b\u2060 ", "Write something first."),
        ("a\0b", "Null characters are not allowed."),
        ("x" * 4097, LONGEST),
        # Two units of UTF-16 each.
        ("😀" * 2049, LONGEST),
    ],
)
def test_words_that_cannot_be_sent_are_refused(received, user, text, reason):
    contact = received("whatsapp").contact
    with pytest.raises(ValidationError) as caught:
        write_message(contact, text, channel="whatsapp", by=user)
    assert caught.value.message_dict == {"text": [reason]}
    assert ContactMessage.objects.count() == 1


@pytest.mark.parametrize("text", ["x" * 4096, "😀" * 2048, "é" * 4096])
def test_the_longest_words_are_taken(peer, received, user, work_tasks, text):
    write_message(received("whatsapp").contact, text, channel="whatsapp", by=user)
    work_tasks()
    assert [body["text"]["body"] for body in peer.bodies("messages")] == [text]
