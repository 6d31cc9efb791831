"""The mails of an offer: to the customer, and the answer to the Pro."""

from datetime import date

import pytest
from django.core import mail
from django.utils import timezone
from django.utils.formats import date_format
from django_tasks_db.models import DBTaskResult

from config.jobs.worker import MAX_ATTEMPTS, current_worker_id, requeue_jobs
from inquiries.models import Inquiry, Offer
from inquiries.offers.lifecycle import answer_offer, resend_offer, send_offer
from inquiries.offers.mails import mail_offer, mail_offer_answer, preview_mail

from ..pages import Page


@pytest.fixture
def outbox(work_tasks):
    """Works the tasks and returns the mails."""

    def work():
        work_tasks()
        return mail.outbox

    return work


def test_the_customer_gets_the_offer(outbox, sent, pro):
    pro.phone = "+33491555012"
    pro.save()
    (message,) = outbox()
    assert (message.to, message.reply_to, message.subject, message.attachments) == (
        ["jan@example.org"],
        ["port@example.com"],
        "Offer from Agence du Port: Kitchen",
        [],
    )
    url = f"http://testserver/offers/{sent.key}"
    assert message.body == (
        "Hello Jan de Vries,\n\n"
        "Agence du Port sends you an offer about “New kitchen”.\n\n"
        f"Kitchen\n€1,850.50\nValid until {date_format(sent.valid_until, 'j F Y')}\n\n"
        "Oak.\nFitted.\n\n"
        f"See the offer and answer it: {url}\n\n"
        "Do you have a question? Reply to this mail.\n\n"
        "Agence du Port\n+33491555012\n"
    )
    assert f'href="{url}"' in message.alternatives[0].content
    sent.refresh_from_db()
    assert sent.mailed_at >= sent.sent_at


def test_the_preview_was_that_mail(outbox, draft):
    before = preview_mail(draft)
    send_offer(draft)
    (message,) = outbox()
    assert (message.subject, message.body) == before


def test_a_name_from_outside_adds_no_header(outbox, draft, pro):
    pro.name = "Agence\r\nBcc: all@example.net"
    pro.save()
    send_offer(draft)
    (message,) = outbox()
    assert (message.subject, message.recipients()) == (
        "Offer from Agence Bcc: all@example.net: Kitchen",
        ["jan@example.org"],
    )


def test_markup_stays_text(outbox, draft):
    draft.edit_draft(title="<b>A</b>", text="<i>")
    send_offer(draft)
    (message,) = outbox()
    assert "<b>A</b>" in message.body
    assert "&lt;b&gt;A&lt;/b&gt;" in message.alternatives[0].content and "<i>" not in message.alternatives[0].content


@pytest.mark.parametrize(("language", "amount"), [("fr", "1\u00a0850,50\u00a0€"), ("nl", "€\u00a01.850,50")])
def test_the_customer_reads_their_own_language(outbox, draft, language, amount):
    Inquiry.objects.update(person={**draft.inquiry.person, "language": language})
    send_offer(draft)
    (message,) = outbox()
    assert amount in message.body
    assert f'lang="{language}"' in message.alternatives[0].content


@pytest.mark.parametrize("word", ["accepted", "declined"])
def test_the_pro_is_told_the_answer(outbox, sent, pro, word):
    pro.language = "en"
    pro.save()
    outbox()
    answer_offer(sent, word)
    message = outbox()[1]
    assert (message.to, message.reply_to, message.subject) == (
        ["port@example.com"],
        ["jan@example.org"],
        f"{word.capitalize()}: Kitchen",
    )
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    assert message.body == (
        f"Jan de Vries has {word} your offer.\n\nKitchen\n€1,850.50\n\n"
        "The inquiry is now on “Submitted”.\n\n"
        f"Open the offer: http://testserver/inquiries/{sent.inquiry_id}/offers/{sent.pk}\n"
    )
    assert Offer.objects.get().answer_mailed_at is not None


def test_each_is_sent_once(outbox, sent):
    answer_offer(sent, Offer.Status.ACCEPTED)
    outbox()
    mail_offer.enqueue(sent.pk)
    mail_offer_answer.enqueue(sent.pk)
    assert len(outbox()) == 2


@pytest.mark.parametrize("job", [mail_offer, mail_offer_answer])
def test_jobs_of_drafts_and_mailed_offers_do_nothing(outbox, draft, job):
    job.enqueue(draft.pk)
    job.enqueue(draft.pk + 1)
    assert outbox() == []
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}


