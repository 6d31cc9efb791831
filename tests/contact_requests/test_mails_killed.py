"""The worker is killed while it mails: no mail is lost, and only the one on its way may go out twice."""

from collections import Counter

import pytest

from config.jobs.lanes import AT_ONCE
from contact_requests.mails import acknowledge
from contact_requests.models import ContactRequest
from tests.contacts.channels import mail_server
from tests.jobs import test_worker

from ..factories import RequestFactory

start_worker = test_worker.start_worker
MAILS = 60


@pytest.fixture
def server(settings):
    sink = mail_server.MailServer()
    controller = mail_server.start(sink, settings)
    sink.port = controller.port
    yield sink
    controller.stop()


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_killed_workers_send_every_mail(pro, server, start_worker):
    requests = [RequestFactory(property__pro=pro, email=f"visitor{n}@example.org") for n in range(MAILS)]
    for request in requests:
        acknowledge.enqueue(str(request.pk))
    kills = (5, 25, 40)
    for number in kills:
        worker = start_worker(EMAIL_URL=f"smtp://127.0.0.1:{server.port}")
        test_worker.wait_until(lambda number=number: len(server.envelopes) >= number)
        worker.kill()
        worker.wait()
    start_worker(EMAIL_URL=f"smtp://127.0.0.1:{server.port}")
    test_worker.wait_until(lambda: not ContactRequest.objects.filter(acknowledged_at=None).exists())
    sent = Counter(recipient for _sender, recipients in server.envelopes for recipient in recipients)
    assert set(sent) == {request.email for request in requests}
    assert sent.total() <= MAILS + len(kills) * AT_ONCE
