"""Jobs queued under the former path of their task still run."""

import pytest
from django.core import mail
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contact_requests.mails import acknowledge, notify, send_reply
from contacts.conversations.sending import ABANDONED_AFTER, fail_abandoned_messages
from contacts.models import ContactMessage
from tests.factories import PropertyFactory, RequestFactory

from .rows import answer


@pytest.fixture
def contact_request(pro):
    house = PropertyFactory(pro=pro, title="The House")
    return RequestFactory(property=house, name="Anna", email="anna@example.org")


def sent_as(former_path, work_tasks):
    DBTaskResult.objects.update(task_path=former_path)
    work_tasks()
    return [(message.to, message.subject) for message in mail.outbox]


def test_a_queued_acknowledgment_is_sent(contact_request, work_tasks):
    acknowledge.enqueue(str(contact_request.pk))
    assert sent_as("contact_requests.tasks.acknowledge", work_tasks) == [
        (["anna@example.org"], "Your message about The House has arrived")
    ]


def test_a_queued_notification_is_sent(contact_request, work_tasks):
    notify.enqueue(str(contact_request.pk))
    assert sent_as("contact_requests.tasks.notify", work_tasks) == [(["port@example.com"], "Anna asks about The House")]


@pytest.mark.parametrize("path", ["contact_requests.tasks.send_reply", "contact_requests.mails.send_reply"])
def test_a_queued_reply_is_sent_as_the_message_that_it_has_become(contact_request, user, work_tasks, path):
    reply = answer(contact_request, "Yes.", by=user)
    DBTaskResult.objects.all().delete()
    ContactMessage.objects.filter(pk=reply.pk).update(state="sending", send_at=None, job_id=None)
    send_reply.enqueue(str(reply.pk))
    assert sent_as(path, work_tasks) == [(["anna@example.org"], "Your message about The House")]
    reply.refresh_from_db()
    assert (reply.state, reply.error) == ("sent", "")


def test_a_reply_in_a_queued_job_is_not_abandoned(contact_request, user):
    reply = answer(contact_request, "Yes.", by=user)
    DBTaskResult.objects.all().delete()
    long_ago = timezone.now() - 2 * ABANDONED_AFTER
    ContactMessage.objects.filter(pk=reply.pk).update(state="sending", send_at=None, created_at=long_ago)
    send_reply.enqueue(str(reply.pk))
    fail_abandoned_messages()
    reply.refresh_from_db()
    assert reply.state == "sending"