def test_a_failure_is_shown_and_tried_again(browser, outbox, sent, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError("451 Try later")

    with monkeypatch.context() as broken:
        broken.setattr("config.web.mail.send", refuse)
        outbox()
    page = Page(browser.get(f"/inquiries/{sent.inquiry_id}/offers/{sent.pk}"))
    assert page.one(".offer-about .wrong").text == "not sent yet, trying again: 451 Try later"
    DBTaskResult.objects.update(status="READY")
    (message,) = outbox()
    assert message.to == ["jan@example.org"]
    sent.refresh_from_db()
    assert (sent.mail_error, sent.mailed_at is not None) == ("", True)


# --- What could not be mailed


@pytest.fixture
def given_up(outbox, sent, monkeypatch):
    """An offer whose last attempt to be mailed failed."""

    def refuse(*args, **kwargs):
        raise OSError("550 <No> such mailbox")

    with monkeypatch.context() as broken:
        broken.setattr("config.web.mail.send", refuse)
        for attempt in range(MAX_ATTEMPTS):
            sent.refresh_from_db()
            assert (sent.mail_failed_at is None, sent.mail_error) == (True, "550 <No> such mailbox" if attempt else "")
            outbox()
            requeue_jobs(current_worker_id())
            DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
    sent.refresh_from_db()
    return sent


def offer_page(browser, offer):
    return Page(browser.get(f"/inquiries/{offer.inquiry_id}/offers/{offer.pk}")).one("main")


def jobs():
    return sorted(DBTaskResult.objects.values_list("status", flat=True))


def test_a_final_failure_shows_the_reason(browser, given_up):
    assert (given_up.mail_error, given_up.mail_failed_at is not None, jobs()) == (
        "550 <No> such mailbox",
        True,
        ["FAILED"],
    )
    reason = "could not be sent: 550 <No> such mailbox"
    page = offer_page(browser, given_up)
    assert page.one(".offer-about .wrong").text == reason and "trying again" not in page.text
    assert page.form().action == f"/inquiries/{given_up.inquiry_id}/offers/{given_up.pk}/again"
    assert Page(browser.get(f"/inquiries/{given_up.inquiry_id}")).one("#offers .wrong").text == reason


def test_any_failure_counts(outbox, sent, monkeypatch):
    def refuse(*args, **kwargs):
        raise ValueError

    monkeypatch.setattr("config.web.mail.send", refuse)
    outbox()
    sent.refresh_from_db()
    assert sent.mail_error == "ValueError"


def test_it_is_sent_again_by_a_button_and_once(browser, outbox, given_up):
    again = f"/inquiries/{given_up.inquiry_id}/offers/{given_up.pk}/again"
    answers = [browser.post(again) for _ in range(2)]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, again[: -len("/again")])] * 2
    given_up.refresh_from_db()
    assert (given_up.mail_error, given_up.mail_failed_at, jobs()) == ("", None, ["FAILED", "READY"])
    page = offer_page(browser, given_up)
    assert page.text.count("The offer is on its way to jan@example.org.") == 1
    assert page.has(".offer-about") and not page.has(".offer-about .wrong") and not page.has("form")
    (message,) = outbox()
    assert message.to == ["jan@example.org"]
    given_up.refresh_from_db()
    assert given_up.mailed_at is not None
    browser.post(again)
    assert jobs() == ["FAILED", "SUCCESSFUL"]


@pytest.mark.parametrize("fields", [{"status": "accepted"}, {"status": "expired"}, {"valid_until": date(2020, 1, 1)}])
def test_an_offer_that_can_no_longer_be_answered_is_not_resent(browser, given_up, fields):
    Offer.objects.update(**fields)
    page = offer_page(browser, given_up)
    assert page.has(".offer-sheet") and not page.has("form")
    browser.post(f"/inquiries/{given_up.inquiry_id}/offers/{given_up.pk}/again")
    assert "That is no longer possible." in offer_page(browser, given_up).text
    assert jobs() == ["FAILED"]


def test_another_pros_offer_is_not_sent_again(other_browser, browser, given_up):
    again = f"/inquiries/{given_up.inquiry_id}/offers/{given_up.pk}/again"
    assert (other_browser.post(again).status_code, browser.get(again).status_code, jobs()) == (404, 405, ["FAILED"])


@pytest.mark.django_db(transaction=True)
def test_two_buttons_at_once_send_it_once(sent, at_once):
    DBTaskResult.objects.all().delete()
    Offer.objects.update(mail_error="no", mail_failed_at=timezone.now())
    done = at_once(4, lambda _n: resend_offer(Offer.objects.get(pk=sent.pk)))
    assert (sorted(done), jobs()) == ([False, False, False, True], ["READY"])
