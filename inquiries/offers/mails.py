"""Mails about offers. Each is sent once: a job that runs again finds its time set and stops.

No transaction is held while the mail server is talked to.
"""

from typing import Any

from django.conf import settings
from django.tasks import TaskContext, task
from django.urls import reverse
from django.utils import timezone

from config.jobs.worker import MAX_ATTEMPTS
from config.web import mail

from ..models import Offer

# How a mail is read before it is sent: subject, text.
Preview = tuple[str, str]


def _find(offer_id: int) -> Offer | None:
    return Offer.objects.select_related("inquiry__pro").filter(pk=offer_id).first()


def public_url(offer: Offer) -> str:
    """Where the customer sees and answers it."""
    return settings.SITE_URL + reverse("inquiries:offer_public", args=[offer.key])


def _context(offer: Offer, url: str) -> dict[str, Any]:
    return {"offer": offer, "inquiry": offer.inquiry, "pro": offer.inquiry.pro, "url": url}


def preview(offer: Offer) -> Preview:
    """The mail as the customer would get it. The address in it opens nothing while the offer is a draft."""
    subject, text, _html = mail.compose("offer", _context(offer, public_url(offer)), offer.language)
    return subject, text


@task(takes_context=True)
def mail_offer(context: TaskContext, offer_id: int) -> None:
    """Mail an offer to the customer. A failure is kept on the offer, for the Pro to see, and the worker tries again."""
    offer = _find(offer_id)
    if offer is None or offer.mailed_at or offer.is_draft:
        return
    words = _context(offer, public_url(offer))
    try:
        mail.send("offer", words, to=offer.email, language=offer.language, reply_to=offer.inquiry.pro.email)
    except Exception as error:
        offer.note_failure(error, is_last=context.attempt >= MAX_ATTEMPTS)
        raise
    Offer.objects.filter(pk=offer.pk).update(mailed_at=timezone.now(), mail_error="", mail_failed_at=None)


@task
def mail_offer_answer(offer_id: int) -> None:
    """Tell the Pro that the customer has accepted or declined; answering the mail answers the customer."""
    offer = _find(offer_id)
    if offer is None or offer.answer_mailed_at or not offer.answered_at:
        return
    pro = offer.inquiry.pro
    page = reverse("inquiries:offer_detail", args=[offer.inquiry_id, offer.pk])
    mail.send(
        "offer_answer",
        _context(offer, settings.SITE_URL + page),
        to=pro.email,
        language=pro.language,
        reply_to=offer.email,
        headers=mail.AUTO_GENERATED,
    )
    Offer.objects.filter(pk=offer.pk).update(answer_mailed_at=timezone.now())
