"""Inquiries on a contact's timeline: their arrival, their moves, and offers sent and answered."""

from collections.abc import Iterable
from typing import Any

from contacts.models import Contact
from contacts.timeline import Source

from .models import InquiryHistory, Offer

OFFER = "inquiries/_timeline_offer.html"


def sources(contact: Contact) -> list[Source]:
    """See `contacts.timeline`. Moves come from the own table."""
    # The first row of a history repeats the arrival of the inquiry.
    moves = InquiryHistory.objects.filter(inquiry__contact=contact, from_status__isnull=False)
    offers = Offer.objects.filter(inquiry__contact=contact).select_related("inquiry")
    return [
        Source(contact.inquiries.select_related("inquiry_type", "step"), "inquiries/_timeline_inquiry.html"),
        Source(moves.select_related("inquiry"), "inquiries/_timeline_move.html"),
        Source(offers.filter(sent_at__isnull=False), OFFER, by="sent_at", read=_read_sent),
        Source(offers.filter(answered_at__isnull=False), OFFER, by="answered_at", read=_read_answered),
    ]


def _read_sent(offers: Iterable[Offer]) -> list[dict[str, Any]]:
    return [{"offer": offer, "status": "sent"} for offer in offers]


def _read_answered(offers: Iterable[Offer]) -> list[dict[str, Any]]:
    """The offers, accepted or declined."""
    return [{"offer": offer, "status": offer.status} for offer in offers]
