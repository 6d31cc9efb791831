"""Background jobs in the staff admin: failed ones are started again."""

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.jobs.worker import MAX_ATTEMPTS, current_worker_id, requeue_jobs
from inquiries.mails import mail_acknowledgment

from ..admin_site import page, staff_client
from ..factories import InquiryFactory

pytestmark = pytest.mark.django_db
LIST = page(DBTaskResult, "changelist")


@pytest.fixture
def failed(pro, work_tasks, monkeypatch):
    """A mail to a customer that no mail server took, as often as it was tried."""
    inquiry = InquiryFactory(pro=pro, person={"email": "jan@example.org"}, profile_at=timezone.now())
    with monkeypatch.context() as broken:
        broken.setattr("config.web.mail.send", None)
        mail_acknowledgment.enqueue(inquiry.pk)
        for _ in range(MAX_ATTEMPTS):
            DBTaskResult.objects.update(run_after=timezone.now())
            work_tasks()
            back = requeue_jobs(current_worker_id())
    job = DBTaskResult.objects.get()
    assert (back, job.status, len(job.worker_ids)) == (0, "FAILED", MAX_ATTEMPTS)
    return job


def start(client, *jobs):
    data = {"action": "start_again", "_selected_action": [job.pk for job in jobs]}
    response = client.post(LIST, data, follow=True)
    return [str(message) for message in response.context.get("messages", [])]


def test_a_mail_that_finally_failed_is_sent(failed, work_tasks, mailoutbox):
    staff = staff_client("view_dbtaskresult", "change_dbtaskresult")
    before = timezone.now()
    assert start(staff, failed) == ["1 job is started again."]
    failed.refresh_from_db()
    assert (failed.status, failed.worker_ids) == ("READY", [])
    assert before <= failed.run_after <= timezone.now()
    assert LogEntry.objects.get().object_id == str(failed.pk)

    work_tasks()
    failed.refresh_from_db()
    assert (failed.status, len(failed.worker_ids), [mail.to for mail in mailoutbox]) == (
        "SUCCESSFUL",
        1,
        [["jan@example.org"]],
    )
    assert start(staff, failed) == ["None of these jobs has failed."]
    failed.refresh_from_db()
    assert failed.status == "SUCCESSFUL"


def test_a_job_is_started_again_from_its_page(failed, staff_browser):
    response = staff_browser.get(page(failed, "change"))
    assert "Start again" in response.content.decode() and 'name="_save"' not in response.content.decode()
    data = {"CHANGE_FORM-action": "start_again", "_selected_action": failed.pk}
    assert staff_browser.post(page(failed, "change"), data).status_code == 302
    failed.refresh_from_db()
    assert failed.status == "READY"


def test_staff_who_may_only_view_do_not_start_it(failed):
    looking = staff_client("view_dbtaskresult")
    assert "start_again" not in looking.get(LIST).content.decode()
    start(looking, failed)
    failed.refresh_from_db()
    assert failed.status == "FAILED"


def test_bound_staff_do_not_see_jobs(failed, pro):
    bound = staff_client("all", pro=pro)
    assert (bound.get(LIST).status_code, bound.get(page(failed, "change")).status_code) == (403, 403)
    data = {"action": "start_again", "CHANGE_FORM-action": "start_again", "_selected_action": failed.pk}
    assert (bound.post(LIST, data).status_code, bound.post(page(failed, "change"), data).status_code) == (403, 403)
    failed.refresh_from_db()
    assert failed.status == "FAILED"


def test_nobody_edits_or_deletes_a_job(failed, staff_browser):
    assert staff_browser.post(page(failed, "change"), {"status": "READY"}).status_code == 403
    assert staff_browser.post(page(failed, "delete"), {"post": "yes"}).status_code == 403
    failed.refresh_from_db()
    assert failed.status == "FAILED"
