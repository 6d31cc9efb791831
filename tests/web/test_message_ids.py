"""Message-IDs of the mails that the installation sends, as they arrive at a real mail server."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from config.accounts.mails import send_password_reset
from config.web.mail import Mail
from contact_requests.receiving import receive

from ..contacts.channels.mail_server import MailServer, start
from ..factories import PropertyFactory

pytestmark = pytest.mark.django_db
ANY_ID = r"<mail\.[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}@desk\.example>"


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    settings.SITE_URL = "https://desk.example"
    server = MailServer()
    controller = start(server, settings)
    yield server
    controller.stop()


def test_every_mail_has_an_id_of_our_domain(server, pro, user, work_tasks):
    house = PropertyFactory(pro=pro, slug="house", title="The House")
    request = receive(house, name="Ana", email="ana@example.org", phone="", message="Free?", language="en")
    send_password_reset.enqueue(user.email)
    work_tasks()
    call_command("setup", "--no-input", "--mail-to", "staff@example.com", verbosity=0)
    ids = {str(mail["Subject"]): str(mail["Message-ID"]) for mail in server.messages}
    acknowledgment = ids.pop("Your message about The House has arrived")
    assert acknowledgment == f"<acknowledgment.{request.pk}@desk.example>"
    others = ["Ana asks about The House", "Vestibule can send mail", "Your new Vestibule password"]
    assert sorted(ids) == others
    assert [id for id in ids.values() if not re.fullmatch(ANY_ID, id)] == []
    assert len(set(ids.values())) == 3


def test_a_mail_that_is_sent_once_more_keeps_its_id(server):
    mail = Mail("Once", "Twice", "desk@desk.example", ["ana@example.org"])
    mail.send()
    mail.send()
    first, second = (str(arrived["Message-ID"]) for arrived in server.messages)
    assert first == second and re.fullmatch(ANY_ID, first)
    assert [str(arrived["Message-ID"]) for arrived in server.messages if len(arrived.get_all("Message-ID")) != 1] == []
