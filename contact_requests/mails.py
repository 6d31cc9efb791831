"""Mails about contact requests. A job that runs again sends nothing, as the time of sending is stored.

A crash between sending and storing the time is the one moment in which a mail can go out twice. No transaction is open
while the mail server is called: on SQLite it would block every other writer.
"""

from contextlib import suppress
from uuid import UUID

from django.conf import settings
from django.tasks import TaskContext, task
from django.utils import timezone

from config.accounts.automatic_mails import send_automatic
from config.accounts.models import BouncedAddress
from config.jobs.several import several
from config.notifications.kinds import Kind
from config.saving import update
from config.web import mail
from config.web.compiled import Compiled
from contacts.assigning.notifications import send_notification
from contacts.conversations.sending import send_message
from contacts.reply_addresses import find_mail_address, make_bounce_token
from contacts.topics import REQUEST, make_topic

from .models import ContactRequest
from .news import make_news

# Beginning of the Message-IDs, by which a returned mail is recognised.
ACKNOWLEDGMENT_ID = "acknowledgment."


_REQUEST = Compiled(
    lambda id: ContactRequest.objects.select_related("property", "pro", "contact").filter(pk=id), keeps_plan=True
)


@several(at_most=10)
@task(queue_name="mail")
def acknowledge(request_id: str) -> None:
    """Tell the visitor that the contact request has arrived, with its reference.

    The visitor's name and message are left out: anybody may have typed this address.
    """
    contact_request = _REQUEST.first(UUID(request_id))
    if contact_request is None or contact_request.acknowledged_at:
        return
    context = {
        "contact_request": contact_request,
        "pro": contact_request.pro,
        "property_url": settings.SITE_URL + contact_request.property.get_absolute_url(),
    }
    is_sent = send_automatic(
        contact_request.pro,
        "acknowledgment",
        context,
        kind=BouncedAddress.Mail.ACKNOWLEDGMENT,
        to=contact_request.email,
        language=contact_request.language,
        reply_to=find_mail_address(contact_request.pro, make_topic(REQUEST, contact_request.pk)),
        bounce_token=make_bounce_token(make_topic(REQUEST, contact_request.pk)),
        headers={**mail.AUTO_REPLIED, "Message-ID": mail.make_message_id(f"{ACKNOWLEDGMENT_ID}{request_id}")},
    )
    if not is_sent:
        ContactRequest.objects.filter(pk=contact_request.pk).mark_acknowledgment_returned()
        return
    contact_request.acknowledged_at = timezone.now()
    with suppress(ContactRequest.NotUpdated):  # Deleted meanwhile.
        update(contact_request, "acknowledged_at")


@several(at_most=10)
@task(queue_name="mail")
def notify(request_id: str) -> None:
    """Tell the Pro that a contact request has arrived. An answer to this mail goes to the visitor."""
    contact_request = _REQUEST.first(UUID(request_id))
    if contact_request is None or contact_request.notified_at:
        return
    news = make_news(contact_request)
    if not send_notification(Kind.REQUEST, contact_request.pk, news, contact_request.contact):
        return
    contact_request.notified_at = timezone.now()
    with suppress(ContactRequest.NotUpdated):  # Deleted meanwhile.
        update(contact_request, "notified_at")


@task(takes_context=True)
def send_reply(context: TaskContext, reply_id: str) -> None:
    """Send a reply as the message that it has become. Jobs that wait from before that call this, for one release."""
    send_message.func(context, reply_id)
