"""New inquiries and answers to offers as people are told of them; see `config.notifications.news`."""

from django.conf import settings
from django.urls import reverse

from config.accounts.models import User
from config.notifications.kinds import Kind
from config.notifications.news import News
from contacts.models import WaitingItem

from .models import Inquiry, Offer


def make_inquiry_news(inquiry: Inquiry) -> News:
    """The mail about an inquiry. An answer to it goes to the customer, if their address is known."""
    path = inquiry.get_absolute_url()
    context = {"inquiry": inquiry, "pro": inquiry.pro, "url": settings.SITE_URL + path}
    return News(inquiry.pro, "inquiry_notification", context, path, reply_to=inquiry.person.get("email", ""))


def make_answer_news(offer: Offer) -> News:
    """The mail about the customer's answer to an offer. An answer to it goes to the customer."""
    path = reverse("inquiries:offer_detail", args=[offer.inquiry_id, offer.pk])
    inquiry = offer.inquiry
    context = {"offer": offer, "inquiry": inquiry, "pro": inquiry.pro, "url": settings.SITE_URL + path}
    return News(inquiry.pro, "offer_answer", context, path, reply_to=offer.email)


def _is_waiting(kind: str, key: object) -> bool:
    """False for what somebody has answered, or put off."""
    return WaitingItem.objects.listed().filter(kind=kind, key=str(key)).exists()


def _read_inquiry(key: str, user: User | None) -> News | None:
    """The news of the inquiry of a topic."""
    id = int(key.rpartition(":")[2])
    rows = Inquiry.objects.select_related("pro", "inquiry_type", "contact").filter(pk=id, erased_at=None)
    inquiry = rows.first() if _is_waiting(WaitingItem.Kind.INQUIRY, id) else None
    return make_inquiry_news(inquiry) if inquiry else None


def _find_answer_news(key: str, user: User | None) -> News | None:
    rows = Offer.objects.select_related("inquiry__pro", "inquiry__contact").filter(pk=int(key))
    offer = rows.first() if _is_waiting(WaitingItem.Kind.OFFER, key) else None
    return make_answer_news(offer) if offer else None


NEWS = {Kind.INQUIRY: _read_inquiry, Kind.OFFER_ANSWER: _find_answer_news}
