"""Mails of every kind that a real mail server refuses for good, for a while, or leaves in doubt."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.accounts import identity_review
from config.accounts.mails import send_password_reset, tell_of_new_business_address, tell_of_new_password
from config.accounts.models import IdentityDocument
from config.web.logs import mask
from contact_requests.models import ContactRequest
from contact_requests.receiving import receive
from contacts.conversations.mails import notify_message
from contacts.models import ContactMessage
from inquiries.mails import mail_acknowledgment, mail_notification
from inquiries.offers.lifecycle import answer_offer

from ..contacts import messaging
from ..factories import ContactFactory, PropertyFactory
from ..pages import Page

mail_server, retry_failed_jobs = messaging.mail_server, messaging.retry_failed_jobs
RETURNED = "The acknowledgment was returned: the e-mail address may be wrong."
REFUSAL = "550 5.1.1 Nobody of this name here"


@pytest.fixture
def refusing(mail_server):
    """The mail server, which knows nobody."""
    mail_server.unknown |= {"jan@example.org", "ana@example.org", "port@example.com", "owner@example.com"}
    return mail_server


@pytest.fixture
def asked(pro):
    house = PropertyFactory(pro=pro)
    return receive(house, name="Ana", email="ana@example.org", phone="", message="Is it free?", language="en")


def jobs():
    return sorted(DBTaskResult.objects.values_list("status", flat=True))


def refusals(caplog):
    return [mask(record.getMessage()) for record in caplog.records if record.name == "vestibule.mail"]


def enqueue_mails_of_accounts(pro, user, staff):
    """One of each mail that nobody looks up afterwards; returns the names of their templates."""
    send_password_reset.enqueue(user.email)
    tell_of_new_password(user)
    tell_of_new_business_address(pro, former="ana@example.org", by=staff)
    document = IdentityDocument.objects.submit(pro, SimpleUploadedFile("a.pdf", b"%PDF-1.7\n%%EOF\n"), by=user)
    identity_review.approve(document, by=staff)
    message = ContactMessage.objects.create(
        pro=pro, contact=ContactFactory(pro=pro), channel="email", state="received", text="Hello"
    )
    notify_message.enqueue(str(message.pk))
    return ["account_notice", "business_notice", "identity_review", "message_notification", "password_reset"]


def test_mails_about_accounts_and_messages_are_tried_once(refusing, pro, user, staff, work_tasks, caplog):
    refusing.unknown.add(user.email)
    names = enqueue_mails_of_accounts(pro, user, staff)
    work_tasks()
    assert jobs() == ["SUCCESSFUL"] * len(names)
    # The first refusal, of a mail about an account, keeps the notification back: it is not even tried.
    tried = [name for name in names if name != "message_notification"]
    assert sorted(refusals(caplog)) == [f"the mail {name} is refused for good: {REFUSAL}" for name in tried]
    assert ContactMessage.objects.get().notified_at is None


def test_the_request_shows_that_its_acknowledgment_was_refused(refusing, browser, asked, work_tasks, caplog):
    work_tasks()
    row = ContactRequest.objects.get()
    assert (row.acknowledged_at, row.notified_at, jobs()) == (None, None, ["SUCCESSFUL"] * 2)
    assert Page(browser.get(f"/inbox/{row.contact_id}")).texts(f"#request-{row.pk} .wrong") == [RETURNED]
    names = {line.split()[2] for line in refusals(caplog)}
    assert names == {"acknowledgment", "notification"}


def test_the_inquiry_shows_that_its_acknowledgment_was_refused(refusing, browser, customer, work_tasks):
    customer.profile_at = timezone.now()
    customer.save()
    mail_acknowledgment.enqueue(customer.pk)
    mail_notification.enqueue(customer.pk)
    work_tasks()
    customer.refresh_from_db()
    assert (customer.acknowledged_at, customer.notified_at, jobs()) == (None, None, ["SUCCESSFUL"] * 2)
    assert RETURNED in Page(browser.get(f"/inquiries/{customer.pk}")).texts("#customer .wrong")


def test_a_refused_offer_has_failed_at_once_and_can_be_sent_again(refusing, browser, sent, work_tasks):
    work_tasks()
    sent.refresh_from_db()
    assert (sent.mail_error, sent.mail_failed_at is not None, sent.mailed_at, jobs()) == (
        REFUSAL,
        True,
        None,
        ["SUCCESSFUL"],
    )
    page = Page(browser.get(f"/inquiries/{sent.inquiry_id}/offers/{sent.pk}")).one("main")
    assert page.one(".offer-about .wrong").text == f"could not be sent: {REFUSAL}"
    assert page.form().action == f"/inquiries/{sent.inquiry_id}/offers/{sent.pk}/again"


def test_the_pro_that_cannot_be_told_an_answer_is_tried_once(mail_server, sent, work_tasks, caplog):
    mail_server.unknown.add("port@example.com")
    answer_offer(sent, "accepted")
    work_tasks()
    sent.refresh_from_db()
    assert (sent.answer_mailed_at, set(jobs())) == (None, {"SUCCESSFUL"})
    assert refusals(caplog) == [f"the mail offer_answer is refused for good: {REFUSAL}"]


@pytest.mark.parametrize(
    ("answer", "states"),
    [
        ("550 5.1.1 <ana@example.org> unknown", ["SUCCESSFUL"] * 2),
        ("554 5.7.1 Your network is on a list", ["FAILED"] * 2),
        ("452 4.2.2 Full", ["FAILED"] * 2),
    ],
)
def test_only_a_missing_mailbox_is_final_after_the_text(mail_server, asked, work_tasks, caplog, answer, states):
    mail_server.answer = answer
    work_tasks()
    assert (mail_server.messages, jobs()) == ([], states)
    lines = {line.rpartition(": ")[2] for line in refusals(caplog)}
    assert lines == ({"550 5.1.1 <…@example.org> unknown"} if states[0] == "SUCCESSFUL" else set())


def test_a_mail_in_doubt_is_sent_again_under_its_id(mail_server, sent, work_tasks, retry_failed_jobs, caplog):
    mail_server.breaks = True
    work_tasks()
    assert (len(mail_server.messages), jobs()) == (1, ["FAILED"])
    mail_server.breaks = False
    retry_failed_jobs()
    work_tasks()
    sent.refresh_from_db()
    assert (sent.mailed_at is not None, sent.mail_error, jobs()) == (True, "", ["SUCCESSFUL"])
    # A mailbox can tell that they are one.
    assert len({mail["Message-ID"] for mail in mail_server.messages}) == 1 < len(mail_server.messages)
    assert refusals(caplog) == []
