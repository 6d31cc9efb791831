"""Messages that came in or go out, in the background.

What came in is read anew by a job that is taken up again, and of each message there is one. What goes out is sent
outside of any transaction: a crash between sending and recording is the one moment in which a message can go out twice.
"""

from contextlib import suppress

from django.conf import settings
from django.db import DatabaseError, IntegrityError
from django.tasks import TaskContext, task
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from config.jobs.worker import MAX_ATTEMPTS
from config.web import mail

from .channels import provider_of
from .channels.message import Elsewhere, Message, Receipt, SendFailed
from .importing.jobs import check_import, run_import  # noqa: F401 - the former paths of queued jobs
from .models import ChannelConnection, ChannelDelivery, ContactMessage


class Early(Exception):
    """A receipt came before it is known here under which id its message went out."""


@task
def read_delivery(delivery_id: int) -> None:
    """Keep the messages that a provider's call brought, and note what became of the sent ones."""
    found = ChannelDelivery.objects.select_related("connection__pro").filter(pk=delivery_id, read_at=None).first()
    if found is None:
        return
    try:
        items = _take_all(found)
    except Early:
        raise  # It is only a matter of time.
    except Exception as error:
        with suppress(DatabaseError):
            found.note_failure(error)
        raise
    # An e-mail without a message is the test of the connection.
    is_email = found.connection.channel == ChannelConnection.Channel.EMAIL
    if is_email or any(isinstance(item, Message) for item in items):
        found.connection.note_received()
    found.settle(next((item.reason for item in items if isinstance(item, Elsewhere)), ""))


def _take_all(found: ChannelDelivery) -> list[Message | Receipt | Elsewhere]:
    """Take in what a call holds, and say what that was."""
    channel = found.connection
    # The Pro may have chosen another one meanwhile.
    channel.provider = found.provider
    # What is written down beside a message is for the Pro to read.
    with override(channel.pro.language):
        items = provider_of(channel).read(channel, bytes(found.body), found.content_type)
        taken = [(item, _take_in(channel, item)) for item in items]
    if not all(is_taken for _item, is_taken in taken):
        raise Early
    return [item for item, _is_taken in taken]


def _take_in(channel: ChannelConnection, item: Message | Receipt | Elsewhere) -> bool:
    """False for a receipt whose message may be on its way out just now."""
    if isinstance(item, Elsewhere):
        return True
    if isinstance(item, Message):
        ContactMessage.objects.receive(channel, item)
        return True
    if ContactMessage.objects.settle(channel, item):
        return True
    sending = ContactMessage.objects.filter(connection=channel, state=ContactMessage.State.SENDING)
    return not sending.exists()


@task
def notify_message(message_id: str) -> None:
    """Tell the Pro that somebody has written, unless that was seen meanwhile; once for all that follows unread."""
    rows = ContactMessage.objects.select_related("contact", "pro").filter(read_at=None, notified_at=None)
    found = rows.filter(pk=message_id).first()
    if found is None:
        return
    url = settings.SITE_URL + reverse("messages:conversation_detail", args=[found.contact_id])
    context = {"message": found, "contact": found.contact, "pro": found.pro, "url": url}
    pro = found.pro
    mail.send("message_notification", context, to=pro.email, language=pro.language, headers=mail.AUTO_GENERATED)
    ContactMessage.objects.filter(pk=found.pk).update(notified_at=timezone.now())


@task(takes_context=True)
def send_message(context: TaskContext, message_id: str) -> None:
    """Send a message. A failure is kept on it, for the Pro to see; unless it is final the worker tries again."""
    rows = ContactMessage.objects.select_related("connection__pro", "contact", "pro")
    message = rows.filter(pk=message_id, state=ContactMessage.State.SENDING).first()
    if message is None:
        return
    is_last = context.attempt >= MAX_ATTEMPTS
    with override(message.pro.language):
        try:
            external_id = _send(message)
        except SendFailed as error:
            message.note_failure(_in_words(error), is_last=is_last or error.is_final)
            if error.is_final:
                return
            raise
        except Exception as error:
            message.note_failure(type(error).__name__, is_last=is_last)
            raise
    try:
        message.settle(ContactMessage.State.SENT, external_id=external_id)
    except IntegrityError:
        # An id that the provider gave before: without it the message has still gone out, and must not do so again.
        message.settle(ContactMessage.State.SENT)


def _in_words(error: SendFailed) -> str:
    if error.is_doubtful:
        return _("%(reason)s It may have gone out all the same.") % {"reason": error.reason}
    return error.reason


def _send(message: ContactMessage) -> str:
    if message.connection is None or not message.connection.is_sending:
        raise SendFailed(_("This channel is not connected any more."), is_final=True)
    return str(provider_of(message.connection).send(message.connection, message))
