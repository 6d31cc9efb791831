"""The e-mail that notifies a Pro of a new message."""

from django.tasks import task
from django.utils import timezone

from config.jobs.backend import Job, enqueue_together
from config.jobs.several import several
from config.jobs.turns import in_turn
from config.notifications.kinds import Kind
from config.notifications.telling import wants_any
from config.web.compiled import Compiled
from config.web.limits import Limit

from ..assigning.notifications import send_notification
from ..models import ChannelConnection, ContactMessage
from ..news import make_message_news

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
    # Who reads the mailbox has it already.
    is_read = message.connection is not None and message.connection.address == message.pro.email
    news = make_message_news(message)
    if send_notification(Kind.MESSAGE, message.pk, news, message.contact, without_office=is_read):
        ContactMessage.objects.filter(pk=message.pk).update(notified_at=timezone.now())


def notify_pro(connection: ChannelConnection, *messages: ContactMessage) -> None:
    """Enqueue a notification of each message, unless the Pro has one about its conversation, or reads the mailbox.

    Whoever it is assigned to, or is about to be, or asks for it, is told all the same.
    """
    told = [each for each in messages if not (each.is_silent or each.read_at or _has_other_unread(each))]
    is_read = connection.pro.email == connection.address
    if is_read and not connection.pro.assigns_by_turns and told and not wants_any(connection.pro):
        told = [message for message in told if message.contact.assigned_to_id]
    if told:
        count = NOTIFICATIONS.admit(connection.pro_id, len(told))
        enqueue_together(Job(in_turn(notify_message, connection.pro_id), (str(each.pk),)) for each in told[:count])


def _has_other_unread(message: ContactMessage) -> bool:
    """True if another message that the Pro is told of is unread in the conversation."""
    return not message.contact.is_new and bool(_OTHER_UNREAD.part(1, 0, message.contact_id, message.pk))
