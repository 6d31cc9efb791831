"""Many deliveries at the same moment."""

import json
import threading
import time

import pytest
from django.db import connection as database

from contacts.channels.message import InboundMessage
from contacts.channels.providers import provider_of
from contacts.conversations import webhooks
from contacts.conversations.receiving import read_delivery, receive_message
from contacts.models import ChannelConnection, ChannelDelivery, Contact, ContactIdentity, ContactMessage

from ..channels.payloads import connect, deliver, telegram, update

pytestmark = pytest.mark.django_db(transaction=True)
# SQLite has one writer at a time anyway.
ROUNDS = 200 if database.vendor == "postgresql" else 20


def test_concurrent_equal_calls_are_one_message(pro, nobody, at_once, monkeypatch):
    # More than one provider would bring in a minute.
    monkeypatch.setattr(webhooks.CALLS, "times", 10**9)
    connection = connect(pro, "telegram")
    for number in range(50):
        body = update({**telegram(), "message_id": number + 1}, number=number)
        answers = at_once(20, lambda n, body=body: deliver(nobody, connection, body).status_code)
        assert answers == [200] * 20
    jobs = list(ChannelDelivery.objects.values_list("pk", flat=True))
    assert len(jobs) == 50
    # Each is read by several workers, as after a lease that ended too early.
    at_once(4, lambda n: [read_delivery.func(pk) for pk in jobs])
    assert (ContactMessage.objects.count(), Contact.objects.count()) == (50, 1)
    assert Contact.objects.get().unread_count == 50


def test_concurrent_different_calls_about_one_message_are_one_message(pro, at_once):
    connection = connect(pro, "telegram")
    [message] = provider_of(connection).read_call(connection, b'{"message": %s}' % _json(telegram()), "")
    at_once(20, lambda n: receive_message(connection, message))
    assert (ContactMessage.objects.count(), Contact.objects.get().unread_count) == (1, 1)


@pytest.mark.thorough
def test_concurrent_first_messages_create_one_contact(pro, at_once):
    channels = [connect(pro, name) for name in ("whatsapp", "telegram", "mime")]
    for number in range(ROUNDS):
        connection = channels[number % 3]
        ids = ((connection.channel, f"id-{number}"),)
        known = {"email": f"p{number}@example.org"} if connection.channel == "email" else {}
        both = [InboundMessage(f"{number}-{n}", ids, "a", f"P{number}", f"Words {n}", **known) for n in range(2)]
        at_once(2, lambda n, c=connection, both=both: receive_message(c, both[n]))
    assert (Contact.objects.count(), ContactMessage.objects.count()) == (ROUNDS, ROUNDS * 2)
    assert set(Contact.objects.values_list("unread_count", flat=True)) == {2}
    assert ContactIdentity.objects.filter(external_id__startswith="id-").count() == ROUNDS


def test_concurrent_message_and_edit_leave_the_edit(pro, at_once):
    connection = connect(pro, "telegram")
    for number in range(20):
        first = {**telegram(text="One"), "message_id": number + 1}
        calls = [{"message": first}, {"edited_message": {**first, "text": "Two", "edit_date": first["date"] + 9}}]
        read = [next(iter(provider_of(connection).read_call(connection, _json(call), ""))) for call in calls]
        at_once(2, lambda n, read=read: receive_message(connection, read[n]))
    assert list(ContactMessage.objects.values_list("text", flat=True)) == ["Two"] * 20


def _json(value):
    return json.dumps(value).encode()


def test_connection_ended_while_a_form_is_saved_stays_ended(pro, at_once, monkeypatch):
    before, is_saving, put = connect(pro, "whatsapp"), threading.Event(), ChannelConnection.set_fields

    def slowly(connection, fields):
        is_saving.set()
        time.sleep(0.3)
        put(connection, fields)

    def work(number):
        if number == 0:
            return ChannelConnection.objects.connect(pro, "whatsapp", {"address": "99"})
        assert is_saving.wait(10)
        return ChannelConnection.objects.get().disconnect()

    monkeypatch.setattr(ChannelConnection, "set_fields", slowly)
    at_once(2, work)
    message = ChannelConnection.objects.get()
    assert (message.secret, message.token, message.is_active, message.address) == ("", "", False, "99")
    assert message.key != before.key
