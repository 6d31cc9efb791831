"""An answer to a contact request is a message of the contact's thread, and so is what answers it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contact_requests.mails import ACKNOWLEDGMENT_ID
from contact_requests.models import ContactRequest
from contacts.conversations.reply_channels import find_reply_channel
from contacts.conversations.writing import undo_message, write_message
from contacts.models import ContactMessage, Draft, WaitingItem
from contacts.topics import read_topic
from tests.contacts.messaging import arrive, connect
from tests.factories import PropertyFactory, RequestFactory

from .rows import ID, answer, events


@pytest.fixture
def asked(receive):
    """A received contact request, whose own jobs are done."""
    received = receive()
    DBTaskResult.objects.all().delete()
    return received


def topic(contact_request):
    return f"request:{contact_request.pk}"


def status(contact_request):
    return ContactRequest.objects.get(pk=contact_request.pk).status


def channel(contact_request):
    return find_reply_channel(contact_request.contact, "email", topic(contact_request))


def test_the_first_answer_names_the_property_and_goes_to_the_address_given(asked):
    house = asked.property.title
    expected = ("email", None, asked.email, f"Votre message au sujet de {house}", (), False, ())
    assert tuple(channel(asked)) == expected


def test_it_stands_below_the_acknowledgment_that_was_sent(asked):
    ContactRequest.objects.update(acknowledged_at=asked.created_at)
    assert channel(asked).references == (f"<{ACKNOWLEDGMENT_ID}{asked.pk}@testserver>",)


def test_the_request_is_replied_when_the_seconds_are_over(user, asked, work_tasks):
    message = answer(asked, "Yes, come and see it.", by=user)
    assert (status(asked), events(asked)) == ("new", [])
    work_tasks()
    assert (status(asked), events(asked)) == ("replied", [("new", "replied", user.pk, None)])
    message.refresh_from_db()
    assert (message.state, message.topic, message.external_id) == ("sent", topic(asked), f"<{message.pk}@testserver>")


def test_an_answer_to_what_waits_no_more_makes_it_replied_all_the_same(user, asked, work_tasks):
    WaitingItem.objects.filter(key=str(asked.pk)).end("no_answer", by=user)
    answer(asked, "Yes", by=user)
    work_tasks()
    assert status(asked) == "replied"
    assert WaitingItem.objects.get(key=str(asked.pk)).outcome == "no_answer"


def test_an_answer_ends_the_waiting_of_what_was_put_off(user, asked):
    WaitingItem.objects.filter(key=str(asked.pk)).update(later_until=timezone.now() + timedelta(days=1))
    answer(asked, "Yes", by=user)
    assert WaitingItem.objects.get(key=str(asked.pk)).outcome == "answered"


def test_undone_it_was_never_replied(user, asked, work_tasks):
    user.undo_seconds = 10
    message = write_message(asked.contact, "Yes", channel="email", by=user, topic=topic(asked))
    undo_message(message, by=user)
    work_tasks()
    assert (status(asked), events(asked)) == ("new", [])
    assert Draft.objects.values_list("topic", "text").get() == (topic(asked), "Yes")


def test_the_second_answer_follows_the_first(user, asked, work_tasks):
    first = answer(asked, "Yes", by=user)
    work_tasks()
    second = answer(asked, "And bring a coat", by=user)
    assert (second.subject, second.references) == (first.subject, [f"<{first.pk}@testserver>"])


def test_the_same_answer_twice_is_one(user, asked):
    first = answer(asked, "Yes", by=user, id=ID)
    assert answer(asked, " Yes ", by=user, id=ID) == first


@pytest.mark.parametrize("which", ["answer", "acknowledgment"])
def test_the_visitors_answer_joins_the_thread_and_its_topic(pro, user, asked, work_tasks, which):
    letterbox = connect(pro, "email")
    sent = answer(asked, "Yes", by=user)
    work_tasks()
    sent.refresh_from_db()
    about = sent.external_id if which == "answer" else f"<{ACKNOWLEDGMENT_ID}{asked.pk}@testserver>"
    email = asked.email.lower()
    back = arrive(
        letterbox,
        "Thank you",
        identities=(("email", email),),
        address=email,
        email=email,
        external_id="<2@example.org>",
        subject="Re: it",
        references=(about, "<2@example.org>"),
    )
    assert (back.contact, back.topic) == (asked.contact, topic(asked))
    again = answer(asked, "See you", by=user)
    assert (again.subject, again.references, again.connection) == ("Re: it", [about, "<2@example.org>"], letterbox)


def test_a_strangers_answer_inherits_nothing(pro, user, asked, work_tasks):
    letterbox = connect(pro, "email")
    sent = answer(asked, "Yes", by=user)
    work_tasks()
    sent.refresh_from_db()
    back = arrive(letterbox, "Who is this?", who="Stranger", references=(sent.external_id, "<9@x>"))
    assert (back.contact == asked.contact, back.topic) == (False, "")


def test_another_contacts_request_is_no_topic(user, asked, pro):
    other = RequestFactory(property=PropertyFactory(pro=pro))
    assert read_topic(asked.contact, topic(other)) is None
    with pytest.raises(ValidationError) as caught:
        write_message(asked.contact, "Yes", channel="email", by=user, topic=topic(other))
    assert caught.value.messages == ["What this answer is about belongs to somebody else now."]


def test_without_an_address_there_is_no_email(user, receive):
    contact_request = receive(email="")
    with pytest.raises(ValidationError) as caught:
        answer(contact_request, "Yes", by=user)
    assert caught.value.message_dict == {"channel": ["This contact cannot be answered by this channel."]}
    assert (ContactMessage.objects.count(), status(contact_request)) == (0, "new")
