"""Jobs queued under the former path of their task still run."""

import pytest
from django.core import mail
from django_tasks_db.models import DBTaskResult

from contact_requests.mails import acknowledge, notify, send_reply
from contact_requests.models import Reply
from tests.factories import PropertyFactory, RequestFactory


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


def test_a_queued_reply_is_sent(contact_request, user, work_tasks):
    reply = Reply.objects.create(contact_request=contact_request, author=user, body="Yes.")
    send_reply.enqueue(str(reply.pk))
    assert sent_as("contact_requests.tasks.send_reply", work_tasks) == [
        (["anna@example.org"], "Your message about The House")
    ]
