"""An inquiry that an offer has answered waits again when the offer's e-mail reached nobody."""

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.jobs.worker import MAX_ATTEMPTS, current_worker_id, requeue_jobs
from config.web.mail import make_signed_message_id
from contacts.models import WaitingItem
from inquiries.offers.lifecycle import resend_offer, send_offer
from inquiries.pipeline.moves import close_inquiry
from inquiries.returned_mail import mark_returned
from inquiries.waiting import add_inquiry


@pytest.fixture
def sent(draft, user):
    add_inquiry(draft.inquiry)
    send_offer(draft, by=user)
    assert outcome(draft) == ("answered", user.pk)
    return draft


def outcome(offer):
    rows = WaitingItem.objects.filter(kind="inquiry", key=str(offer.inquiry_id))
    return rows.values_list("outcome", "ended_by").get()


@pytest.fixture
def give_up(work_tasks, monkeypatch):
    """Lets every attempt to send fail."""

    def refuse(*args, **kwargs):
        raise OSError("451 Try later")

    def give_up():
        with monkeypatch.context() as broken:
            broken.setattr("config.web.mail.send", refuse)
            for _attempt in range(MAX_ATTEMPTS):
                work_tasks()
                requeue_jobs(current_worker_id())
                DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())

    return give_up


def test_it_waits_again_after_the_last_attempt_until_it_is_sent_anew(sent, user, give_up, work_tasks, mailoutbox):
    give_up()
    assert outcome(sent) == ("", None)
    sent.refresh_from_db()
    assert resend_offer(sent, by=user)
    work_tasks()
    assert (outcome(sent), len(mailoutbox)) == (("answered", user.pk), 1)


def test_it_waits_again_when_the_mail_comes_back(sent, pro, work_tasks):
    work_tasks()
    mark_returned(pro, make_signed_message_id(f"offer.{sent.pk}"), "It was returned.")
    assert outcome(sent) == ("", None)


def test_a_closed_inquiry_does_not_wait_again(sent, user, give_up):
    close_inquiry(sent.inquiry, by=user)
    give_up()
    assert outcome(sent) == ("answered", user.pk)
