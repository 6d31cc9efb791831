"""By which channels a contact can be answered."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from contacts.book.merging import merge_contacts
from contacts.models import ChannelConnection, Contact, ContactMessage
from contacts.ways import Way
from tests.factories import ContactFactory


def connection(channel):
    return ChannelConnection.objects.get(channel=channel)


def age(message, **time):
    """Make a message older."""
    ContactMessage.objects.filter(pk=message.pk).update(created_at=timezone.now() - timedelta(**time))


def test_who_wrote_by_whatsapp_is_answered_there(received):
    contact = received("whatsapp").contact
    assert contact.ways() == [Way("whatsapp", connection("whatsapp"), "31612345678")]


def test_who_wrote_by_telegram_is_answered_there(received):
    contact = received("telegram").contact
    assert contact.ways() == [Way("telegram", connection("telegram"), "42")]


def test_who_wrote_by_email_is_answered_in_the_thread(received):
    contact = received("email", "<2@x>", subject="The house", references=("<1@x>", "<2@x>")).contact
    way = Way("email", connection("email"), "ana@example.org", "Re: The house", ("<1@x>", "<2@x>"))
    assert contact.ways() == [way]


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
    assert [way.subject for way in received("email", subject=subject).contact.ways()] == [answer]


def test_the_way_that_they_wrote_by_last_is_the_first(received):
    contact = received("telegram", phone="+31612345678", email="ana@example.org").contact
    by_email, by_whatsapp = received("email", "e"), received("whatsapp", "w")
    assert {by_email.contact, by_whatsapp.contact} == {contact}
    for message, hours in ((by_whatsapp, 3), (by_email, 2)):
        age(message, hours=hours)
    assert [way.channel for way in contact.ways()] == ["telegram", "email", "whatsapp"]
    age(by_whatsapp, seconds=-1)
    assert [way.channel for way in contact.ways()] == ["whatsapp", "telegram", "email"]


def test_an_answer_of_ones_own_changes_no_order(received, user):
    contact = received("telegram", phone="+31612345678").contact
    age(received("whatsapp"), hours=1)
    contact.write("Yes", channel="whatsapp", by=user)
    assert [way.channel for way in contact.ways()] == ["telegram", "whatsapp"]


def test_an_email_that_nobody_wrote_from_comes_last(received, connect):
    connect("email")
    contact = received("whatsapp", email="ana@example.org").contact
    assert contact.ways() == [
        Way("whatsapp", connection("whatsapp"), "31612345678"),
        Way("email", connection("email"), "ana@example.org", "Message from Agence du Port"),
    ]


def test_nobody_is_written_to_by_whatsapp_or_telegram_first(pro, connect):
    for channel in ("whatsapp", "telegram"):
        connect(channel)
    assert ContactFactory(pro=pro, phone="+31612345678").ways() == []


@pytest.mark.parametrize(("minutes", "is_late"), [(24 * 60 - 1, False), (24 * 60 + 1, True)])
def test_whatsapp_takes_free_text_for_a_day(received, minutes, is_late):
    message = received("whatsapp")
    age(message, minutes=minutes)
    assert message.contact.ways() == [Way("whatsapp", connection("whatsapp"), "31612345678", is_late=is_late)]


def test_telegram_and_email_are_never_late(received):
    contact = received("telegram", email="ana@example.org").contact
    age(received("email"), days=301)
    age(ContactMessage.objects.get(channel="telegram"), days=300)
    assert [(way.channel, way.is_late) for way in contact.ways()] == [("telegram", False), ("email", False)]


def test_a_user_id_without_a_number_is_an_address_too(received):
    id = "US.13491208655302741918"
    contact = received("whatsapp", identities=(("whatsapp", id),), address=id, phone="").contact
    assert contact.ways() == [Way("whatsapp", connection("whatsapp"), id)]


@pytest.mark.parametrize(
    "address",
    ["no-reply@example.org", "noreply@example.org", "mailer-daemon@example.org", "bounces+42@lists.example.org"],
)
def test_to_a_machine_there_is_no_way(received, address):
    contact = received("email", identities=(("email", address),), address=address, email=address).contact
    assert contact.ways() == []


def test_where_the_contacts_address_is_another_by_now_the_mail_goes_there(received, user):
    contact = received("email", "<1@x>", subject="Hi", references=("<1@x>",)).contact
    contact.change({"email": "new@example.org"}, by=user)
    assert contact.ways() == [Way("email", connection("email"), "new@example.org", "Re: Hi", ("<1@x>",))]


def test_after_a_merge_the_mail_goes_where_they_wrote_from_last(received, pro, user):
    other = ContactFactory(pro=pro, email="ana@work.example.com")
    contact = received("email", "<1@x>", subject="Hi", references=("<1@x>",)).contact
    merge_contacts(other, contact, by=user)
    found = Contact.objects.get(pk=other.pk)
    assert (found.email, found.ways()) == (
        "ana@work.example.com",
        [Way("email", connection("email"), "ana@example.org", "Re: Hi", ("<1@x>",))],
    )


def test_mail_without_a_sender_has_no_way(received):
    contact = received("email", identities=(("email", "-"),), address="", email="", name="").contact
    assert contact.ways() == []


@pytest.mark.parametrize("changes", [{"is_active": False}, {"token": ""}])
def test_what_is_not_connected_is_no_way(received, changes):
    contact = received("whatsapp").contact
    ChannelConnection.objects.update(**changes)
    assert contact.ways() == []


def test_another_pros_channel_is_no_way(received, other_user):
    contact = received("whatsapp").contact
    ChannelConnection.objects.update(pro=other_user.pro)
    assert contact.ways() == []


@pytest.mark.parametrize("channel", ["telegram", "email", "sms", ""])
def test_by_a_channel_that_leads_nowhere_nothing_is_written(received, user, channel):
    contact = received("whatsapp").contact
    with pytest.raises(ValidationError) as caught:
        contact.write("Yes", channel=channel, by=user)
    assert caught.value.message_dict == {"channel": ["This contact cannot be answered by this channel."]}
    assert ContactMessage.objects.count() == 1


LONGEST = "A message by this channel may have 4096 characters."


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
        contact.write(text, channel="whatsapp", by=user)
    assert caught.value.message_dict == {"text": [reason]}
    assert ContactMessage.objects.count() == 1


@pytest.mark.parametrize("text", ["x" * 4096, "😀" * 2048, "é" * 4096])
def test_the_longest_words_are_taken(peer, received, user, work_tasks, text):
    received("whatsapp").contact.write(text, channel="whatsapp", by=user)
    work_tasks()
    assert [body["text"]["body"] for body in peer.bodies("messages")] == [text]
