"""Answers to a contact: written, and undone until they leave.

An answer waits for the seconds that its author has to undo it, or for a time they chose. Its job then claims it under
the row lock; undoing takes it away under the same lock. So it is sent or undone, never both.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.accounts.models import Signature, User
from config.files.keeping import MAX_KEPT_BYTES
from config.jobs.worker import cancel_job
from config.web.text import unix_lines

from ..models import Contact, ContactMessage, Draft, WaitingItem
from ..models.locking import hold_book
from ..topics import read_topic
from ..waiting.endings import undo_answer
from ..waiting.persons import items_to_answer
from ..waiting.reminders import cancel_reminder
from .canned_replies import find_unfilled, languages_for
from .drafts import find_draft, restore_draft, save_draft, send_files
from .reply_channels import EMAIL, ReplyChannel, find_reply_channel, window_closed_text
from .seen import SeenChangedError, check_seen
from .sending import send_message, sending_queue

State = ContactMessage.State
# Characters of one message: the limits of WhatsApp (Cloud API) and Telegram (Bot API), and our own for an e-mail.
MAX_LENGTHS = {"whatsapp": 4096, "telegram": 4096, "email": 50_000}
MAX_COPIES = 20
LATEST = timedelta(days=366)


class TooLateError(Exception):
    """A message is on its way already, or gone."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer as it was written.

    `topic` is what it is about: see `topics`. `settles` are the ids of the contact's waiting items that it ends, those
    of `items_to_answer` unless they are given. `seen` is the version of the thread that the author saw: see `seen`. It
    leaves at `send_at` if that is later than the author's seconds to undo. `cc` are further recipients as typed;
    `with_copies` sends it to the other recipients of the e-mail that is answered, too. `template` is the WhatsApp
    template of the text, as the Cloud API takes it. The same `id` with the same text is one message, submitted twice.
    """

    text: str
    channel: str
    by: User | None
    id: uuid.UUID | None = None
    topic: str = ""
    settles: Collection[int] | None = None
    seen: str = ""
    send_at: datetime | None = None
    cc: str = ""
    with_copies: bool = False
    template: dict[str, Any] | None = None


def write_message(contact: Contact, text: str, *, channel: str, by: User | None, **options: Any) -> ContactMessage:
    """Answer a contact by one of its reply channels: store the message, end what it settles, and enqueue sending it.

    `options` are those of an `Answer`. The files of the author's draft leave with it, and the draft is deleted.

    Raises ValidationError for what cannot be sent, DoesNotExist when the contact is deleted, and SeenChangedError: the
    words are then kept as the author's draft.
    """
    answer = Answer(text=_clean_text(text, channel), channel=channel, by=by, **options)
    copies = _read_copies(answer.cc, channel)
    try:
        with transaction.atomic():
            contact.lock()
            stored = find_written(contact, answer.text, channel=channel, id=answer.id)
            return stored or _store_message(contact, answer, copies)
    except SeenChangedError:
        if by:
            save_draft(contact, by, answer.text, topic=answer.topic, channel=channel, cc=answer.cc)
        raise


def _store_message(contact: Contact, answer: Answer, copies: list[list[str]]) -> ContactMessage:
    """Store an answer with its files and all that follows from it. The caller holds the contact."""
    if answer.seen:
        check_seen(contact, answer.seen, by=answer.by)
    draft = find_draft(contact, answer.by, answer.topic) if answer.by else None
    message = _build_message(contact, answer, copies)
    _check_files(draft, answer.channel)
    message.save(force_insert=True)
    _end_items(message, answer.settles)
    if draft:
        send_files(draft, message)
    _enqueue(message)
    ContactMessage.objects.unread(contact).update(read_at=timezone.now())
    ContactMessage.objects.recount(contact)
    return message


def _build_message(contact: Contact, answer: Answer, copies: list[list[str]]) -> ContactMessage:
    """The unsaved message, to the address that its reply channel has now."""
    leaves_at = _leaving_time(answer.send_at, answer.by)
    has_template = bool(answer.template)
    reply_channel = _reply_channel(contact, answer.channel, answer.topic, leaves_at, has_template=has_template)
    return ContactMessage(
        id=_message_id(contact, answer.text, answer.channel, answer.id),
        pro=contact.pro,
        contact=contact,
        connection=reply_channel.connection,
        channel=answer.channel,
        address=reply_channel.address,
        subject=reply_channel.subject,
        references=list(reply_channel.references),
        text=answer.text,
        template=answer.template or {},
        cc=_merge_copies(copies, reply_channel, with_copies=answer.with_copies),
        topic=answer.topic,
        signature=find_signature(answer.by, contact) if answer.by and answer.channel == EMAIL else "",
        author=answer.by,
        state=State.SCHEDULED,
        send_at=leaves_at,
    )


def find_written(contact: Contact, text: str, *, channel: str, id: uuid.UUID | None) -> ContactMessage | None:
    """The message that the same form with the same text has become already."""
    key = _message_id(contact, unix_lines(text).strip(), channel, id)
    return contact.messages.filter(pk=key, channel=channel).first() if id else None


def _message_id(contact: Contact, text: str, channel: str, id: uuid.UUID | None) -> uuid.UUID:
    return uuid.uuid5(contact.pk, f"{id}\n{channel}\n{text}") if id else uuid.uuid4()


def _clean_text(text: str, channel: str) -> str:
    text, limit = unix_lines(text).strip(), MAX_LENGTHS.get(channel, 0)
    if not any(c.isprintable() and not c.isspace() for c in text):
        raise ValidationError({"text": _("Write something first.")})
    if "\0" in text:
        raise ValidationError({"text": _("Null characters are not allowed.")})
    # WhatsApp and Telegram count UTF-16 code units.
    if limit and len(text.encode("utf-16-le", "surrogatepass")) // 2 > limit:
        raise ValidationError({"text": _("Use at most %(n)s characters for this channel.") % {"n": limit}})
    if unfilled := find_unfilled(text):
        raise ValidationError({"text": _("Fill in %(names)s first.") % {"names": ", ".join(unfilled)}})
    return text


def _read_copies(cc: str, channel: str) -> list[list[str]]:
    """[["", address], …] of recipients as typed, with commas, semicolons or spaces between them."""
    addresses = list(dict.fromkeys(cc.replace(",", " ").replace(";", " ").split()))
    if addresses and channel != EMAIL:
        raise ValidationError({"cc": _("Only e-mails have copies.")})
    if len(addresses) > MAX_COPIES:
        raise ValidationError({"cc": _("Use at most %(n)s addresses.") % {"n": MAX_COPIES}})
    for address in addresses:
        try:
            validate_email(address)
        except ValidationError:
            text = _("“%(address)s” is not an e-mail address.") % {"address": address[:100]}
            raise ValidationError({"cc": text}) from None
    return [["", address] for address in addresses]


def _merge_copies(typed: list[list[str]], reply_channel: ReplyChannel, *, with_copies: bool) -> list[list[str]]:
    """Typed recipients and those of the e-mail that is answered, each once."""
    others = [list(pair) for pair in reply_channel.cc] if with_copies else []
    known = {address.lower() for _name, address in others} | {reply_channel.address.lower()}
    return [*others, *(pair for pair in typed if pair[1].lower() not in known)]


def _leaving_time(send_at: datetime | None, by: User | None) -> datetime:
    """The chosen time, at least the seconds to undo from now."""
    now = timezone.now()
    if send_at and not now <= send_at <= now + LATEST:
        raise ValidationError({"send_at": _("Choose a time within the next year.")})
    soonest = now + timedelta(seconds=by.undo_seconds if by else 0)
    return max(send_at, soonest) if send_at else soonest


def _reply_channel(
    contact: Contact, channel: str, topic: str, leaves_at: datetime, *, has_template: bool
) -> ReplyChannel:
    """The reply channel to send by. Raises ValidationError where there is none, or it will take no free text."""
    if topic and read_topic(contact, topic) is None:
        raise ValidationError(_("What this answer is about belongs to somebody else now."))
    if (reply_channel := find_reply_channel(contact, channel, topic, at=leaves_at)) is None:
        raise ValidationError({"channel": _("This contact cannot be answered by this channel.")})
    if reply_channel.is_window_closed and not has_template:
        raise ValidationError({"channel": window_closed_text()})
    return reply_channel


def _check_files(draft: Draft | None, channel: str) -> None:
    sizes = list(draft.files.values_list("size", flat=True)) if draft else []
    if sizes and channel != EMAIL:
        raise ValidationError({"files": _("Files can be sent by e-mail only.")})
    if sum(sizes) > MAX_KEPT_BYTES:
        raise ValidationError({"files": _("All files together may have 25 MB.")})


def find_signature(user: User, contact: Contact) -> str:
    """The user's signature in the contact's language, else in the Pro's, else in English; "" for none."""
    texts = dict(Signature.objects.filter(user=user).values_list("language", "text"))
    return next((texts[language] for language in languages_for(contact) if texts.get(language)), "")


