"""Outbound messages: stored, sent by a job, and sent again when that failed.

A message is sent outside of any transaction: a crash between sending and recording is the one moment in which it can
go out twice.
"""

import uuid
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.tasks import TaskContext, task
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from config.accounts.models import User
from config.jobs.worker import MAX_ATTEMPTS, unfinished_jobs
from config.web.text import unix_lines

from ..channels.message import SendFailedError
from ..channels.providers import provider_of
from ..models import Contact, ContactMessage
from .reply_channels import find_reply_channel, is_window_closed, needs_template, window_closed_text

State = ContactMessage.State
# Characters of one message: the limits of WhatsApp (Cloud API) and Telegram (Bot API), and our own for an e-mail.
MAX_LENGTHS = {"whatsapp": 4096, "telegram": 4096, "email": 50_000}
# The last attempt to send a message is half a day after the first.
ABANDONED_AFTER = timedelta(days=1)
ABANDONED_BATCH = 1000
# Jobs that wait from before the task moved here carry this path, for one release.
FORMER_TASK_PATH = "contacts.tasks.send_message"


def write_message(
    contact: Contact,
    text: str,
    *,
    channel: str,
    by: User | None,
    id: uuid.UUID | None = None,
    with_copies: bool = False,
    template: dict[str, Any] | None = None,
) -> ContactMessage:
    """Answer a contact by one of its reply channels: store the message and enqueue sending it.

    `with_copies` sends it to the other recipients of the e-mail that is answered, too. `template` is the WhatsApp
    template of the text, as the Cloud API takes it. The same `id` with the same text is one message, submitted twice.
    Raises ValidationError for a text that cannot be sent and for a channel that is no reply channel or takes templates
    only, and DoesNotExist when the contact is deleted.
    """
    text = _clean_text(text, channel)
    with transaction.atomic():
        contact.lock()
        if (reply_channel := find_reply_channel(contact, channel)) is None:
            raise ValidationError({"channel": _("This contact cannot be answered by this channel.")})
        if reply_channel.is_window_closed and not template:
            raise ValidationError({"channel": window_closed_text()})
        key = uuid.uuid5(contact.pk, f"{id}\n{channel}\n{text}") if id else uuid.uuid4()
        defaults = {
            "pro": contact.pro,
            "connection": reply_channel.connection,
            "address": reply_channel.address,
            "subject": reply_channel.subject,
            "references": list(reply_channel.references),
            "text": text,
            "template": template or {},
            "cc": [list(pair) for pair in reply_channel.cc] if with_copies else [],
            "author": by,
            "state": State.SENDING,
        }
        message, is_new = ContactMessage.objects.get_or_create(
            id=key, contact=contact, channel=channel, defaults=defaults
        )
        if is_new:
            send_message.enqueue(str(message.pk))
            ContactMessage.objects.unread(contact).update(read_at=timezone.now())
            ContactMessage.objects.recount(contact)
        return message


def _clean_text(text: str, channel: str) -> str:
    text, limit = unix_lines(text).strip(), MAX_LENGTHS.get(channel, 0)
    if not any(c.isprintable() and not c.isspace() for c in text):
        raise ValidationError({"text": _("Write something first.")})
    if "\0" in text:
        raise ValidationError({"text": _("Null characters are not allowed.")})
    # WhatsApp and Telegram count UTF-16 code units.
    if limit and len(text.encode("utf-16-le", "surrogatepass")) // 2 > limit:
        raise ValidationError({"text": _("Use at most %(n)s characters for this channel.") % {"n": limit}})
    return text


def resend_message(message: ContactMessage) -> bool:
    """Send a failed message again; return whether it had failed, as repeating this changes nothing.

    Raises DoesNotExist when the contact is deleted, and ValidationError for one that would fail again.
    """
    with transaction.atomic():
        message.contact.lock()
        message.lock()
        if message.state != State.FAILED:
            return False
        if needs_template(message) and is_window_closed(message.contact_id):
            raise ValidationError(window_closed_text())
        message.state, message.error, message.external_id = State.SENDING, "", ""
        message.save(update_fields=["state", "error", "external_id"])
        send_message.enqueue(str(message.pk))
        return True


@task(takes_context=True)
def send_message(context: TaskContext, message_id: str) -> None:
    """Send a message. A failure is stored on it, for the Pro to see; unless it is final the worker tries again."""
    rows = ContactMessage.objects.select_related("connection__pro", "contact", "pro")
    message = rows.filter(pk=message_id, state=State.SENDING).first()
    if message is None:
        return
    is_last = context.attempt >= MAX_ATTEMPTS
    with override(message.pro.language):
        try:
            external_id = _send_by_provider(message)
        except SendFailedError as error:
            message.note_failure(_reason(error), is_last=is_last or error.is_final)
            if error.is_final:
                return
            raise
        except Exception as error:
            message.note_failure(type(error).__name__, is_last=is_last)
            raise
    try:
        message.update_state(State.SENT, external_id=external_id)
    except IntegrityError:
        # The provider gave this id before. The message has gone out all the same, and must not do so again.
        message.update_state(State.SENT)


def _send_by_provider(message: ContactMessage) -> str:
    if message.connection is None or not message.connection.is_sending:
        raise SendFailedError(_("This channel is no longer connected."), is_final=True)
    return provider_of(message.connection).send_text(message.connection, message)


def _reason(error: SendFailedError) -> str:
    if error.is_doubtful:
        return _("%(reason)s The message may have been sent all the same.") % {"reason": error.reason}
    return error.reason


def fail_abandoned_messages() -> None:
    """Mark messages that have been sending for over a day without a live job as failed.

    A message is left so when its workers were killed every time.
    """
    sending = ContactMessage.objects.filter(
        state=State.SENDING, created_at__lt=timezone.now() - ABANDONED_AFTER
    ).select_related("pro")
    if not (messages := list(sending.order_by("created_at")[:ABANDONED_BATCH])):
        return
    paths = (send_message.module_path, FORMER_TASK_PATH)
    in_jobs = {job.args_kwargs["args"][0] for path in paths for job in unfinished_jobs(path)}
    for message in messages:
        if str(message.pk) not in in_jobs:
            # For the Pro to read.
            with override(message.pro.language):
                message.note_failure(_("This message is no longer being sent."), is_last=True)
