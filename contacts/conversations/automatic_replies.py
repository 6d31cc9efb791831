"""Automatic replies to who writes by a channel: once a day a person, and never to a machine.

A reply is a message of the conversation and leaves as any other. It ends no waiting, and is no first response.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from config.accounts.models import BouncedAddress, Pro, User
from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.web.compiled import Compiled
from config.web.mail import is_answerable

from ..hours.clock import Schedule, is_open, opening_after_closing
from ..hours.schedules import find_hours, make_schedule
from ..models import AutomaticReply, ChannelConnection, ContactMessage
from ..waiting.arrivals import waits_for_answer
from .canned_replies import languages_for
from .reply_channels import EMAIL, ReplyChannel, find_reply_channel
from .sending import send_message, sending_queue

CHANNELS = (
    ChannelConnection.Channel.EMAIL,
    ChannelConnection.Channel.WHATSAPP,
    ChannelConnection.Channel.TELEGRAM,
)
ONCE_IN = timedelta(days=1)
State = ContactMessage.State
# (channel, in office hours, language)
type Place = tuple[str, bool, str]

_TEXTS = Compiled(
    lambda pro_id, channel: AutomaticReply.objects.filter(pro_id=pro_id, channel=channel).values_list(
        "is_open", "language", "text"
    ),
    keeps_plan=True,
)


def reply_automatically(*messages: ContactMessage) -> None:
    """Answer messages of one channel of a Pro that have just been stored, if the office wishes.

    Call it in the transaction that stores them, with the book held: of two messages the second sees the reply.
    """
    asking = [each for each in messages if not (each.is_automatic or each.is_unconfirmed) and waits_for_answer(each)]
    rows = _TEXTS.rows(asking[0].pro_id, asking[0].channel) if asking else []
    texts = {(is_open, language): text for is_open, language, text in rows}
    for message in asking if texts else ():
        _reply(message, texts)


def _reply(message: ContactMessage, texts: Mapping[tuple[bool, str], str]) -> None:
    """Answer a message by one of these texts, by (in office hours, language), unless its sender had one lately."""
    if _is_replied(message):
        return
    schedule, now = make_schedule(find_hours(message.pro)), timezone.now()
    is_open_now = is_open(schedule, now)
    languages = [language for language in languages_for(message.contact) if (is_open_now, language) in texts]
    reply_channel = find_reply_channel(message.contact, message.channel) if languages else None
    if reply_channel is None or not _is_sender(message, reply_channel):
        return
    text = fill_in(texts[is_open_now, languages[0]], message.pro, schedule, languages[0])
    _send_reply(message, reply_channel, text)


def _is_replied(message: ContactMessage) -> bool:
    """True if the person got an automatic reply within a day, by any channel."""
    since = timezone.now() - ONCE_IN
    replies = message.contact.messages.filter(is_automatic=True, created_at__gt=since)
    return replies.exclude(state=State.RECEIVED).exists()


def _is_sender(message: ContactMessage, reply_channel: ReplyChannel) -> bool:
    """True if an answer now would go to whoever wrote the message, and gets there."""
    if reply_channel.is_window_closed or reply_channel.address.lower() != message.address.lower():
        return False
    is_mail = message.channel == EMAIL
    return not is_mail or (
        is_answerable(message.address) and not BouncedAddress.objects.of(message.pro, message.address)
    )


def _send_reply(message: ContactMessage, reply_channel: ReplyChannel, text: str) -> None:
    now = timezone.now()
    reply = ContactMessage(
        pro=message.pro,
        contact=message.contact,
        connection=reply_channel.connection,
        channel=message.channel,
        address=reply_channel.address,
        subject=reply_channel.subject,
        references=list(reply_channel.references),
        text=text,
        is_automatic=True,
        state=State.SENDING,
        send_at=now,
        created_at=now,
    )
    reply.save(force_insert=True)
    ContactMessage.objects.recount(message.contact)
    send_message.using(queue_name=sending_queue(reply)).enqueue(str(reply.pk))


def fill_in(text: str, pro: Pro, schedule: Schedule, language: str) -> str:
    """The text with the name of the office for {office}, and for {opens} when it opens next."""
    opens = opening_after_closing(schedule, timezone.now())
    with override(language):
        at = date_format(timezone.localtime(opens, schedule.zone), "l j F, H:i") if opens else ""
    return text.replace("{office}", pro.name).replace("{opens}", at)


def read_texts(pro: Pro) -> dict[Place, str]:
    """All texts of an office."""
    rows = AutomaticReply.objects.for_pro(pro).values_list("channel", "is_open", "language", "text")
    return {(channel, is_open, language): text for channel, is_open, language, text in rows}


def keep_texts(pro: Pro, texts: Mapping[Place, str], *, by: User) -> None:
    """Store texts of an office; an empty one switches that reply off."""
    with transaction.atomic():
        for (channel, is_open_then, language), text in texts.items():
            place: dict[str, Any] = {"pro": pro, "channel": channel, "is_open": is_open_then, "language": language}
            if text:
                AutomaticReply.objects.update_or_create(**place, defaults={"text": text})
            else:
                AutomaticReply.objects.for_pro(pro).filter(**place).delete()
        record_event(Kind.SETTINGS_CHANGED, pro, pro=pro, by=by, detail="automatic_replies")


def all_places() -> list[Place]:
    """Every text that an office may have."""
    languages = [code for code, _name in settings.LANGUAGES]
    return [(str(channel), when, code) for channel in CHANNELS for when in (False, True) for code in languages]
