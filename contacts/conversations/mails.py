"""The e-mail that notifies a Pro of a new message."""

from django.conf import settings
from django.tasks import task
from django.urls import reverse
from django.utils import timezone

from config.jobs.several import several
from config.jobs.turns import in_turn
from config.web.compiled import Compiled
from config.web.limits import Limit

from ..assigning.notifications import find_assignee, send_notification
from ..models import ChannelConnection, ContactMessage

# E-mails an hour that notify one Pro of new messages.
NOTIFICATIONS = Limit("message-notification", 30, 3600)

_OTHER_UNREAD = Compiled(
    lambda contact_id, id: (
        ContactMessage.objects.filter(
            contact=contact_id, read_at=None, state=ContactMessage.State.RECEIVED, is_silent=False
        )
        .exclude(pk=id)
        .order_by()
        .values_list("pk")
    )
)


@several(at_most=10)
@task(queue_name="mail")
def notify_message(message_id: str) -> None:
    """Notify the Pro of a message, unless it was read meanwhile. Further unread ones of a conversation send no mail."""
    unread = ContactMessage.objects.select_related("contact", "pro", "connection").filter(
        read_at=None, notified_at=None
    )
    if (message := unread.filter(pk=message_id).first()) is None:
        return
    pro = message.pro
    if find_assignee(pro, message.contact) is None and message.connection and message.connection.address == pro.email:
        return
    url = settings.SITE_URL + reverse("waiting:person", args=[message.contact_id])
    context = {"message": message, "contact": message.contact, "pro": pro, "url": url}
    if send_notification(pro, message.contact, "message_notification", context):
        ContactMessage.objects.filter(pk=message.pk).update(notified_at=timezone.now())


def notify_pro(connection: ChannelConnection, message: ContactMessage) -> None:
    """Enqueue the notification, unless the Pro has one about this conversation, or reads the mailbox anyway.

    Whoever it is assigned to, or is about to be, is told all the same.
    """
    is_read = connection.pro.email == connection.address
    is_assigned = message.contact.assigned_to_id or connection.pro.assigns_by_turns
    if message.is_silent or message.read_at or _has_other_unread(message) or (is_read and not is_assigned):
        return
    if not NOTIFICATIONS.hit(connection.pro_id):
        in_turn(notify_message, connection.pro_id).enqueue(str(message.pk))


def _has_other_unread(message: ContactMessage) -> bool:
    """True if another message that the Pro is told of is unread in the conversation."""
    return not message.contact.is_new and bool(_OTHER_UNREAD.part(1, 0, message.contact_id, message.pk))
