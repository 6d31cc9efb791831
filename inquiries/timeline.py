"""A contact's inquiries, their moves, and the offers that were sent and answered."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from contacts.models import Contact
from contacts.timeline import Entry, newest

from .models import InquiryHistory, Offer


def entries(contact: Contact, until: datetime | None, size: int) -> list[Entry]:
    """See `contacts.timeline`. The moves are those of the own table, in one query for all inquiries."""
    inquiries = newest(contact.inquiries.select_related("inquiry_type", "step"), until, size)
    # The first row of a history says no more than that the inquiry came.
    moves = InquiryHistory.objects.filter(inquiry__contact=contact, from_status__isnull=False)
    return [
        *(Entry(row.created_at, "inquiries/_timeline_inquiry.html", row) for row in inquiries),
        *(
            Entry(row.created_at, "inquiries/_timeline_move.html", row)
            for row in newest(moves.select_related("inquiry"), until, size)
        ),
        *_of_offers(contact, "sent_at", until, size),
        *_of_offers(contact, "answered_at", until, size),
    ]


def _of_offers(contact: Contact, moment: str, until: datetime | None, size: int) -> list[Entry]:
    rows: QuerySet[Offer] = Offer.objects.filter(inquiry__contact=contact, **{f"{moment}__isnull": False})
    found = newest(rows.select_related("inquiry"), until, size, by=moment)
    return [Entry(getattr(row, moment), "inquiries/_timeline_offer.html", _told(row, moment)) for row in found]


def _told(offer: Offer, moment: str) -> dict[str, Any]:
    """An offer with what happened to it, which its present status does not say: "sent", "accepted" or "declined"."""
    return {"offer": offer, "what": "sent" if moment == "sent_at" else offer.status}
