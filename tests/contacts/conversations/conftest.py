from collections.abc import Iterator
from typing import Any

import pytest

from contacts.models import ContactMessage

from ..channels.mail_server import MailServer, start
from ..channels.payloads import deliver
from ..channels.reply_calls import receive_replies


@pytest.fixture
def receive_call(nobody, work_tasks):
    """Delivers a call and has it read; returns the message that was written last."""

    def run(connection, body=None, content_type=""):
        assert deliver(nobody, connection, body, content_type).status_code == 200
        work_tasks()
        return ContactMessage.objects.order_by("-created_at").first()

    return run


@pytest.fixture
def user(user):
    """The owner, whose answers leave at once."""
    user.undo_seconds = 0
    user.save()
    return user


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    """A real SMTP server that mails leave by; mails that come back are received."""
    receive_replies(settings, "postmark")
    server = MailServer()
    controller = start(server, settings)
    yield server
    controller.stop()
