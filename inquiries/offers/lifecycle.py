"""Send an offer, save that the customer opened and answered it, and expire unanswered offers.

The inquiry is locked before its offer, as it moves along.
"""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import ApiToken, User
from config.events.kinds import EventType
from config.events.publishing import publish
from config.jobs.turns import in_turn
from contacts.models import WaitingItem
from contacts.models.locking import hold_book

from ..models import InvalidOfferTransitionError, Offer
from ..models.offer import today
from ..waiting import add_offer_answer, end_inquiry
from .following import follow_offer
from .mails import mail_offer, mail_offer_answer


def send_offer(offer: Offer, *, by: User | ApiToken | None = None, expected: datetime | None = None) -> bool:
    """Send a draft to the customer by e-mail, which answers the inquiry; returns False if it is sent already.

    `expected` is `updated_at` as the sender saw it. Raises StaleOfferError as `Offer.edit_draft` does, ValidationError
    without an e-mail address and past `valid_until`, InvalidOfferTransitionError for any other status.
    """
    inquiry = offer.inquiry
    with transaction.atomic():
        inquiry.lock()
        offer.lock()
        if offer.status == Offer.Status.SENT:
            return False
        if not offer.is_draft:
            raise InvalidOfferTransitionError(offer.status, Offer.Status.SENT)
        offer.check_not_stale(expected)
        offer.validate()
        if not offer.email:
            raise ValidationError(_("This customer has no e-mail address, so the offer cannot be sent."), code="email")
        offer.set_status(Offer.Status.SENT, "sent_at")
        inquiry.record_response()
        follow_offer(inquiry, Offer.Status.SENT, by=by)
        end_inquiry(inquiry, WaitingItem.Outcome.ANSWERED, by=by)
        in_turn(mail_offer, offer.inquiry.pro_id).enqueue(offer.pk)
        return True


def resend_offer(offer: Offer, *, by: User | ApiToken | None = None) -> bool:
    """Mail an offer again after the last attempt failed; returns False, changing nothing, if it did not fail.

    Raises InvalidOfferTransitionError when the customer can no longer answer it.
    """
    with transaction.atomic():
        offer.lock()
        if offer.mail_failed_at is None:
            return False
        if not offer.can_be_resent:
            raise InvalidOfferTransitionError(offer.current_status, Offer.Status.SENT)
        offer.mail_error, offer.mail_failed_at = "", None
        offer.save(update_fields=["mail_error", "mail_failed_at", "updated_at"])
        end_inquiry(offer.inquiry, WaitingItem.Outcome.ANSWERED, by=by)
        in_turn(mail_offer, offer.inquiry.pro_id).enqueue(offer.pk)
        return True


def open_offer(offer: Offer) -> None:
    """Mark a sent offer as viewed by the customer."""
    if offer.status != Offer.Status.SENT:
        return
    inquiry = offer.inquiry
    with transaction.atomic():
        inquiry.lock()
        offer.lock()
        if offer.current_status == Offer.Status.SENT:
            offer.set_status(Offer.Status.VIEWED, "viewed_at")
            follow_offer(inquiry, Offer.Status.VIEWED)


def answer_offer(offer: Offer, status: str) -> bool:
    """Save the customer's answer, "accepted" or "declined", and mail it to the Pro.

    Returns False, changing nothing, for the same answer again. Raises InvalidOfferTransitionError after another answer
    and past `valid_until`.
    """
    inquiry = offer.inquiry
    with transaction.atomic():
        hold_book(inquiry.pro_id)
        inquiry.lock()
        offer.lock()
        if offer.status == status:
            return False
        if offer.current_status not in Offer.OPEN:
            raise InvalidOfferTransitionError(offer.current_status, status)
        offer.set_status(status, "answered_at")
        follow_offer(inquiry, status)
        add_offer_answer(offer)
        in_turn(mail_offer_answer, offer.inquiry.pro_id).enqueue(offer.pk)
        publish(inquiry.pro, EventType.OFFER_ANSWERED, offer)
        return True


def expire_offers() -> None:
    """Expire sent and viewed offers whose last day is over in their Pro's time zone."""
    # No time zone is more than a day ahead of UTC.
    due = Offer.objects.filter(status__in=Offer.OPEN, valid_until__lt=today("UTC") + timedelta(days=1))
    zones = due.order_by().values_list("inquiry__pro__time_zone", flat=True).distinct()
    for zone in list(zones):
        past = list(due.filter(valid_until__lt=today(zone), inquiry__pro__time_zone=zone).values_list("pk", flat=True))
        # The update filters by status again: a customer may have answered meanwhile.
        expired = {"status": Offer.Status.EXPIRED, "updated_at": timezone.now()}
        Offer.objects.filter(pk__in=past, status__in=Offer.OPEN).update(**expired)
