"""The mails about an offer: to the customer when it is sent, to the Pro when it is answered."""

import re

import pytest
from django.core import mail
from django.utils.formats import date_format
from django_tasks_db.models import DBTaskResult

from inquiries.models import Inquiry, Offer
from inquiries.offer_mails import preview, send_offer, tell_answer


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
    before = preview(draft)
    draft.send()
    (message,) = outbox()
    assert (message.subject, message.body) == before


def test_a_name_from_outside_adds_no_header(outbox, draft, pro):
    pro.name = "Agence\r\nBcc: all@example.net"
    pro.save()
    draft.send()
    (message,) = outbox()
    assert (message.subject, message.recipients()) == (
        "Offer from Agence Bcc: all@example.net: Kitchen",
        ["jan@example.org"],
    )


def test_markup_stays_text(outbox, draft):
    draft.change(title="<b>A</b>", text="<i>")
    draft.send()
    (message,) = outbox()
    assert "<b>A</b>" in message.body
    assert "&lt;b&gt;A&lt;/b&gt;" in message.alternatives[0].content and "<i>" not in message.alternatives[0].content


@pytest.mark.parametrize(("language", "amount"), [("fr", "1\u00a0850,50\u00a0€"), ("nl", "€\u00a01.850,50")])
def test_the_customer_reads_their_own_language(outbox, draft, language, amount):
    Inquiry.objects.update(person={**draft.inquiry.person, "language": language})
    draft.send()
    (message,) = outbox()
    assert amount in message.body
    assert f'lang="{language}"' in message.alternatives[0].content


@pytest.mark.parametrize(("verb", "word"), [("accept", "accepted"), ("decline", "declined")])
def test_the_pro_is_told_the_answer(outbox, sent, pro, verb, word):
    pro.language = "en"
    pro.save()
    outbox()
    getattr(sent, verb)()
    message = outbox()[1]
    assert (message.to, message.reply_to, message.subject) == (
        ["port@example.com"],
        ["jan@example.org"],
        f"{word.capitalize()}: Kitchen",
    )
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    assert message.body == (
        f"Jan de Vries has {word} your offer.\n\nKitchen\n€1,850.50\n\n"
        "The inquiry stays on its step until you move it.\n\n"
        f"Open the offer: http://testserver/inquiries/{sent.inquiry_id}/offers/{sent.pk}\n"
    )
    assert Offer.objects.get().answer_mailed_at is not None


def test_each_is_sent_once(outbox, sent):
    sent.accept()
    outbox()
    send_offer.enqueue(sent.pk)
    tell_answer.enqueue(sent.pk)
    assert len(outbox()) == 2


@pytest.mark.parametrize("job", [send_offer, tell_answer])
def test_what_is_not_to_be_sent_is_left_alone(outbox, draft, job):
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
    page = browser.get(f"/inquiries/{sent.inquiry_id}/offers/{sent.pk}").content.decode()
    assert re.search("not sent yet, trying again:\\s+451 Try later", page)
    DBTaskResult.objects.update(status="READY")
    (message,) = outbox()
    assert message.to == ["jan@example.org"]
    sent.refresh_from_db()
    assert (sent.mail_error, sent.mailed_at is not None) == ("", True)