def _end_items(message: ContactMessage, settles: Collection[int] | None) -> None:
    """End the chosen items of the contact; unless any were chosen all that an answer may end."""
    if settles is None:
        rows = items_to_answer(message.contact, message.topic)
    else:
        rows = WaitingItem.objects.filter(contact=message.contact, pk__in=settles)
    rows.end(WaitingItem.Outcome.ANSWERED, by=message.author, answer=message)


def _enqueue(message: ContactMessage) -> None:
    is_later = message.send_at and message.send_at > timezone.now()
    task = send_message.using(queue_name=sending_queue(message), run_after=message.send_at if is_later else None)
    message.job_id = uuid.UUID(task.enqueue(str(message.pk)).id)
    message.save(update_fields=["job_id"])


def undo_message(message: ContactMessage, *, by: User) -> Draft:
    """Take back an answer that has not left: its words and files are the user's draft, what it ended waits again.

    Raises TooLateError when it is being sent or has been, and DoesNotExist when it was undone already.
    """
    with transaction.atomic():
        hold_book(message.pro_id)
        message.lock()
        if message.state != State.SCHEDULED:
            raise TooLateError
        # One that is running already will find no message.
        if message.job_id:
            cancel_job(message.job_id)
        draft = restore_draft(message, by)
        undo_answer(message)
        cancel_reminder(message)
        contact = message.contact
        message.delete()
        ContactMessage.objects.recount(contact)
        return draft
