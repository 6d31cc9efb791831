"""reply: the text, the status, its event and the mail in one transaction."""

import pytest
from django.core.exceptions import ValidationError
from django_tasks_db.models import DBTaskResult

from contact_requests.models import ContactRequest, Reply
from contact_requests.replying import reply

from .rows import ID, Broken, events, jobs


@pytest.fixture
def contact_request(receive):
    """A received contact request, whose own jobs are done."""
    received = receive()
    DBTaskResult.objects.all().delete()
    return received


def assert_no_reply(contact_request):
    assert list(Reply.objects.all()) == []
    assert (ContactRequest.objects.get().status, events(contact_request), jobs()) == ("new", [], [])


def test_a_reply_is_row_status_event_and_job(user, contact_request):
    stored = reply(contact_request, "  Yes, come and see it. ", by=user, id=ID)
    [row] = Reply.objects.values()
    assert row == {
        "id": stored.pk,
        "contact_request_id": contact_request.pk,
        "author_id": user.pk,
        "body": "Yes, come and see it.",
        "created_at": stored.created_at,
        "sent_at": None,
        "error": "",
    }
    replied = ContactRequest.objects.get()
    assert (replied.status, replied.read_at, replied.replied_at is None) == ("replied", None, False)
    assert events(contact_request) == [("new", "replied", user.pk, None)]
    assert jobs() == [("send_reply", str(stored.pk))]


def test_the_same_reply_twice_is_one(user, contact_request):
    first = reply(contact_request, "Yes", by=user, id=ID)
    assert reply(contact_request, " Yes ", by=user, id=ID) == first
    assert list(Reply.objects.values_list("body", flat=True)) == ["Yes"]
    assert (len(events(contact_request)), jobs()) == (1, [("send_reply", str(first.pk))])


def test_a_second_reply_is_sent_too_without_a_second_event(user, contact_request):
    first = reply(contact_request, "Yes", by=user)
    second = reply(contact_request, "And bring a coat", by=user)
    assert events(contact_request) == [("new", "replied", user.pk, None)]
    assert jobs() == [("send_reply", str(first.pk)), ("send_reply", str(second.pk))]


def test_without_an_email_there_is_no_reply(user, receive):
    contact_request = receive(email="")
    DBTaskResult.objects.all().delete()
    with pytest.raises(ValidationError) as raised:
        reply(contact_request, "Yes", by=user)
    assert raised.value.messages == ["This visitor left no e-mail address."]
    assert_no_reply(contact_request)


@pytest.mark.parametrize("body", ["", " ", "\r\n\t"])
def test_without_text_there_is_no_reply(user, contact_request, body):
    with pytest.raises(ValidationError) as raised:
        reply(contact_request, body, by=user)
    assert raised.value.message_dict == {"body": ["Write a reply first."]}
    assert_no_reply(contact_request)


def test_the_same_id_and_text_for_another_contact_request_is_another_reply(user, receive):
    first, second = receive(), receive(message="Another question")
    replies = [reply(contact_request, "Yes", by=user, id=ID) for contact_request in (first, second)]
    assert [list(first.replies.all()), list(second.replies.all())] == [replies[:1], replies[1:]]


@pytest.mark.django_db(transaction=True)
def test_a_reply_whose_job_fails_is_not_stored(user, contact_request, monkeypatch):
    monkeypatch.setattr("contact_requests.replying.send_reply", Broken())
    with pytest.raises(RuntimeError):
        reply(contact_request, "Yes", by=user)
    assert_no_reply(contact_request)


@pytest.mark.django_db(transaction=True)
def test_the_same_reply_eight_times_at_once_is_one(user, contact_request, at_once):
    def reply_stored(_number):
        return reply(ContactRequest.objects.get(pk=contact_request.pk), "Yes", by=user, id=ID).pk

    (id,) = set(at_once(8, reply_stored))
    assert (Reply.objects.count(), len(events(contact_request))) == (1, 1)
    assert jobs() == [("send_reply", str(id))]
