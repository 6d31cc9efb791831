"""Send the mails about a received inquiry, each once: a job that runs again finds the time of sending set.

No transaction is open during the call to the mail server, because on SQLite it would block every other writer. Only a
crash between sending and saving the time can send a mail twice.
"""

from django.tasks import task
from django.utils import timezone

from config.accounts.automatic_mails import send_automatic
from config.accounts.models import BouncedAddress
from config.jobs.several import several
from config.notifications.kinds import Kind
from config.web import mail
from contacts.assigning.notifications import send_notification
from contacts.reply_addresses import find_mail_address, make_bounce_token
from contacts.topics import INQUIRY, make_topic

from .models import Inquiry
from .news import make_inquiry_news

# Beginning of the Message-ID, by which a returned mail is recognised.
ACKNOWLEDGMENT_ID = "inquiry."


def _find_inquiry(inquiry_id: int) -> Inquiry | None:
    return (
        Inquiry.objects.select_related("pro", "inquiry_type", "contact").filter(pk=inquiry_id, erased_at=None).first()
    )


@several(at_most=10)
@task(queue_name="mail")
def mail_acknowledgment(inquiry_id: int) -> None:
    """Mail the acknowledgment, with the reference, to the customer."""
    inquiry = _find_inquiry(inquiry_id)
    if inquiry is None or inquiry.acknowledged_at or inquiry.is_waiting_for_profile:
        return
    is_sent = send_automatic(
        inquiry.pro,
        "inquiry_acknowledgment",
        {"inquiry": inquiry, "pro": inquiry.pro},
        kind=BouncedAddress.Mail.ACKNOWLEDGMENT,
        to=inquiry.person["email"],
        language=inquiry.language,
        reply_to=find_mail_address(inquiry.pro, make_topic(INQUIRY, inquiry.pk)),
        bounce_token=make_bounce_token(make_topic(INQUIRY, inquiry.pk)),
        headers={**mail.AUTO_REPLIED, "Message-ID": mail.make_signed_message_id(f"{ACKNOWLEDGMENT_ID}{inquiry_id}")},
    )
    rows = Inquiry.objects.filter(pk=inquiry.pk)
    if is_sent:
        rows.update(acknowledged_at=timezone.now())
    else:
        rows.mark_acknowledgment_returned()


@several(at_most=10)
@task(queue_name="mail")
def mail_notification(inquiry_id: int) -> None:
    """Mail the notification of an inquiry that a program submitted to the Pro; replies go to the customer, if known."""
    inquiry = _find_inquiry(inquiry_id)
    if inquiry is None or inquiry.notified_at:
        return
    if send_notification(Kind.INQUIRY, make_topic(INQUIRY, inquiry.pk), make_inquiry_news(inquiry), inquiry.contact):
        Inquiry.objects.filter(pk=inquiry.pk).update(notified_at=timezone.now())
