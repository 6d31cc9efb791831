"""An answer is stored once, with its job, or refused."""

import uuid

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contacts.conversations.sending import send_message
from contacts.conversations.writing import write_message
from contacts.models import ChannelConnection, Contact, ContactMessage

from ..messaging import send_jobs


@pytest.fixture
def ana(received):
    """A contact who wrote by WhatsApp."""
    return received("whatsapp").contact


def row(message):
    return ContactMessage.objects.values().get(pk=message.pk)


def test_answer_is_stored_with_its_job(peer, ana, user, work_tasks):
    before = timezone.now()
    message = write_message(ana, " Yes\r\nfine ", channel="whatsapp", by=user)
    stored = row(message)
    assert stored == {
        "id": message.pk,
        "pro_id": ana.pro_id,
        "contact_id": ana.pk,
        "connection_id": ChannelConnection.objects.get().pk,
        "channel": "whatsapp",
        "external_id": "",
        "address": "31612345678",
        "subject": "",
        "text": "Yes\nfine",
        "quoted": "",
        "media": [],
        "references": [],
        "refused": [],
        "former": [],
        "template": {},
        "lead": None,
        "is_automatic": False,
        "is_silent": False,
        "is_unconfirmed": False,
        "sender": [],
        "sender_name": "",
        "by_way_of": "",
        "cc": [],
        "answers_to": "",
        "deleted_at": None,
        "referral": {},
        "variant": "",
        "delivery_id": None,
        "state": "scheduled",
        "error": "",
        "author_id": user.pk,
        "created_at": stored["created_at"],
        "edited_at": None,
        "read_at": None,
        "notified_at": None,
        "sent_at": None,
        "topic": "",
        "signature": "",
        "send_at": stored["send_at"],
        "job_id": DBTaskResult.objects.get(task_path=send_message.module_path).pk,
        "search_text": "\nyes fine",
    }
    assert send_jobs() == ["READY"]
    work_tasks()
    sent = row(message)
    assert sent == {**stored, "state": "sent", "external_id": "wamid.1", "sent_at": sent["sent_at"]}
    assert before <= stored["created_at"] <= sent["sent_at"]
    assert before <= stored["send_at"] <= sent["sent_at"]


def test_answering_marks_the_conversation_as_read(ana, user):
    ana.refresh_from_db()
    assert ana.unread_count == 1
    message = write_message(ana, "Yes", channel="whatsapp", by=user)
    contact = Contact.objects.get()
    assert (contact.unread_count, contact.last_message_at) == (0, message.created_at)


def test_form_submitted_twice_is_one_message(peer, ana, user, work_tasks):
    id = uuid.uuid4()
    first, second = (write_message(ana, "Yes", channel="whatsapp", by=user, id=id) for _ in "12")
    work_tasks()
    third = write_message(ana, "Yes", channel="whatsapp", by=user, id=id)
    work_tasks()
    assert first == second == third
    assert (send_jobs(), len(peer.seen)) == (["SUCCESSFUL"], 1)


def test_form_with_another_text_is_another_message(peer, ana, user, work_tasks):
    id = uuid.uuid4()
    for text in ("Yes", "No"):
        write_message(ana, text, channel="whatsapp", by=user, id=id)
    work_tasks()
    assert [body["text"]["body"] for body in peer.bodies("messages")] == ["Yes", "No"]


@pytest.mark.django_db(transaction=True)
def test_form_submitted_concurrently_is_one_message(peer, ana, user, work_tasks, at_once):
    id = uuid.uuid4()
    made = at_once(
        6, lambda _n: write_message(Contact.objects.get(pk=ana.pk), "Yes", channel="whatsapp", by=user, id=id).pk
    )
    work_tasks()
    assert (len(set(made)), send_jobs(), len(peer.seen)) == (1, ["SUCCESSFUL"], 1)


@pytest.mark.parametrize("channel", ["telegram", "email", "sms", ""])
def test_channel_that_is_no_reply_channel_is_refused(received, user, channel):
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
def test_unsendable_text_is_refused(received, user, text, reason):
    contact = received("whatsapp").contact
    with pytest.raises(ValidationError) as caught:
        write_message(contact, text, channel="whatsapp", by=user)
    assert caught.value.message_dict == {"text": [reason]}
    assert ContactMessage.objects.count() == 1


@pytest.mark.parametrize("text", ["x" * 4096, "😀" * 2048, "é" * 4096])
def test_longest_text_is_accepted(peer, received, user, work_tasks, text):
    write_message(received("whatsapp").contact, text, channel="whatsapp", by=user)
    work_tasks()
    assert [body["text"]["body"] for body in peer.bodies("messages")] == [text]
