"""Move an offer on from its draft: send it, take the customer's answer, let it expire."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..models import InvalidOfferTransition, Offer
from ..models.offer import today
from .mails import mail_offer, mail_offer_answer


def send_offer(offer: Offer, *, expected: datetime | None = None) -> bool:
    """Send a draft to the customer by e-mail; returns whether it was one, as repeating it changes nothing.

    Raises ValidationError without an address to send it to or when its time is over, StaleOffer like `Offer.change`,
    and InvalidOfferTransition when the customer has it already.
    """
    with transaction.atomic():
        offer.lock()
        if offer.status == Offer.Status.SENT:
            return False
        if not offer.is_draft:
            raise InvalidOfferTransition(offer.status, Offer.Status.SENT)
        offer.refuse_stale(expected)
        offer.validate()
        if not offer.email:
            raise ValidationError(_("There is no e-mail address of this customer to send it to."), code="email")
        offer.set_status(Offer.Status.SENT, "sent_at")
        offer.inquiry.note_response()
        mail_offer.enqueue(offer.pk)
        return True


def resend_offer(offer: Offer) -> bool:
    """Mail an offer again that could not be mailed; returns whether it was so, as repeating it changes nothing.

    Raises InvalidOfferTransition when the customer may not answer it any more.
    """
    with transaction.atomic():
        offer.lock()
        if offer.mail_failed_at is None:
            return False
        if not offer.may_be_sent_again:
            raise InvalidOfferTransition(offer.standing, Offer.Status.SENT)
        offer.mail_error, offer.mail_failed_at = "", None
        offer.save(update_fields=["mail_error", "mail_failed_at", "updated_at"])
        mail_offer.enqueue(offer.pk)
        return True


def answer_offer(offer: Offer, status: str) -> bool:
    """Store the customer's answer, "accepted" or "declined", and mail it to the Pro.

    Returns whether it is new, as repeating it changes nothing. Raises InvalidOfferTransition after another answer and
    after `valid_until`.
    """
    with transaction.atomic():
        offer.lock()
        if offer.status == status:
            return False
        if offer.standing not in Offer.OPEN:
            raise InvalidOfferTransition(offer.standing, status)
        offer.set_status(status, "answered_at")
        mail_offer_answer.enqueue(offer.pk)
        return True


def expire_offers() -> None:
    """Expire sent and viewed offers whose last day is over in their Pro's time zone."""
    # Nowhere is the day more than one ahead of UTC.
    due = Offer.objects.filter(status__in=Offer.OPEN, valid_until__lt=today("UTC") + timedelta(days=1))
    zones = due.order_by().values_list("inquiry__pro__time_zone", flat=True).distinct()
    for zone in list(zones):
        past = list(due.filter(valid_until__lt=today(zone), inquiry__pro__time_zone=zone).values_list("pk", flat=True))
        # Asked for its status again by the update itself: a customer may be answering at this moment.
        expired = {"status": Offer.Status.EXPIRED, "updated_at": timezone.now()}
        Offer.objects.filter(pk__in=past, status__in=Offer.OPEN).update(**expired)
