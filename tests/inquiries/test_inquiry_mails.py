"""The mails about a new inquiry, sent by the worker."""

import pytest
from django_tasks_db.models import DBTaskResult

from config.web.mail import make_signed_message_id
from inquiries.customers.profiles import complete_profile
from inquiries.mails import mail_acknowledgment, mail_notification
from inquiries.models import DirectoryUser, Inquiry

from .submitting import submit

WORDS = {"subject": "Verbouwing keuken", "message": "Graag een offerte.\n<b>Snel</b>"}


@pytest.fixture
def jan(db):
    return DirectoryUser.objects.create(
        userhub_id=456, first_name="Jan", last_name="de Vries", email="jan@example.org", phone="+31687654321"
    )


@pytest.fixture
def question(shipped):
    return shipped["question"]


def sent(mailoutbox, address):
    (mail,) = [mail for mail in mailoutbox if mail.to == [address]]
    return mail


def html(mail):
    return mail.alternatives[0].content


def test_the_customer_is_told_that_it_arrived(pro, question, jan, work_tasks, mailoutbox):
    inquiry = submit(pro, **WORDS)
    work_tasks()
    mail = sent(mailoutbox, "jan@example.org")
    assert mail.subject == f"Your inquiry “Verbouwing keuken” has arrived (reference {inquiry.reference})"
    assert (mail.reply_to, mail.extra_headers) == (
        ["port@example.com"],
        {
            "Auto-Submitted": "auto-replied",
            "X-Auto-Response-Suppress": "All",
            "Message-ID": make_signed_message_id(f"inquiry.{inquiry.pk}"),
        },
    )
    assert mail.body == (
        "Hello Jan de Vries,\n\n"
        "Agence du Port has received your inquiry “Verbouwing keuken” and will answer you.\n\n"
        f"Your reference: {inquiry.reference}\n\n"
        "To add something, answer this e-mail.\n\n"
        "Agence du Port\n"
    )
    assert f"<strong>{inquiry.reference}</strong>" in html(mail)
    inquiry.refresh_from_db()
    assert inquiry.acknowledged_at is not None
    # It is no answer.
    assert inquiry.responded_at is None


def test_the_pro_is_told_who_asks(pro, question, jan, work_tasks, mailoutbox):
    inquiry = submit(pro, **WORDS)
    work_tasks()
    mail = sent(mailoutbox, "port@example.com")
    assert mail.subject == "New inquiry from Jan de Vries: Verbouwing keuken"
    assert (mail.reply_to, mail.extra_headers["Auto-Submitted"]) == (["jan@example.org"], "auto-generated")
    assert mail.body == (
        f"Verbouwing keuken (Question, {inquiry.pk})\n"
        "Jan de Vries\njan@example.org\n+31687654321\n\n"
        "Graag een offerte.\n<b>Snel</b>\n\n"
        f"Open the inquiry: http://testserver/inquiries/{inquiry.pk}\n"
    )
    assert "&lt;b&gt;Snel&lt;/b&gt;" in html(mail)
    inquiry.refresh_from_db()
    assert inquiry.notified_at is not None


def test_the_pro_is_told_though_nobody_knows_who_asks_yet(pro, question, settings, work_tasks, mailoutbox):
    settings.USERHUB_URL, settings.USERHUB_TOKEN = "http://127.0.0.1:1", "x"
    inquiry = submit(pro, **WORDS)
    work_tasks()
    (mail,) = mailoutbox
    assert (mail.to, mail.subject, mail.reply_to) == (["port@example.com"], "New inquiry: Verbouwing keuken", [])
    assert mail.body == (
        f"Verbouwing keuken (Question, {inquiry.pk})\n\n"
        "Graag een offerte.\n<b>Snel</b>\n\n"
        f"Open the inquiry: http://testserver/inquiries/{inquiry.pk}\n"
    )


@pytest.mark.parametrize(
    ("language", "pros", "subject"),
    [
        ("nl", "en", "Uw aanvraag “Verbouwing keuken” is aangekomen (referentie {})"),
        ("fr", "en", "Votre dossier « Verbouwing keuken » est bien arrivé (référence {})"),
        ("en", "nl", "Your inquiry “Verbouwing keuken” has arrived (reference {})"),
        ("", "nl", "Uw aanvraag “Verbouwing keuken” is aangekomen (referentie {})"),
        # Not spoken here: the Pro's language serves.
        ("de", "fr", "Votre dossier « Verbouwing keuken » est bien arrivé (référence {})"),
    ],
)
def test_each_reads_their_own_language(pro, question, jan, work_tasks, mailoutbox, language, pros, subject):
    pro.language = pros
    pro.save()
    DirectoryUser.objects.update(language=language)
    inquiry = submit(pro, **WORDS)
    work_tasks()
    assert sent(mailoutbox, "jan@example.org").subject.replace("\xa0", " ") == subject.format(inquiry.pk)
    to_pro = {
        "en": "New inquiry from Jan de Vries: Verbouwing keuken",
        "nl": "Nieuwe aanvraag van Jan de Vries: Verbouwing keuken",
        "fr": "Nouveau dossier de Jan de Vries : Verbouwing keuken",
    }
    assert sent(mailoutbox, "port@example.com").subject.replace("\xa0", " ") == to_pro[pros]


def test_line_breaks_forge_no_header(pro, question, jan, work_tasks, mailoutbox):
    DirectoryUser.objects.update(first_name="Jan\r\nBcc: all@example.org")
    submit(pro, subject="Hi\r\nBcc: all@example.org", message="x")
    work_tasks()
    assert sorted(mail.recipients() for mail in mailoutbox) == [["jan@example.org"], ["port@example.com"]]
    assert sent(mailoutbox, "port@example.com").subject == (
        "New inquiry from Jan Bcc: all@example.org de Vries: Hi Bcc: all@example.org"
    )


def test_a_job_that_runs_twice_sends_one_mail(pro, question, jan, work_tasks, mailoutbox):
    submit(pro, **WORDS)
    for _ in range(2):
        DBTaskResult.objects.update(status="READY")
        work_tasks()
    assert sorted(mail.to for mail in mailoutbox) == [["jan@example.org"], ["port@example.com"]]


def test_a_mail_server_that_is_down_is_tried_again(pro, question, jan, work_tasks, mailoutbox, settings):
    works = settings.MAILERS
    settings.MAILERS = {
        "default": {
            "BACKEND": "config.kept_smtp.KeptSmtpBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 1, "timeout": 2},
        }
    }
    submit(pro, **WORDS)
    work_tasks()
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"FAILED"}
    assert list(Inquiry.objects.values_list("acknowledged_at", "notified_at")) == [(None, None)]
    settings.MAILERS = works
    DBTaskResult.objects.update(status="READY")
    work_tasks()
    assert len(mailoutbox) == 2


def test_the_mail_of_an_inquiry_that_is_gone_is_not_sent(pro, question, jan, work_tasks, mailoutbox):
    for job in (mail_acknowledgment, complete_profile, mail_notification):
        job.enqueue(10**6)
    work_tasks()
    assert (mailoutbox, set(DBTaskResult.objects.values_list("status", flat=True))) == ([], {"SUCCESSFUL"})
