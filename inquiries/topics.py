"""Inquiries as topics of messages; see `contacts.topics`."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import override

from config.web.compiled import Compiled
from config.web.mail import make_signed_message_id, name_in_signed_message_id
from contacts.models import Contact
from contacts.topics import INQUIRY, Owner, Topic, make_topic, split_topic

from .mails import ACKNOWLEDGMENT_ID
from .models import Inquiry, Offer
from .offers.mails import OFFER_ID


def describe_topic(contact: Contact, topic: str) -> Topic | None:
    """The inquiry of a topic; see `contacts.topics`."""
    kind, _colon, id = topic.partition(":")
    inquiry = _find_of_contact(contact, id) if kind == INQUIRY else None
    return describe_inquiry(inquiry) if inquiry else None


def describe_inquiry(inquiry: Inquiry) -> Topic:
    """An inquiry as its answers need it."""
    with override(inquiry.language):
        subject = _("Your inquiry “%(subject)s” (reference %(reference)s)")
    acknowledgment = make_signed_message_id(f"{ACKNOWLEDGMENT_ID}{inquiry.pk}")
    return Topic(
        title="",
        reference=str(inquiry.reference),
        subject=subject % {"subject": inquiry.subject[:150], "reference": inquiry.reference},
        address=inquiry.email,
        words=inquiry.message,
        at=inquiry.created_at,
        references=(acknowledgment,) if inquiry.acknowledged_at else (),
    )


def owner_of_topic(topic: str) -> Owner | None:
    """The owner of an inquiry; see `contacts.topics`."""
    kind, id = split_topic(topic)
    if kind != INQUIRY or not _is_id(id):
        return None
    inquiry = Inquiry.objects.filter(pk=int(id)).select_related("pro", "contact__pro").first()
    return Owner(inquiry.pro, inquiry.contact) if inquiry else None


def _is_id(id: str) -> bool:
    return id.isascii() and id.isdigit() and len(id) < 19


def _find_of_contact(contact: Contact, id: str) -> Inquiry | None:
    if not _is_id(id):
        return None
    return _OF_CONTACT.first(contact, int(id))


_OF_CONTACT = Compiled(
    lambda contact, id: Inquiry.objects.filter(contact=contact, pk=id).select_related("pro"), keeps_plan=True
)


def topic_of_mails(contact: Contact, message_ids: Iterable[str]) -> str:
    """The topic of the inquiry whose acknowledgment or offer is one of these e-mails; see `contacts.topics`."""
    for message_id in message_ids:
        inquiry = _find_of_contact(contact, name_in_signed_message_id(message_id, ACKNOWLEDGMENT_ID))
        if inquiry := inquiry or _inquiry_of_offer(contact, name_in_signed_message_id(message_id, OFFER_ID)):
            return make_topic(INQUIRY, inquiry.pk)
    return ""


def _inquiry_of_offer(contact: Contact, id: str) -> Inquiry | None:
    offers = Offer.objects.filter(pk=int(id)) if _is_id(id) else None
    return Inquiry.objects.filter(contact=contact, offers__in=offers).first() if offers is not None else None
