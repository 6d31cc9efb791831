"""Outbound messages: sent by a job, and sent again when that failed.

A message is claimed under its row lock first, and sent outside of any transaction: a crash between sending and
recording is the one moment in which it can go out twice.
"""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.tasks import TaskContext, task
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from config.jobs.worker import MAX_ATTEMPTS, unfinished_jobs

from ..channels import email
from ..channels.failures import DOUBT, LANGUAGE
from ..channels.message import SendFailedError
from ..channels.providers import provider_of
from ..models import ChannelConnection, ContactMessage, WaitingItem
from ..topics import split_topic
from ..waiting.endings import apply_answer, apply_ending, undo_answer
from .reply_channels import EMAIL, is_window_closed, needs_template, window_closed_text
from .returned_mails import note_bounce, returned_answer

State = ContactMessage.State
ON_THEIR_WAY = (State.SCHEDULED, State.SENDING)
# The last attempt to send a message is half a day after the first.
ABANDONED_AFTER = timedelta(days=1)
ABANDONED_BATCH = 1000
ARCHIVED = gettext_noop("The contact was archived before it was sent. Restore the contact, then try again.")
# Jobs that wait from before the task moved here carry these paths, for one release.
FORMER_TASK_PATHS = ("contacts.tasks.send_message", "contact_requests.mails.send_reply")


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
        message.connection = _present_connection(message)
        message.state, message.error, message.external_id = State.SENDING, "", ""
        # It leaves now: whoever it answers has waited until then.
        message.send_at = timezone.now()
        message.save(update_fields=["connection", "state", "error", "external_id", "send_at"])
        # What waits again since it failed: see `fail_message`.
        unanswered = WaitingItem.objects.filter(answer=message)
        unanswered.end(WaitingItem.Outcome.ANSWERED, by=message.author, answer=message)
        send_message.using(queue_name=sending_queue(message)).enqueue(str(message.pk))
        return True


def sending_queue(message: ContactMessage) -> str:
    """The queue of jobs that wait for the same machine: a provider, our mail server, or the mailbox of a Pro."""
    if message.channel != EMAIL:
        return message.channel
    connection = message.connection
    return f"mailbox-{connection.pk}" if connection and connection.provider == "mailbox" else "mail"


def _present_connection(message: ContactMessage) -> ChannelConnection | None:
    """The Pro's connection of the message's channel, as it is now; without one an e-mail leaves as any other would."""
    rows = ChannelConnection.objects.for_pro(message.pro).filter(channel=message.channel)
    return next((connection for connection in rows if connection.is_sending), None)


@task(takes_context=True)
def send_message(context: TaskContext, message_id: str) -> None:
    """Send a message. A failure is stored on it, for the Pro to see; unless it is final the worker tries again."""
    if (message := _claim_message(message_id)) is None:
        return
    is_last = context.attempt >= MAX_ATTEMPTS
    # Worded for the reader when it is shown.
    with override(LANGUAGE):
        try:
            external_id = _send_by_provider(message)
        except SendFailedError as error:
            _note_failure(message, _reason(error), is_last=is_last or error.is_final)
            if error.is_gone:
                note_bounce(message.pro, returned_answer(message))
            if error.is_final:
                return
            raise
        except Exception as error:
            _note_failure(message, type(error).__name__, is_last=is_last)
            raise
    try:
        message.update_state(State.SENT, external_id=external_id)
    except IntegrityError:
        # The provider gave this id before. The message has gone out all the same, and must not do so again.
        message.update_state(State.SENT)


def _claim_message(message_id: str) -> ContactMessage | None:
    """Take a message for sending, so that it cannot be undone any more; None when there is nothing to send.

    One that a killed worker claimed is sent by the next attempt; one to a contact archived meanwhile has failed.
    """
    with transaction.atomic():
        rows = ContactMessage.objects.select_for_update(of=("self",))
        message = rows.filter(pk=message_id, state__in=ON_THEIR_WAY).select_related("author").first()
        if message is None:
            return None
        # A merge has moved it to the contact that was kept.
        if message.contact.deleted_at:
            fail_message(message, ARCHIVED)
            return None
        if message.state == State.SCHEDULED:
            message.state = State.SENDING
            message.save(update_fields=["state"])
        # Also of one that is sent anew: it may have failed before it was ever claimed. Repeated they change nothing.
        apply_answer(message)
        _apply_to_topic(message)
    loaded = ContactMessage.objects.select_related("connection__pro", "contact__pro", "pro", "author")
    return loaded.get(pk=message.pk)


def _apply_to_topic(message: ContactMessage) -> None:
    """Apply the effect of an answer to what it is about, even where that waited no more."""
    kind, key = split_topic(message.topic)
    if kind:
        apply_ending(WaitingItem(pro=message.pro, contact=message.contact, kind=kind, key=key), message.author)


def _send_by_provider(message: ContactMessage) -> str:
    if message.connection is None and message.channel == EMAIL:
        return email.send_text(None, message)
    if message.connection is None or not message.connection.is_sending:
        raise SendFailedError(_("This channel is no longer connected."), is_final=True)
    return provider_of(message.connection).send_text(message.connection, message)


def _reason(error: SendFailedError) -> str:
    if error.is_doubtful:
        return f"{error.reason} {DOUBT}"
    return error.reason


def _note_failure(message: ContactMessage, reason: str, *, is_last: bool) -> None:
    """Store why an attempt failed. A message that has gone out meanwhile stays as it is."""
    if not is_last:
        message.note_failure(reason)
        return
    with transaction.atomic():
        message.lock()
        if message.state == State.SENDING:
            fail_message(message, reason)


def fail_message(message: ContactMessage, reason: str) -> None:
    """Note that a message has not reached anybody: what it ended waits again, until it is sent anew."""
    with transaction.atomic():
        if message.update_state(State.FAILED, reason):
            ended = list(WaitingItem.objects.filter(answer=message).values_list("pk", flat=True))
            undo_answer(message)
            # So that sending it anew ends the same ones, those of an archived contact once that is restored.
            is_waiting = Q(ended_at=None) | Q(outcome=WaitingItem.Outcome.ARCHIVED)
            WaitingItem.objects.filter(is_waiting, pk__in=ended).update(answer=message)


def fail_abandoned_messages() -> None:
    """Mark messages that should have gone out over a day ago, and have no live job, as failed.

    A message is left so when its workers were killed every time.
    """
    due = Coalesce("send_at", "created_at")
    rows = ContactMessage.objects.annotate(due=due).filter(
        state__in=ON_THEIR_WAY, due__lt=timezone.now() - ABANDONED_AFTER
    )
    if not (messages := list(rows.select_related("pro").order_by("due")[:ABANDONED_BATCH])):
        return
    paths = (send_message.module_path, *FORMER_TASK_PATHS)
    in_jobs = {job.args_kwargs["args"][0] for path in paths for job in unfinished_jobs(path)}
    for message in messages:
        if str(message.pk) not in in_jobs:
            fail_message(message, gettext_noop("This message is no longer being sent."))
