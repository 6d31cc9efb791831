"""Send the mails about offers, each once: a job that runs again finds the time of sending set.

No transaction is open during the call to the mail server.
"""

from typing import Any

from django.conf import settings
from django.tasks import TaskContext, task
from django.urls import reverse
from django.utils import timezone

from config.jobs.worker import MAX_ATTEMPTS
from config.notifications.kinds import Kind
from config.web import mail
from config.web.refusals import is_mailbox_gone
from contacts.assigning.notifications import send_notification
from contacts.conversations.returned_mails import Mail, ReturnedMail, note_bounce
from contacts.reply_addresses import OFFER, find_mail_address, make_bounce_token
from contacts.topics import INQUIRY, make_topic

from ..models import Offer
from ..news import make_answer_news
from ..waiting import reopen_inquiry

# Beginning of the Message-ID, by which a returned mail is recognised.
OFFER_ID = "offer."


def _find_offer(offer_id: int) -> Offer | None:
    return Offer.objects.select_related("inquiry__pro", "inquiry__contact").filter(pk=offer_id).first()


def public_url(offer: Offer) -> str:
    """The absolute address of the customer's page of the offer."""
    return settings.SITE_URL + reverse("inquiries:offer_public", args=[offer.key])


def _context(offer: Offer, url: str) -> dict[str, Any]:
    return {"offer": offer, "inquiry": offer.inquiry, "pro": offer.inquiry.pro, "url": url}


def preview_mail(offer: Offer) -> tuple[str, str]:
    """Subject and text of the mail to the customer. The link in it is 404 while the offer is a draft."""
    subject, text, _html = mail.compose("offer", _context(offer, public_url(offer)), offer.language)
    return subject, text


def returned_offer(offer: Offer) -> ReturnedMail:
    """The mail of an offer, that came back."""
    return ReturnedMail(offer.inquiry.contact, (offer.email,), Mail.OFFER)


def reply_address(offer: Offer) -> str:
    """The address at which the customer's answers to the mail reach the Pro."""
    return find_mail_address(offer.inquiry.pro, make_topic(INQUIRY, offer.inquiry_id))


@task(takes_context=True, queue_name="mail")
def mail_offer(context: TaskContext, offer_id: int) -> None:
    """Mail an offer to the customer. An error is saved on the offer for the Pro, and the worker retries.

    After the last attempt, or a final refusal, the inquiry waits again.
    """
    offer = _find_offer(offer_id)
    if offer is None or offer.mailed_at or offer.is_draft:
        return
    context_data = _context(offer, public_url(offer))
    try:
        mail.send(
            "offer",
            context_data,
            to=offer.email,
            language=offer.language,
            reply_to=reply_address(offer),
            bounce_token=make_bounce_token(make_topic(OFFER, offer.pk)),
            headers={"Message-ID": mail.make_signed_message_id(f"{OFFER_ID}{offer.pk}")},
        )
    except Exception as error:
        is_final = mail.is_final_refusal(error)
        is_last = is_final or context.attempt >= MAX_ATTEMPTS
        answer = mail.server_answer(error)
        offer.record_mail_failure(answer, is_last=is_last)
        if is_final and is_mailbox_gone(answer):
            note_bounce(offer.inquiry.pro, returned_offer(offer))
        if is_last:
            reopen_inquiry(offer.inquiry)
        if is_final:
            return
        raise
    Offer.objects.filter(pk=offer.pk).update(mailed_at=timezone.now(), mail_error="", mail_failed_at=None)


@task(queue_name="mail")
def mail_offer_answer(offer_id: int) -> None:
    """Mail the customer's answer to the Pro; replies go to the customer."""
    offer = _find_offer(offer_id)
    if offer is None or offer.answer_mailed_at or not offer.answered_at:
        return
    news = make_answer_news(offer)
    if send_notification(Kind.OFFER_ANSWER, offer.pk, news, offer.inquiry.contact):
        Offer.objects.filter(pk=offer.pk).update(answer_mailed_at=timezone.now())
