"""Each inbound message is stored once, in its order, with its edits."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from contacts.models import ChannelDelivery, Contact, ContactMessage

from ..channels.payloads import AT, connect, deliver, telegram, text, update, whatsapp

pytestmark = pytest.mark.django_db

THEN = datetime.fromtimestamp(AT, UTC)


def test_repeated_delivery_is_stored_once(pro, nobody, work_tasks):
    connection = connect(pro, "telegram")
    for number in range(3):  # Another update about the same message.
        deliver(nobody, connection, update(telegram(), number=number))
        deliver(nobody, connection, update(telegram(), number=number))
    work_tasks()
    assert (ChannelDelivery.objects.count(), ContactMessage.objects.count(), Contact.objects.count()) == (3, 1, 1)


def test_call_with_several_messages_stores_each(pro, receive_call):
    batch = whatsapp(*({**text(f"No {n}"), "id": f"wamid.{n}", "timestamp": str(AT + n)} for n in range(3)))
    receive_call(connect(pro, "whatsapp"), batch)
    assert list(ContactMessage.objects.values_list("text", flat=True)) == ["No 0", "No 1", "No 2"]
    contact = Contact.objects.get()
    assert (contact.name, contact.unread_count) == ("Inès Marchand", 3)
    assert contact.messages.latest("created_at").created_at == THEN + timedelta(seconds=2)


def test_messages_of_one_second_keep_the_order_of_arrival(pro, receive_call):
    connection = connect(pro, "telegram")
    for number in range(1, 7):
        receive_call(connection, update({**telegram(text=f"Part {number}"), "message_id": number}, number=number))
    rows = ContactMessage.objects.order_by("created_at")
    assert list(rows.values_list("text", "created_at")) == [
        (f"Part {number}", THEN + timedelta(microseconds=number - 1)) for number in range(1, 7)
    ]
    [message] = ContactMessage.objects.with_last([Contact.objects.get()])
    assert message.last_message.text == "Part 6"


def test_late_message_is_new_but_ordered_by_time_of_writing(pro, receive_call):
    connection = connect(pro, "whatsapp")
    recent = text("Newer", id="wamid.2", timestamp=str(int(time.time()) - 30))
    receive_call(connection, whatsapp(recent))
    before = timezone.now()
    receive_call(connection, whatsapp(text("Older", id="wamid.1", timestamp=str(AT))))
    assert Contact.objects.get().last_message_at > before
    assert list(ContactMessage.objects.order_by("created_at").values_list("text", flat=True)) == ["Older", "Newer"]


def test_edit_keeps_the_former_texts(pro, receive_call):
    connection = connect(pro, "telegram")
    receive_call(connection, update(telegram(text="One")))
    receive_call(connection, update(telegram(text="Two", edit_date=AT + 60), "edited_message", 2))
    receive_call(connection, update(telegram(text="Three", edit_date=AT + 90), "edited_message", 3))
    # One that comes late changes nothing, nor does the original, again.
    receive_call(connection, update(telegram(text="Two", edit_date=AT + 60), "edited_message", 4))
    message = receive_call(connection, update(telegram(text="One"), number=5))
    assert (message.text, message.edited_at, message.contact.unread_count) == ("Three", THEN + timedelta(seconds=90), 1)
    assert message.former == [[THEN.isoformat(), "One"], [(THEN + timedelta(seconds=60)).isoformat(), "Two"]]


def test_edit_may_arrive_before_the_original(pro, receive_call):
    connection = connect(pro, "telegram")
    receive_call(connection, update(telegram(text="Two", edit_date=AT + 60), "edited_message", 2))
    message = receive_call(connection, update(telegram(text="One")))
    assert (message.text, message.former, ContactMessage.objects.count()) == ("Two", [], 1)


def test_time_of_writing_is_never_in_the_future(pro, receive_call):
    future = int(timezone.now().timestamp()) + 10**6
    message = receive_call(connect(pro, "whatsapp"), whatsapp({**text("Hi"), "timestamp": str(future)}))
    assert message.created_at <= timezone.now()
