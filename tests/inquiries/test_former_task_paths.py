"""Jobs that were queued before their task moved run under the former path, for one release."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from inquiries.customers.profiles import FORGOTTEN, fail_forgotten_profiles
from inquiries.models import Inquiry, Offer
from inquiries.offers.lifecycle import answer_offer, send_offer

from .hub import JAN, PERSON, hub
from .submitting import submit

__all__ = ["hub"]
FORMER = {
    "inquiries.customers.profiles.complete_profile": "inquiries.tasks.complete_profile",
    "inquiries.mails.mail_acknowledgment": "inquiries.tasks.acknowledge",
    "inquiries.mails.mail_notification": "inquiries.tasks.notify",
    "inquiries.offers.mails.mail_offer": "inquiries.offer_mails.send_offer",
    "inquiries.offers.mails.mail_offer_answer": "inquiries.offer_mails.tell_answer",
}


def use_former_paths():
    """Give the waiting jobs their former paths, which are returned sorted."""
    jobs = DBTaskResult.objects.filter(status="READY")
    for job in jobs:
        jobs.filter(pk=job.pk).update(task_path=FORMER[job.task_path])
    return sorted(jobs.values_list("task_path", flat=True))


def statuses():
    return set(DBTaskResult.objects.values_list("status", flat=True))


@pytest.fixture
def waiting(pro, shipped, hub):
    """An inquiry that waits for its profile."""
    hub.say({}, 503)
    inquiry = submit(pro)
    hub.say(JAN)
    return inquiry


def test_the_jobs_of_a_submitted_inquiry(waiting, work_tasks, mailoutbox):
    assert use_former_paths() == ["inquiries.tasks.complete_profile", "inquiries.tasks.notify"]
    work_tasks()
    assert (Inquiry.objects.get().person, statuses()) == (PERSON, {"SUCCESSFUL"})
    assert sorted(mail.to[0] for mail in mailoutbox) == ["jan.devries@example.com", "port@example.com"]


def test_the_acknowledgment(pro, shipped, hub, work_tasks, mailoutbox):
    submit(pro, by=pro.users.create(email="by@example.com"))
    assert use_former_paths() == ["inquiries.tasks.acknowledge"]
    work_tasks()
    assert (statuses(), [mail.to for mail in mailoutbox]) == ({"SUCCESSFUL"}, [["jan.devries@example.com"]])


def test_the_mails_of_an_offer(draft, work_tasks, mailoutbox):
    send_offer(draft)
    assert use_former_paths() == ["inquiries.offer_mails.send_offer"]
    work_tasks()
    answer_offer(draft, Offer.Status.ACCEPTED)
    assert use_former_paths() == ["inquiries.offer_mails.tell_answer"]
    work_tasks()
    assert (statuses(), len(mailoutbox)) == ({"SUCCESSFUL"}, 2)


def test_an_inquiry_with_a_job_of_a_former_path_keeps_waiting(waiting):
    Inquiry.objects.update(created_at=timezone.now() - FORGOTTEN - timedelta(hours=1))
    use_former_paths()
    fail_forgotten_profiles()
    assert Inquiry.objects.get().profile_problem == ""
    DBTaskResult.objects.all().delete()
    fail_forgotten_profiles()
    assert Inquiry.objects.get().profile_problem == "UserHub is not asked for the profile any more."
