"""The worker is killed while it reads what came in, and the next one goes on: nothing twice, nothing lost."""

import json

import pytest

from contacts.conversations.receiving import store_delivery
from contacts.models import ChannelDelivery, Contact, ContactMessage
from tests.jobs import test_worker

from ..channels.payloads import connect, telegram, update

start_worker = test_worker.start_worker
CALLS = 200


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_killed_workers_read_every_call_once(pro, start_worker):
    connection = connect(pro, "telegram")
    for number in range(CALLS):
        sender = {"id": 1 + number % 50, "is_bot": False, "first_name": f"P{number % 50}"}
        chat = {"id": sender["id"], "type": "private"}
        message = {**telegram(text=f"No {number}"), "from": sender, "chat": chat, "message_id": number + 1}
        body = json.dumps(update(message, number=number)).encode()
        assert store_delivery(connection, body, "application/json")
    for share in (1, 3):
        worker = start_worker()
        test_worker.wait_until(lambda share=share: ContactMessage.objects.count() >= CALLS * share // 8)
        worker.kill()
        worker.wait()
    assert ContactMessage.objects.count() < CALLS
    start_worker()
    test_worker.wait_until(lambda: not ChannelDelivery.objects.filter(read_at=None).exists())
    assert sorted(ContactMessage.objects.values_list("text", flat=True)) == sorted(f"No {n}" for n in range(CALLS))
    assert sorted(Contact.objects.values_list("name", "unread_count")) == sorted(
        (f"P{n}", CALLS // 50) for n in range(50)
    )
