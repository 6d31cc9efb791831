"""The owner's channels, inbound messages, and the other ends. conftest.py has the fixtures in reach of these tests."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from zlib import crc32

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.accounts.models import Pro
from config.jobs.worker import current_worker_id, requeue_jobs
from contacts.channels.message import InboundMessage
from contacts.conversations.receiving import receive_message
from contacts.conversations.sending import send_message
from contacts.last_words import recount_threads
from contacts.models import ChannelConnection, ContactMessage

from .channels import mail_server as mail_servers
from .channels.peer import BOT_TOKEN, PHONE_ID, WHATSAPP_TOKEN, Peer

NUMBERS = count(1)
SECRET = "the-secret-of-the-channel"
SETTINGS = {
    "whatsapp": {"address": PHONE_ID, "secret": SECRET, "token": WHATSAPP_TOKEN},
    "telegram": {"secret": SECRET, "token": BOT_TOKEN},
    "email": {"provider": "mime", "address": "port@in.example.com", "secret": SECRET},
}
# Ana by each channel, as the provider knows her.
ANA: dict[str, dict[str, Any]] = {
    "whatsapp": {"identities": (("whatsapp", "31612345678"),), "address": "31612345678", "phone": "+31612345678"},
    "telegram": {"identities": (("telegram", "42"),), "address": "42"},
    "email": {"identities": (("email", "ana@example.org"),), "address": "ana@example.org", "email": "ana@example.org"},
}


def connect(pro: Pro, channel: str, **more: Any) -> ChannelConnection:
    return ChannelConnection.objects.connect(pro, channel, SETTINGS[channel] | more)


def arrive(
    connection: ChannelConnection, text: str = "Is it free?", who: str = "Inès", **fields: Any
) -> ContactMessage:
    """Receive a message as the worker does. `who` is the sender's name and identity: another name is somebody else."""
    address = str(crc32(who.encode()))
    if is_mail := connection.channel == "email":
        address += "@example.org"
    usual = {
        "external_id": f"id.{next(NUMBERS)}",
        "identities": ((connection.channel, address),),
        "address": address,
        "name": who,
        "text": text,
        "email": address if is_mail else "",
    }
    message = receive_message(connection, InboundMessage(**{**usual, **fields}))
    assert message is not None
    if "sent_at" in fields:
        # As if it had arrived when it was written.
        recount_threads([message.contact])
    return message


def state(message: ContactMessage) -> tuple[str, str, str]:
    """(state, error, external_id) as stored."""
    return ContactMessage.objects.values_list("state", "error", "external_id").get(pk=message.pk)


def send_jobs() -> list[str]:
    """Statuses of the jobs that send messages, oldest first."""
    jobs = DBTaskResult.objects.filter(task_path=send_message.module_path)
    return list(jobs.order_by("enqueued_at").values_list("status", flat=True))


@pytest.fixture
def whatsapp(pro: Pro) -> ChannelConnection:
    return connect(pro, "whatsapp")


@pytest.fixture
def telegram(pro: Pro) -> ChannelConnection:
    return connect(pro, "telegram")


@pytest.fixture
def letterbox(pro: Pro) -> ChannelConnection:
    """The owner's e-mail connection."""
    return connect(pro, "email")


@pytest.fixture
def connect_channel(pro: Pro) -> Callable[..., ChannelConnection]:
    """Connects one of the owner's channels, with other settings where they are given."""
    return lambda channel, **more: connect(pro, channel, **more)


@pytest.fixture
def received(pro: Pro) -> Callable[..., ContactMessage]:
    """Connects a channel and receives a message of Ana's by it."""

    def receive(channel: str, external_id: str = "in.1", **fields: Any) -> ContactMessage:
        usual = {"external_id": external_id, "name": "Ana", "text": "Is it free?", **ANA[channel]}
        message = receive_message(connect(pro, channel), InboundMessage(**{**usual, **fields}))
        assert message is not None
        return message

    return receive


@pytest.fixture
def peer(settings: Any) -> Iterator[Peer]:
    """WhatsApp and Telegram, at the addresses that this installation calls."""
    settings.CHANNEL_TIMEOUT = 5
    peer = Peer(settings)
    yield peer
    peer.recover()
    peer.stop()


@pytest.fixture
def mail_server(settings: Any) -> Iterator[mail_servers.MailServer]:
    mail_server = mail_servers.MailServer()
    controller = mail_servers.start(mail_server, settings)
    yield mail_server
    controller.stop()


@pytest.fixture
def retry_failed_jobs() -> Callable[[], None]:
    """Requeues failed jobs as the worker does, without the wait."""

    def retry() -> None:
        requeue_jobs(current_worker_id())
        DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())

    return retry
