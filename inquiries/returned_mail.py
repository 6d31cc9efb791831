"""Mails about inquiries that came back as undeliverable; `contacts` asks each app for its own."""

from django.utils import timezone
from django.utils.translation import gettext as _

from config.accounts.models import Pro
from config.web.mail import make_signed_message_id, name_in_signed_message_id
from contacts.conversations.returned_mails import Mail, ReturnedMail
from contacts.reply_addresses import OFFER
from contacts.topics import INQUIRY, make_topic, split_topic

from .mails import ACKNOWLEDGMENT_ID
from .models import Inquiry, Offer
from .offers.mails import OFFER_ID, returned_offer
from .waiting import reopen_inquiry


def mark_returned(pro: Pro, message_id: str, note: str) -> ReturnedMail | None:
    """Mark the offer, with a note, or acknowledgment with this Message-ID as returned; None for another mail."""
    if id := _to_id(name_in_signed_message_id(message_id, OFFER_ID)):
        offers = Offer.objects.for_pro(pro).filter(pk=id)
        offers.update(mail_error=_(note), mail_failed_at=timezone.now())
        if offer := offers.select_related("inquiry__contact").first():
            reopen_inquiry(offer.inquiry)
            return returned_offer(offer)
    elif id := _to_id(name_in_signed_message_id(message_id, ACKNOWLEDGMENT_ID)):
        rows = Inquiry.objects.for_pro(pro).filter(pk=id)
        rows.mark_acknowledgment_returned()
        if inquiry := rows.select_related("contact").first():
            return ReturnedMail(inquiry.contact, (inquiry.person.get("email", ""),), Mail.ACKNOWLEDGMENT)
    return None


def find_mail(name: str) -> tuple[str, str]:
    """Message-ID and topic of an acknowledgment or offer; see `contacts.reply_addresses`."""
    kind, id = split_topic(name)
    if kind == INQUIRY:
        return make_signed_message_id(f"{ACKNOWLEDGMENT_ID}{id}"), name
    offer = Offer.objects.filter(pk=_to_id(id)).first() if kind == OFFER else None
    return (make_signed_message_id(f"{OFFER_ID}{id}"), make_topic(INQUIRY, offer.inquiry_id)) if offer else ("", "")


def _to_id(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
