"""Events about inquiries and offers, as programs are told of them; see `config.events.publishing`."""

from msgspec import Struct

from config.events.kinds import EventType
from config.events.publishing import Subject
from contacts.topics import INQUIRY, make_topic

from .dialect import to_inquiry_body, to_offer
from .models import Inquiry, Offer
from .schemas.answers import OfferBody


class AnsweredOffer(Struct):
    inquiry_id: int
    offer: OfferBody


def _describe_inquiry(inquiry: Inquiry) -> Subject:
    return Subject(make_topic(INQUIRY, inquiry.pk), inquiry.contact_id, to_inquiry_body(inquiry))


def _describe_offer(offer: Offer) -> Subject:
    # Of the inquiry, which moves along.
    inquiry = offer.inquiry
    return Subject(make_topic(INQUIRY, inquiry.pk), inquiry.contact_id, AnsweredOffer(inquiry.pk, to_offer(offer)))


SUBJECTS = {
    EventType.INQUIRY_CREATED: _describe_inquiry,
    EventType.INQUIRY_MOVED: _describe_inquiry,
    EventType.INQUIRY_CLOSED: _describe_inquiry,
    EventType.OFFER_ANSWERED: _describe_offer,
}
