"""Receipts of sent messages: WhatsApp sends them in any order, and a message only goes forwards."""

import json
from itertools import permutations

import pytest
from django_tasks_db.models import DBTaskResult

from contacts.channels.signing import signature
from contacts.conversations.sending import resend_message
from contacts.conversations.writing import write_message
from contacts.models import ChannelConnection, ChannelDelivery, ContactMessage

from ..channels.peer import PHONE_ID
from ..messaging import SECRET, state


@pytest.fixture
def sent(peer, received, user, work_tasks):
    """An answer that has gone out as wamid.1."""
    answer = write_message(received("whatsapp").contact, "Yes", channel="whatsapp", by=user)
    work_tasks()
    assert state(answer) == ("sent", "", "wamid.1")
    return answer


def status(name, id="wamid.1", **more):
    """A status object, as the Cloud API publishes it."""
    return {"id": id, "status": name, "timestamp": "1700000000", "recipient_id": "31612345678", **more}


def failed(code=131026, **more):
    return status("failed", errors=[{"code": code, "title": "Message undeliverable", **more}])


@pytest.fixture
def bring(nobody):
    """Has WhatsApp bring these statuses, in one call."""

    def one(*statuses):
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "33491555012", "phone_number_id": PHONE_ID},
            "statuses": list(statuses),
        }
        change = {"field": "messages", "value": value}
        return post({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]})

    def post(body):
        raw = json.dumps(body).encode()
        path = f"/channels/whatsapp/{ChannelConnection.objects.get().key}"
        signed = {"X-Hub-Signature-256": signature(SECRET, raw)}
        response = nobody.post(path, raw, content_type="application/json", headers=signed)
        assert response.status_code == 200

    return one


@pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "read"])))
def test_receipts_in_any_order_keep_the_latest_state(sent, bring, work_tasks, order):
    for name in order:
        bring(status(name))
        work_tasks()
    assert state(sent) == ("read", "", "wamid.1")


def test_receipts_in_one_call_keep_the_latest_state(sent, bring, work_tasks):
    bring(status("read"), status("sent"), status("delivered"))
    work_tasks()
    assert state(sent) == ("read", "", "wamid.1")
    assert not ChannelDelivery.objects.filter(read_at=None).exists()


def test_later_receipts_keep_the_time_of_sending(sent, bring, work_tasks):
    before = ContactMessage.objects.get(pk=sent.pk).sent_at
    bring(status("delivered"))
    work_tasks()
    assert ContactMessage.objects.get(pk=sent.pk).sent_at == before


@pytest.mark.parametrize(
    ("receipt", "reason"),
    [
        (failed(), "Message undeliverable (131026)"),
        (failed(131047, error_data={"details": "More than 24 hours"}), "More than 24 hours (131047)"),
        (status("failed"), ""),
        (status("failed", errors="none"), ""),
        (status("failed", errors=[{"title": "\0x" + "y" * 999}]), "x" + "y" * 249),
    ],
)
def test_undelivered_message_has_a_reason_and_can_be_resent(sent, bring, work_tasks, receipt, reason):
    bring(receipt)
    work_tasks()
    assert state(sent) == ("failed", reason, "wamid.1")
    assert resend_message(sent) is True
    work_tasks()
    assert state(sent) == ("sent", "", "wamid.2")
    # What WhatsApp still says of the first one is of no message any more.
    bring(status("read"))
    work_tasks()
    assert state(sent) == ("sent", "", "wamid.2")


@pytest.mark.parametrize("name", ["delivered", "read"])
def test_delivered_message_does_not_fail(sent, bring, work_tasks, name):
    for receipt in (status(name), failed()):
        bring(receipt)
        work_tasks()
    assert state(sent) == (name, "", "wamid.1")


def test_receipt_of_an_unknown_message_is_ignored(sent, bring, work_tasks):
    bring(status("delivered", id="wamid.another"), status("deleted"), status("delivered", id=5), status("played"))
    work_tasks()
    assert state(sent) == ("sent", "", "wamid.1")
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}


def test_receipt_does_not_change_an_inbound_message(received, bring, work_tasks):
    message = received("whatsapp", "wamid.in")
    bring(status("failed", id="wamid.in"))
    work_tasks()
    assert state(message) == ("received", "", "wamid.in")


def test_receipt_does_not_change_another_pros_message(sent, bring, work_tasks, other_user):
    foreign = ContactMessage.objects.get(pk=sent.pk)
    foreign.pk, foreign.pro = None, other_user.pro
    foreign.id = ContactMessage._meta.pk.get_default()
    foreign.save(force_insert=True)
    bring(status("read"))
    work_tasks()
    assert (state(sent)[0], state(foreign)[0]) == ("read", "sent")


def test_early_receipt_is_read_again(peer, received, user, bring, work_tasks, retry_failed_jobs):
    answer = write_message(received("whatsapp").contact, "Yes", channel="whatsapp", by=user)
    work = DBTaskResult.objects.filter(task_path="contacts.conversations.sending.send_message")
    # The worker that sends is between the provider's answer and the record of it.
    work.update(status="RUNNING")
    ContactMessage.objects.filter(pk=answer.pk).update(state="sending")
    bring(status("delivered"))
    work_tasks()
    assert state(answer) == ("sending", "", "")
    job = DBTaskResult.objects.get(task_path="contacts.conversations.receiving.read_chat_delivery")
    assert (job.status, job.exception_class_path) == ("FAILED", "contacts.conversations.receiving.TooEarlyError")
    assert ChannelDelivery.objects.get().read_at is None

    work.update(status="READY")
    work_tasks()
    assert state(answer) == ("sent", "", "wamid.1")
    retry_failed_jobs()
    work_tasks()
    assert state(answer) == ("delivered", "", "wamid.1")
    assert (bytes(ChannelDelivery.objects.get().body), ChannelDelivery.objects.get().read_at is None) == (b"", False)
