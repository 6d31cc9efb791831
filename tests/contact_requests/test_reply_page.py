"""/inbox/:id/reply: the visitor is answered from the page."""

import uuid

import pytest
from django_tasks_db.models import DBTaskResult

from contact_requests.models import ContactRequest, ContactRequestEvent, Reply
from contact_requests.replying import reply

from ..factories import RequestFactory
from ..pages import Page

HTMX = {"HX-Request": "true", "HX-Target": "detail"}


@pytest.fixture
def contact_request(house):
    return RequestFactory(property=house, email="h@example.org")


def state():
    """The status, and the counts of replies, events and jobs."""
    counts = [model.objects.count() for model in (Reply, ContactRequestEvent, DBTaskResult)]
    return (ContactRequest.objects.get().status, *counts)


def send(browser, contact_request, body, id=None, **more):
    return browser.post(f"/inbox/{contact_request.pk}/reply", {"body": body, "id": id or uuid.uuid4()}, **more)


def own_letters(browser, contact_request):
    """The replies on the page of a contact request."""
    return Page(browser.get(f"/inbox/{contact_request.pk}")).one("#detail article").texts(".letter-own")


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_a_reply_is_stored_marks_the_request_and_is_queued(browser, user, contact_request, headers):
    response = send(browser, contact_request, " Come on Saturday. ", headers=headers)
    if headers:
        assert Page(response).one(".letter-own p + p").text == "Come on Saturday."
    else:
        assert response["Location"] == f"/inbox/{contact_request.pk}?status=new"
    stored = Reply.objects.get()
    assert (stored.body, stored.author, stored.contact_request) == ("Come on Saturday.", user, contact_request)
    assert (stored.sent_at, state()) == (None, ("replied", 1, 1, 1))
    (letter,) = own_letters(browser, contact_request)
    assert letter.startswith("Olive Owner") and letter.endswith("on its way Come on Saturday.")


def test_a_form_sent_twice_is_one_reply(browser, contact_request):
    id = uuid.uuid4()
    for _ in range(2):
        send(browser, contact_request, "Yes.", id)
    assert state() == ("replied", 1, 1, 1)


def test_a_second_reply_is_sent_too(browser, contact_request):
    for text in ("Yes.", "And bring a torch."):
        send(browser, contact_request, text)
    assert state() == ("replied", 2, 1, 2)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", "This field is required."),
        ("  ", "This field is required."),
        ("x" * 10_001, "Ensure this value has at most 10000 characters (it has 10001)."),
        ("a\x00b", "Null characters are not allowed."),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_an_invalid_reply_is_named_and_nothing_changes(browser, contact_request, body, error, headers):
    page = Page(send(browser, contact_request, body, headers=headers), 422)
    assert page.one("form.reply").texts(".errorlist li") == [error]
    assert (page.has("html"), state()) == (not headers, ("new", 0, 0, 0))


def test_an_invalid_id_loses_no_text(browser, contact_request):
    page = Page(send(browser, contact_request, "My long answer", "nonsense"), 422)
    assert page.form("form.reply").fields["body"] == "My long answer"
    assert state() == ("new", 0, 0, 0)


def test_the_id_of_another_pros_reply_makes_a_reply_of_ones_own(browser, other_user, contact_request):
    foreign = RequestFactory(property__pro=other_user.pro)
    theirs = reply(foreign, "Private", by=other_user)
    send(browser, contact_request, "Mine", theirs.pk)
    (letter,) = own_letters(browser, contact_request)
    assert letter.endswith("Mine") and "Private" not in letter
    theirs.refresh_from_db()
    assert (theirs.body, theirs.contact_request) == ("Private", foreign)


def test_the_same_form_with_another_text_is_another_reply(browser, contact_request):
    id = uuid.uuid4()
    for body in ("Come at 3.", "Come at 5.", "Come at 5."):
        send(browser, contact_request, body, id)
    assert list(contact_request.replies.values_list("body", flat=True)) == ["Come at 3.", "Come at 5."]


def test_without_an_email_there_is_no_reply(browser, house):
    contact_request = RequestFactory(property=house, email="", phone="+33612345678", contact__email="")
    detail = Page(send(browser, contact_request, "Yes.", headers=HTMX), 422)
    assert (detail.one("h2").text, detail.has("form.reply")) == (contact_request.name, False)
    assert state() == ("new", 0, 0, 0)


def test_a_failure_to_send_is_shown(browser, contact_request, user):
    reply(contact_request, "Yes.", by=user)
    Reply.objects.update(error="451 Try later")
    page = Page(browser.get(f"/inbox/{contact_request.pk}"))
    assert page.one(".letter-own .wrong").text == "not sent yet, trying again: 451 Try later"
