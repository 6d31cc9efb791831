"""Inquiries and answered offers of earlier releases are let wait; see `contacts.waiting.backfill`."""

from typing import Any

from django.db.models import F, Q

from contacts.models.waiting import text_fields
from contacts.waiting.backfill import BATCH, GetModel, add_items, last_answer

OPEN = ("open", "in_progress")


def fill_inquiries(get_model: GetModel) -> None:
    """Let open inquiries wait that nobody responded to, and answers to offers that nobody has written about since."""
    inquiries = get_model("inquiries", "Inquiry").objects.filter(responded_at=None, status__in=OPEN)
    add_items(get_model, "inquiry", inquiries.select_related("contact").iterator(BATCH), _inquiry_fields)
    offers = get_model("inquiries", "Offer").objects.filter(inquiry__status__in=OPEN, answered_at__isnull=False)
    offers = offers.annotate(written_at=last_answer(get_model, "inquiry__contact"))
    offers = offers.filter(Q(written_at=None) | Q(answered_at__gt=F("written_at"))).select_related("inquiry__contact")
    add_items(get_model, "offer", map(_with_owner, offers.iterator(BATCH)), _offer_fields)


def _with_owner(offer: Any) -> Any:
    offer.pro_id, offer.contact = offer.inquiry.pro_id, offer.inquiry.contact
    return offer


def _inquiry_fields(inquiry: Any) -> dict[str, Any]:
    return {"since": inquiry.created_at, "channel": "", **text_fields(inquiry.subject, inquiry.message)}


def _offer_fields(offer: Any) -> dict[str, Any]:
    return {"since": offer.answered_at, "channel": "", **text_fields(offer.inquiry.subject, offer.title)}
