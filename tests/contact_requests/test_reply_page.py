import uuid

import pytest
from django_tasks_db.models import DBTaskResult

from contact_requests import replying
from contact_requests.models import ContactRequest, ContactRequestEvent, Reply
from tests.factories import PropertyFactory, RequestFactory

HTMX = {"HX-Request": "true", "HX-Target": "detail"}


@pytest.fixture
def row(pro):
    return RequestFactory(property=PropertyFactory(pro=pro), email="h@example.org")


def state():
    found = ContactRequest.objects.get()
    return (found.status, Reply.objects.count(), ContactRequestEvent.objects.count(), DBTaskResult.objects.count())


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_a_reply_is_kept_marks_the_request_and_waits_to_be_sent(browser, user, row, headers):
    response = browser.post(
        f"/inbox/{row.pk}/reply", {"body": " Come on Saturday. ", "id": uuid.uuid4()}, headers=headers
    )
    assert response.status_code == (200 if headers else 302)
    reply = Reply.objects.get()
    assert (reply.body, reply.author, reply.contact_request, reply.sent_at) == ("Come on Saturday.", user, row, None)
    assert state() == ("replied", 1, 1, 1)
    page = browser.get(f"/inbox/{row.pk}").content.decode()
    assert "Come on Saturday." in page and "on its way" in page


def test_sent_twice_is_one_reply(browser, row):
    data = {"body": "Yes.", "id": uuid.uuid4()}
    for _ in range(2):
        browser.post(f"/inbox/{row.pk}/reply", data)
    assert state() == ("replied", 1, 1, 1)


def test_a_second_reply_to_a_replied_request_is_sent_too(browser, row):
    for text in ("Yes.", "And bring a torch."):
        browser.post(f"/inbox/{row.pk}/reply", {"body": text, "id": uuid.uuid4()})
    assert state() == ("replied", 2, 1, 2)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", "This field is required."),
        ("  ", "This field is required."),
        ("x" * 10_001, "at most 10000 characters"),
        ("a\x00b", "Null characters are not allowed."),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_an_unusable_reply_is_named_and_nothing_changes(browser, row, body, error, headers):
    response = browser.post(f"/inbox/{row.pk}/reply", {"body": body, "id": uuid.uuid4()}, headers=headers)
    html = response.content.decode()
    assert (response.status_code, error in html, "<html" in html) == (422, True, not headers)
    assert state() == ("new", 0, 0, 0)


def test_a_broken_id_loses_no_words(browser, row):
    response = browser.post(f"/inbox/{row.pk}/reply", {"body": "My long answer", "id": "nonsense"})
    assert (response.status_code, "My long answer" in response.content.decode()) == (422, True)


def test_the_id_of_another_requests_reply_is_no_door(browser, other_user, row):
    foreign = RequestFactory(property__pro=other_user.pro)
    theirs = replying.reply(foreign, "Private", by=other_user)
    response = browser.post(f"/inbox/{row.pk}/reply", {"body": "Mine", "id": theirs.pk})
    assert response.status_code == 302
    assert row.replies.get().body == "Mine"
    assert "Private" not in browser.get(response["Location"]).content.decode()
    theirs.refresh_from_db()
    assert (theirs.body, theirs.contact_request) == ("Private", foreign)


def test_going_back_and_writing_something_else_is_another_reply(browser, row):
    id = uuid.uuid4()
    for body in ("Come at 3.", "Come at 5.", "Come at 5."):
        browser.post(f"/inbox/{row.pk}/reply", {"body": body, "id": id})
    assert list(row.replies.values_list("body", flat=True)) == ["Come at 3.", "Come at 5."]


def test_without_an_email_there_is_nothing_to_send_to(browser, pro):
    row = RequestFactory(property=PropertyFactory(pro=pro), email="", phone="+33612345678", contact__email="")
    response = browser.post(f"/inbox/{row.pk}/reply", {"body": "Yes.", "id": uuid.uuid4()}, headers=HTMX)
    assert response.status_code == 422
    assert state() == ("new", 0, 0, 0)


def test_a_failure_to_send_is_seen(browser, row, user):
    replying.reply(row, "Yes.", by=user)
    Reply.objects.update(error="451 Try later")
    assert "not sent yet, trying again: 451 Try later</span>" in browser.get(f"/inbox/{row.pk}").content.decode()
