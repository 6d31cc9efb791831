"""A mail server and a provider that accept connections and never answer: other jobs are done meanwhile."""

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contacts.conversations.writing import write_message
from contacts.models import ContactMessage

from ..factories import ContactFactory
from ..jobs import test_worker
from ..jobs.jobs import note, wait_until
from .relay import SilentPeer

start_worker = test_worker.start_worker
pytestmark = pytest.mark.django_db(transaction=True)
HANGING = 20


@pytest.mark.thorough
def test_other_jobs_do_not_wait_for_a_mail_server_that_hangs(pro, user, start_worker, tmp_path, record_property):
    peer = SilentPeer()
    for _ in range(HANGING):
        write_message(ContactFactory(pro=pro, email="ana@example.org"), "Hello", channel="email", by=user)
    start_worker(EMAIL_URL=f"smtp://127.0.0.1:{peer.port}")
    wait_until(lambda: len(peer.lines) >= 2)
    began = timezone.now()
    for number in range(HANGING):
        note.enqueue(str(tmp_path / "lines"), f"{number}")
    rows = DBTaskResult.objects.filter(task_path=note.module_path)
    wait_until(lambda: rows.successful().count() == HANGING)
    seconds = (rows.latest("finished_at").finished_at - began).total_seconds()
    record_property("measured", f"{HANGING} other jobs in {seconds:.1f} s; two connections to the mail server")
    # Two jobs wait for it; those behind them have not been begun, and no attempt is spent.
    assert len(peer.lines) == 2
    mails = DBTaskResult.objects.filter(queue_name="mail")
    assert sorted(len(job.worker_ids) for job in mails) == [0] * (HANGING - 2) + [1, 1]
    assert set(ContactMessage.objects.values_list("error", flat=True)) == {""}
    peer.close()
