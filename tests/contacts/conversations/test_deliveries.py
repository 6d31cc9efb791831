"""A provider's call is stored once and read by a job."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contacts.channels.message import RefusedError
from contacts.conversations.mails import notify_message
from contacts.conversations.receiving import read_delivery, store_delivery
from contacts.conversations.writing import write_message
from contacts.models import ChannelDelivery, ContactMessage
from contacts.models.delivery import prune_deliveries

from ..channels.payloads import connect, deliver, mime, usual, whatsapp

pytestmark = pytest.mark.django_db


def test_call_is_stored_once(pro):
    connection, other = connect(pro, "telegram"), connect(pro, "whatsapp")
    assert [store_delivery(connection, body, "t") for body in (b"a", b"a", b"b")] == [True, False, True]
    assert store_delivery(other, b"a", "t")
    assert [store_delivery(connection, b"c", "t", "n"), store_delivery(connection, b"c", "t", "n")] == [True, False]
    with pytest.raises(RefusedError):
        store_delivery(connection, b"d", "t", "n")
    assert ChannelDelivery.objects.count() == 4


@pytest.mark.parametrize("provider", ["mailgun", "postmark", "mime"])
def test_call_is_read_by_the_provider_it_came_from(pro, nobody, work_tasks, provider):
    connection = connect(pro, provider)
    assert deliver(nobody, connection).status_code == 200
    connect(pro, "postmark" if provider == "mime" else "mime")
    work_tasks()
    assert ContactMessage.objects.get().contact.email == "lea@example.org"
    assert ChannelDelivery.objects.values_list("provider", "error").get() == (provider, "")


def test_error_of_an_unreadable_call_is_stored_until_it_is_read(pro, nobody, work_tasks):
    connection = connect(pro, "telegram")
    assert deliver(nobody, connection, b"[]").status_code == 200
    work_tasks()
    delivery = ChannelDelivery.objects.get()
    assert (delivery.error, delivery.read_at, bytes(delivery.body)) == ("no JSON object", None, b"[]")
    assert ChannelDelivery.objects.last_error(connection) == "no JSON object"
    ChannelDelivery.objects.update(body=usual("telegram")[0])
    read_delivery.func(delivery.pk)
    assert ChannelDelivery.objects.last_error(connection) == ""
    assert ContactMessage.objects.count() == 1


def test_unexpected_exception_is_stored_by_name_only(pro, nobody, work_tasks, monkeypatch):
    connection = connect(pro, "telegram")
    assert deliver(nobody, connection).status_code == 200

    def fail(*args):
        raise ValueError("Key (address)=(ines@example.org)")

    monkeypatch.setattr("contacts.channels.telegram.read_call", fail)
    work_tasks()
    assert ChannelDelivery.objects.values_list("error", "read_at").get() == ("ValueError", None)


def test_early_receipt_stores_no_error(pro, user, nobody, work_tasks):
    connection = connect(pro, "whatsapp")
    assert deliver(nobody, connection).status_code == 200
    work_tasks()
    DBTaskResult.objects.all().delete()
    # WhatsApp takes free text for 24 hours after somebody's message.
    ContactMessage.objects.update(created_at=timezone.now())
    answer = write_message(ContactMessage.objects.get().contact, "Yes", channel="whatsapp", by=user)
    # A worker has taken it, and was killed.
    ContactMessage.objects.filter(pk=answer.pk).update(state="sending")
    DBTaskResult.objects.all().delete()
    receipt = whatsapp(statuses=[{"id": "wamid.out", "status": "sent"}])
    assert deliver(nobody, connection, receipt).status_code == 200
    work_tasks()
    assert list(ChannelDelivery.objects.filter(read_at=None).values_list("error", flat=True)) == [""]


def test_call_for_another_number_is_ignored_with_a_reason(pro, nobody, work_tasks):
    connection = connect(pro, "whatsapp", address="555")
    assert deliver(nobody, connection).status_code == 200
    work_tasks()
    reason = "It is for another phone number, with the ID 106540352242922."
    assert ChannelDelivery.objects.last_error(connection) == reason
    connection.refresh_from_db()
    assert (connection.last_received_at, ContactMessage.objects.count()) == (None, 0)
    delivery = ChannelDelivery.objects.get()
    assert (bytes(delivery.body), delivery.read_at is None) == (b"", False)


def test_calls_are_deleted_after_400_days(pro):
    connection, now = connect(pro, "telegram"), timezone.now()
    ages = {"read": (399, True), "read long ago": (401, True), "unread": (399, False), "unread long ago": (401, False)}
    for name, (days, is_read) in ages.items():
        then = now - timedelta(days=days)
        ChannelDelivery.objects.create(
            connection=connection, nonce=name, digest=name, content_type=name, body=b"", created_at=then,
            read_at=then if is_read else None,
        )  # fmt: skip
    prune_deliveries()
    assert sorted(ChannelDelivery.objects.values_list("nonce", flat=True)) == ["read", "unread"]


def test_calls_of_several_pros_are_read_in_turns_and_after_all_other_jobs(pro, other_user, work_tasks):
    busy, quiet = connect(pro, "mime"), connect(other_user.pro, "mime")
    for n in range(4):
        store_delivery(busy, mime(Message_ID=f"<{n}@busy.example>"), "message/rfc822")
    store_delivery(quiet, mime(Message_ID="<0@quiet.example>"), "message/rfc822")
    notify_message.enqueue(str(pro.pk))
    work_tasks()
    started = DBTaskResult.objects.exclude(started_at=None).order_by("started_at")
    pros = dict(ChannelDelivery.objects.values_list("pk", "connection__pro__name"))
    order = [pros[job.args_kwargs["args"][0]] if job.queue_name == "reading" else "mail" for job in started]
    # The notification of each first message goes out before the next call is read.
    assert order[:4] == ["mail", pro.name, "mail", other_user.pro.name]
    assert [name for name in order if name != "mail"] == [pro.name, other_user.pro.name, *[pro.name] * 3]


@pytest.mark.parametrize(
    "options, count",
    [({"queue": ["reading"]}, 1), ({"except_queue": ["reading"]}, 0)],
    ids=["reading alone", "all but reading"],
)
def test_a_worker_may_be_for_reading_alone_or_for_all_else(pro, work_tasks, options, count):
    store_delivery(connect(pro, "mime"), *usual("mime"))
    call_command("worker", batch=True, **options)
    assert ContactMessage.objects.count() == count
