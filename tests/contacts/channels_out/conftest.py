"""Connected channels, people who wrote by them, and the other ends, on real ports."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.accounts.models import Pro
from config.jobs.worker import current_worker_id, requeue_jobs
from contacts.channels.message import InboundMessage
from contacts.conversations.receiving import receive_message
from contacts.models import ChannelConnection, ContactMessage

from . import post as posts
from .peer import BOT_TOKEN, PHONE_ID, WHATSAPP_TOKEN, Peer

SECRET = "the-secret-of-the-channel"
SETTINGS = {
    "whatsapp": {"address": PHONE_ID, "secret": SECRET, "token": WHATSAPP_TOKEN},
    "telegram": {"secret": SECRET, "token": BOT_TOKEN},
    "email": {"provider": "mime", "address": "port@in.example.com", "secret": SECRET},
}
# Who writes by each, as the provider knows them.
WRITERS: dict[str, dict[str, Any]] = {
    "whatsapp": {"identities": (("whatsapp", "31612345678"),), "address": "31612345678", "phone": "+31612345678"},
    "telegram": {"identities": (("telegram", "42"),), "address": "42"},
    "email": {"identities": (("email", "ana@example.org"),), "address": "ana@example.org", "email": "ana@example.org"},
}


@pytest.fixture
def peer(settings: Any) -> Iterator[Peer]:
    settings.CHANNEL_TIMEOUT = 5
    peer = Peer(settings)
    yield peer
    peer.recover()
    peer.stop()


@pytest.fixture
def post(settings: Any) -> Iterator[posts.Post]:
    post = posts.Post()
    controller = posts.start(post, settings)
    yield post
    controller.stop()


@pytest.fixture
def connect(pro: Pro) -> Callable[..., ChannelConnection]:
    """Connects a channel of the owner's, with other settings where they are given."""
    return lambda channel, **more: ChannelConnection.objects.connect(pro, channel, SETTINGS[channel] | more)


@pytest.fixture
def received(connect: Callable[..., ChannelConnection]) -> Callable[..., ContactMessage]:
    """Connects a channel, if it is not yet, and has Ana write by it."""

    def one(channel: str, external_id: str = "in.1", **fields: Any) -> ContactMessage:
        message = InboundMessage(
            external_id=external_id, **{"name": "Ana", "text": "Is it free?", **WRITERS[channel], **fields}
        )
        found = receive_message(connect(channel), message)
        assert found is not None
        return found

    return one


@pytest.fixture
def try_again() -> Callable[[], None]:
    """What the worker does by itself with what failed, without the wait."""

    def run() -> None:
        requeue_jobs(current_worker_id())
        DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())

    return run


def state(message: ContactMessage) -> tuple[str, str, str]:
    """(state, error, external_id) as they stand now."""
    return ContactMessage.objects.values_list("state", "error", "external_id").get(pk=message.pk)


def jobs() -> list[str]:
    """How the jobs that send messages stand."""
    found = DBTaskResult.objects.filter(task_path="contacts.conversations.sending.send_message")
    return list(found.order_by("enqueued_at").values_list("status", flat=True))
