"""A visitor's reply to a mail of the installation's joins the thread of their contact request."""

import pytest

from contact_requests.models import ContactRequest
from contacts.models import ContactMessage, WaitingItem
from contacts.reply_addresses import make_reply_address
from tests.contacts.channels.reply_calls import deliver_reply, receive_replies
from tests.contacts.messaging import connect

from .rows import answer
from .test_mails import sink, to

__all__ = ["sink"]


@pytest.fixture(params=["mailgun", "postmark"])
def provider(request, settings):
    receive_replies(settings, request.param)
    return request.param


def test_a_walk_from_the_form_to_the_visitors_answer(provider, sink, nobody, user, receive, work_tasks):
    asked = receive()
    work_tasks()
    answer(asked, "Yes, come and see it.", by=user)
    work_tasks()
    acknowledgment, ours = to(sink, "Anna@Example.org")
    topic = f"request:{asked.pk}"
    assert acknowledgment["Reply-To"] == make_reply_address(topic)
    assert ours["In-Reply-To"] == acknowledgment["Message-ID"]
    assert ContactRequest.objects.get().status == "replied"
    assert not WaitingItem.objects.filter(ended_at=None).exists()
    for number, mail in enumerate((acknowledgment, ours)):
        # Some programs leave out what they answer: the address is enough.
        id, text = f"<back.{number}@example.org>", f"Thank you {number}"
        assert deliver_reply(nobody, provider, mail["Reply-To"], text, by="anna@example.org", id=id).status_code == 200
        work_tasks()
        back = ContactMessage.objects.get(external_id=id)
        assert (back.contact, back.topic, back.text) == (asked.contact, topic, text)
        # As by any other way: the address was typed into the form, and waits for the Pro to confirm it.
        assert back.is_unconfirmed
        assert WaitingItem.objects.filter(ended_at=None, kind="message", key=str(back.pk)).count() == 1


def test_with_a_mailbox_of_their_own_answers_go_there(provider, sink, pro, receive, work_tasks):
    connect(pro, "email")
    receive()
    work_tasks()
    (acknowledgment,) = to(sink, "Anna@Example.org")
    assert acknowledgment["Reply-To"] == "port@in.example.com"


def test_without_a_domain_answers_go_to_the_pro(sink, pro, receive, work_tasks):
    receive()
    work_tasks()
    (acknowledgment,) = to(sink, "Anna@Example.org")
    assert acknowledgment["Reply-To"] == pro.email
