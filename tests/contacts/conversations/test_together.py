"""Calls of chat providers that are read in one transaction, and those that are left to be read by themselves."""

import json
import threading

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from config.files.models import LooseFile
from config.files.storage import StorageUnavailableError
from contacts.conversations.inbound_row import build_message
from contacts.conversations.receiving import read_delivery, store_delivery
from contacts.conversations.together import read_deliveries
from contacts.models import ChannelDelivery, Contact, ContactMessage, WaitingItem

from ...factories import ProFactory
from ..channels.payloads import connect, telegram, update

pytestmark = pytest.mark.django_db(transaction=True)


def call(connection, number, *, person=None, text=""):
    """Store a call with one message; returns its id."""
    message = telegram(text=text or f"Words {number}")
    if person:
        for name in ("from", "chat"):
            message[name] = {**message[name], "id": person, "first_name": f"P{person}"}
    body = update({**message, "message_id": number + 1}, number=number)
    assert store_delivery(connection, json.dumps(body).encode(), "application/json")
    return ChannelDelivery.objects.latest("pk").pk


def texts():
    return list(ContactMessage.objects.order_by("created_at", "id").values_list("text", flat=True))


def test_calls_are_read_in_their_order_and_kept(pro):
    connection = connect(pro, "telegram")
    ids = [call(connection, number) for number in range(5)]
    assert read_deliveries([[id] for id in ids]) == [True] * 5
    assert texts() == [f"Words {number}" for number in range(5)]
    contact = Contact.objects.get()
    assert (contact.unread_count, contact.waiting_items.count()) == (5, 5)
    assert contact.last_message_at >= contact.messages.latest("created_at").created_at
    deliveries = ChannelDelivery.objects.order_by("pk")
    assert [bytes(delivery.body) for delivery in deliveries] == [b""] * 5
    assert all(delivery.read_at and b'"update_id"' in delivery.read_original() for delivery in deliveries)
    assert not LooseFile.objects.exists()
    connection.refresh_from_db()
    assert connection.last_received_at is not None
    # Again: there is nothing to read.
    assert read_deliveries([[id] for id in ids]) == [False] * 5
    assert len(texts()) == 5


def test_first_messages_of_several_persons_and_pros(pro):
    connections = [connect(pro, "telegram"), connect(ProFactory(), "telegram")]
    ids = [call(connections[number % 2], number, person=100 + number % 4) for number in range(8)]
    assert read_deliveries([[id] for id in ids]) == [True] * 8
    rows = Contact.objects.order_by("name").values_list("name", "pro", "unread_count")
    pros = [connection.pro_id for connection in connections]
    assert [(name.split()[0], pro_id, count) for name, pro_id, count in rows] == [
        (f"P{100 + number}", pros[number % 2], 2) for number in range(4)
    ]
    assert WaitingItem.objects.listed().count() == 8


def test_fewer_statements_than_one_by_one(pro):
    connection = connect(pro, "telegram")
    ids = [call(connection, number, person=100 + number) for number in range(20)]
    with CaptureQueriesContext(database) as together:
        read_deliveries([[id] for id in ids[:10]])
    with CaptureQueriesContext(database) as alone:
        for id in ids[10:]:
            read_delivery.func(id)
    assert len(together) < len(alone) * 2 / 3
    assert Contact.objects.count() == 20


@pytest.mark.parametrize("body", [b"{", b'{"update_id": 1}', b'{"update_id": 1, "message": {"message_id": 1}}'])
def test_a_call_that_holds_no_message_is_read_by_itself(pro, work_tasks, body):
    connection = connect(pro, "telegram")
    call(connection, 1)
    store_delivery(connection, body, "application/json")
    odd = ChannelDelivery.objects.latest("pk")
    call(connection, 3)
    assert read_deliveries([[odd.pk]]) == [False]
    work_tasks()
    assert texts() == ["Words 1", "Words 3"]
    odd.refresh_from_db()
    assert odd.error or odd.read_at


def test_an_error_in_one_of_them_leaves_nothing_and_all_are_read_alone(pro, work_tasks, monkeypatch):
    connection = connect(pro, "telegram")
    ids = [call(connection, number, text="broken" if number == 2 else "") for number in range(4)]

    def objecting(message, *, words):
        if words == "broken":
            raise ValueError(words)

    monkeypatch.setattr("contacts.conversations.receiving.add_message", objecting)
    with pytest.raises(ValueError, match="broken"):
        read_deliveries([[id] for id in ids])
    assert (texts(), LooseFile.objects.count(), Contact.objects.count()) == ([], 0, 0)
    work_tasks()
    assert texts() == ["Words 0", "Words 1", "Words 3"]
    assert list(ChannelDelivery.objects.filter(read_at=None).values_list("pk", "error")) == [(ids[2], "ValueError")]
    assert DBTaskResult.objects.failed().get().args_kwargs["args"] == [ids[2]]


def test_an_error_in_a_first_message_leaves_nobody_and_all_are_read_alone(pro, work_tasks, monkeypatch):
    connection = connect(pro, "telegram")
    ids = [call(connection, number, person=900 + number, text="broken" * (number == 2)) for number in range(4)]

    def objecting(connection, inbound, *others):
        if inbound.text == "broken":
            raise ValueError(inbound.text)
        return build_message(connection, inbound, *others)

    monkeypatch.setattr("contacts.conversations.newcomers.build_message", objecting)
    monkeypatch.setattr("contacts.conversations.receiving.build_message", objecting)
    with pytest.raises(ValueError, match="broken"):
        read_deliveries([[id] for id in ids])
    assert (texts(), LooseFile.objects.count(), Contact.objects.count()) == ([], 0, 0)
    work_tasks()
    assert (sorted(texts()), Contact.objects.count()) == (["Words 0", "Words 1", "Words 3"], 3)
    assert DBTaskResult.objects.failed().get().args_kwargs["args"] == [ids[2]]


def test_a_storage_that_does_not_answer_loses_nothing(pro, work_tasks, monkeypatch):
    connection = connect(pro, "telegram")
    ids = [call(connection, number) for number in range(3)]

    def failing(*_arguments):
        raise StorageUnavailableError

    with monkeypatch.context() as patch:
        patch.setattr("config.files.storage._save", failing)
        with pytest.raises(StorageUnavailableError):
            read_deliveries([[id] for id in ids])
        assert texts() == []
    work_tasks()
    assert (texts(), ChannelDelivery.objects.filter(read_at=None).count()) == (["Words 0", "Words 1", "Words 2"], 0)


def test_at_once_with_others_each_message_is_stored_once(pro, at_once):
    connections = [connect(pro, "telegram"), connect(ProFactory(), "telegram")]
    ids = [call(connections[number % 2], number, person=100 + number % 6) for number in range(24)]
    barrier = threading.Barrier(4)

    def read(number):
        barrier.wait()
        order = ids if number % 2 else ids[::-1]
        for start in range(0, 24, 6):
            part = order[start : start + 6]
            try:
                are_read = read_deliveries([[id] for id in part])
            except (ChannelDelivery.NotUpdated, database.Database.Error):
                are_read = [False] * 6
            for id, is_read in zip(part, are_read, strict=True):
                if not is_read:
                    read_delivery.func(id)

    at_once(4, read)
    assert (ContactMessage.objects.count(), Contact.objects.count(), WaitingItem.objects.count()) == (24, 6, 24)
    assert set(Contact.objects.values_list("unread_count", flat=True)) == {4}
    assert not ChannelDelivery.objects.filter(read_at=None).exists()
    assert not LooseFile.objects.exists()
