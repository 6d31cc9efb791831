"""Inquiries on a contact's timeline: their arrival, their moves, and offers sent and answered."""

from typing import Any

from django.db.models import QuerySet

from config.web.together import Answers
from contacts.models import Contact
from contacts.timeline import Source

from .models import Inquiry, InquiryHistory, Offer

OFFER = "inquiries/_timeline_offer.html"


def _inquiries(contact: Contact) -> QuerySet[Inquiry]:
    return Inquiry.objects.filter(contact=contact).select_related("inquiry_type", "step")


def _moves(contact: Contact) -> QuerySet[InquiryHistory]:
    """Moves, from the own table. The first row of a history repeats the arrival of the inquiry."""
    rows = InquiryHistory.objects.filter(inquiry__contact=contact, from_status__isnull=False)
    return rows.select_related("inquiry")


def _offers(contact: Contact) -> QuerySet[Offer]:
    return Offer.objects.filter(inquiry__contact=contact).select_related("inquiry")


def _sent(contact: Contact) -> QuerySet[Offer]:
    return _offers(contact).filter(sent_at__isnull=False)


def _answered(contact: Contact) -> QuerySet[Offer]:
    return _offers(contact).filter(answered_at__isnull=False)


def _read_sent(contact: Contact, offers: list[Offer], answers: Answers) -> list[dict[str, Any]]:
    return [{"offer": offer, "status": "sent"} for offer in offers]


def _read_answered(contact: Contact, offers: list[Offer], answers: Answers) -> list[dict[str, Any]]:
    """The offers, accepted or declined."""
    return [{"offer": offer, "status": offer.status} for offer in offers]


# See `contacts.timeline`.
SOURCES = [
    Source(_inquiries, "inquiries/_timeline_inquiry.html", is_word=True),
    Source(_moves, "inquiries/_timeline_move.html"),
    Source(_sent, OFFER, by="sent_at", read=_read_sent),
    Source(_answered, OFFER, by="answered_at", read=_read_answered, is_word=True),
]
