"""Inquiries on a contact's timeline: their arrival, their moves, and offers sent and answered."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from contacts.models import Contact
from contacts.timeline import Entry, newest

from .models import InquiryHistory, Offer


def entries(contact: Contact, until: datetime | None, size: int) -> list[Entry]:
    """See `contacts.timeline`. Moves come from the own table, in one query for all inquiries."""
    inquiries = newest(contact.inquiries.select_related("inquiry_type", "step"), until, size)
    # The first row of a history repeats the arrival of the inquiry.
    moves = InquiryHistory.objects.filter(inquiry__contact=contact, from_status__isnull=False)
    return [
        *(Entry(row.created_at, "inquiries/_timeline_inquiry.html", row) for row in inquiries),
        *(
            Entry(row.created_at, "inquiries/_timeline_move.html", row)
            for row in newest(moves.select_related("inquiry"), until, size)
        ),
        *_offer_entries(contact, "sent_at", until, size),
        *_offer_entries(contact, "answered_at", until, size),
    ]


def _offer_entries(contact: Contact, moment: str, until: datetime | None, size: int) -> list[Entry]:
    rows: QuerySet[Offer] = Offer.objects.filter(inquiry__contact=contact, **{f"{moment}__isnull": False})
    offers = newest(rows.select_related("inquiry"), until, size, by=moment)
    template = "inquiries/_timeline_offer.html"
    return [Entry(getattr(offer, moment), template, _offer_context(offer, moment)) for offer in offers]


def _offer_context(offer: Offer, moment: str) -> dict[str, Any]:
    """The offer and its status at that moment: "sent", "accepted" or "declined"."""
    return {"offer": offer, "status": "sent" if moment == "sent_at" else offer.status}
