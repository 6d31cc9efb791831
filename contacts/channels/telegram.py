"""Telegram: the Bot API.

Source: core.telegram.org/bots/api (Update, Message, MessageReactionUpdated, setWebhook,
sendMessage). `token` is the bot's; `secret` is ours, and Telegram repeats it with every call.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..languages import ISO_639_1
from ..models import ChannelConnection, ContactMessage
from ..phones import to_e164
from .calling import answered, call
from .message import InboundMessage, Media, SendFailedError, UnreadableError
from .payload import clean_text, get_object, get_objects, to_datetime, to_int
from .signing import check_secret

MAX_BODY = 1024 * 1024  # bytes
CHANNEL = "telegram"
# A client that does not know an animation finds a document in the same message: the animation is looked up first.
MEDIA_KINDS = ("sticker", "animation", "video_note", "video", "audio", "voice", "document")
UPDATES = ["message", "edited_message", "message_reaction"]


def verify_call(connection: ChannelConnection, headers: Mapping[str, str], body: bytes, content_type: str) -> str:
    """Raise RefusedError unless the call repeats our secret. Return "": the body itself tells calls apart."""
    check_secret(connection.secret, headers.get("X-Telegram-Bot-Api-Secret-Token", ""))
    return ""


def read_call(connection: ChannelConnection, body: bytes, content_type: str) -> Iterator[InboundMessage]:
    """Yield the message of an update if a person wrote it to the bot alone; groups and channels are ignored.

    Raises UnreadableError when the body is no JSON object.
    """
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableError("no JSON") from None
    if not isinstance(update, dict):
        raise UnreadableError("no JSON object")
    for name in UPDATES:
        message = get_object(update, name)
        sender = get_object(message, "user" if name == "message_reaction" else "from")
        is_private = get_object(message, "chat").get("type") == "private" and sender.get("is_bot") is not True
        if not (is_private and to_int(sender.get("id")) and to_int(message.get("message_id"))):
            continue
        inbound = _read_sender(connection, message, sender)
        if name == "message_reaction":
            yield _read_reaction(inbound, message, to_int(update.get("update_id")))
        else:
            yield _read_message(inbound, connection, message)


def _read_sender(
    connection: ChannelConnection, message: Mapping[str, Any], sender: Mapping[str, Any]
) -> InboundMessage:
    """A message without its content."""
    chat_id = to_int(get_object(message, "chat").get("id"))
    name = " ".join(filter(None, (clean_text(sender.get(field), 100) for field in ("first_name", "last_name"))))
    username = clean_text(sender.get("username"), 100)
    language = clean_text(sender.get("language_code"), 35).split("-")[0].lower()
    return InboundMessage(
        # A message's number is unique within one bot and one chat only.
        external_id=f"{bot_id(connection)}:{chat_id}:{to_int(message.get('message_id'))}",
        identities=((CHANNEL, str(to_int(sender.get("id")))),),
        address=str(chat_id),
        name=name.strip() or (f"@{username}" if username else ""),
        sent_at=to_datetime(message.get("date")),
        language=language if language in ISO_639_1 else "",
    )


def _read_message(inbound: InboundMessage, connection: ChannelConnection, message: Mapping[str, Any]) -> InboundMessage:
    text, media = _read_content(message)
    answered_id = to_int(get_object(message, "reply_to_message").get("message_id"))
    return replace(
        inbound,
        text=text,
        media=media,
        phone=_shared_own_phone(message),
        edited_at=to_datetime(message.get("edit_date")),
        answers_to=f"{bot_id(connection)}:{inbound.address}:{answered_id}" if answered_id else "",
    )


def _read_reaction(inbound: InboundMessage, message: Mapping[str, Any], update_id: int) -> InboundMessage:
    """Read a change of the reactions to a message; without any left they were taken back."""
    emojis = [clean_text(reaction.get("emoji"), 20) or "⭐" for reaction in get_objects(message, "new_reaction")]
    return replace(
        inbound,
        external_id=f"{inbound.external_id}:reaction:{update_id}",
        text=clean_text(" ".join(emojis), 50),
        media=(Media("reaction", inbound.external_id),),
        answers_to=inbound.external_id,
        is_silent=not emojis,
    )


def _read_content(message: Mapping[str, Any]) -> tuple[str, tuple[Media, ...]]:
    """Text, and references to the media."""
    text = clean_text(message.get("text")) or clean_text(message.get("caption"))
    if photos := get_objects(message, "photo"):
        # The same picture in several sizes.
        largest = max(photos, key=lambda photo: to_int(photo.get("file_size")) or to_int(photo.get("width")))
        return text, (_read_media("image", largest),)
    for kind in MEDIA_KINDS:
        if medium := get_object(message, kind):
            return text or clean_text(medium.get("emoji"), 50), (_read_media(kind, medium),)
    if location := get_object(message, "location"):
        venue = get_object(message, "venue")
        lines = [clean_text(venue.get("title"), 500), clean_text(venue.get("address"), 500)]
        lines.append(f"{location.get('latitude')}, {location.get('longitude')}")
        return clean_text("\n".join(filter(None, lines))), (Media("location"),)
    if card := get_object(message, "contact"):
        fields = [clean_text(card.get(name), 200) for name in ("first_name", "last_name", "phone_number")]
        return " ".join(filter(None, fields)), (Media("contact"),)
    return text, () if text else (Media("unsupported"),)


def _read_media(kind: str, medium: Mapping[str, Any]) -> Media:
    filename, mime_type = clean_text(medium.get("file_name"), 255), clean_text(medium.get("mime_type"), 100)
    return Media(kind, clean_text(medium.get("file_id"), 255), filename, mime_type, to_int(medium.get("file_size")))


def _shared_own_phone(message: Mapping[str, Any]) -> str:
    """The sender's number, in E.164, when they share their own contact card; "" else."""
    card = get_object(message, "contact")
    if not card or to_int(card.get("user_id")) != to_int(get_object(message, "from").get("id")):
        return ""
    phone = clean_text(card.get("phone_number"), 40)
    try:
        return to_e164(phone if phone.startswith("+") else f"+{phone}", "")
    except ValidationError:
        return ""


def bot_id(connection: ChannelConnection) -> str:
    """The bot's number, with which its token begins."""
    return connection.token.partition(":")[0]


def send_text(connection: ChannelConnection, message: ContactMessage) -> str:
    """Send a message and return its id in the form of `read_call`, "" if Telegram gives none.

    Raises SendFailedError.
    """
    body = {
        "chat_id": to_int(message.address),
        "text": message.text,
        "link_preview_options": {"is_disabled": True},
    }
    result = call_method(connection, "sendMessage", body)
    chat_id, id = to_int(get_object(result, "chat").get("id")), to_int(result.get("message_id"))
    return f"{bot_id(connection)}:{chat_id}:{id}" if chat_id and id else ""


def check_connection(connection: ChannelConnection) -> str:
    """Register the bot's webhook and return the bot's name. Raises SendFailedError when Telegram refuses the token."""
    webhook = {
        "url": connection.webhook_url,
        "secret_token": connection.secret,
        "allowed_updates": UPDATES,
        "max_connections": 10,
    }
    name = clean_text(call_method(connection, "getMe", {}).get("username"), 100)
    call_method(connection, "setWebhook", webhook)
    return f"@{name}"


def call_method(connection: ChannelConnection, method: str, body: dict[str, Any]) -> Mapping[str, Any]:
    """Call a method of the API and return its result. Raises SendFailedError with Telegram's description."""
    if not connection.token:
        raise SendFailedError(_("The bot's token is missing."), is_final=True)
    status, answer = call(f"{settings.TELEGRAM_API_URL}/bot{quote(connection.token, safe=':')}/{method}", body)
    if status < HTTPStatus.MULTIPLE_CHOICES and answer.get("ok") is True:
        return get_object(answer, "result")
    reason = clean_text(answer.get("description"), 250) or answered(status)
    # A success without an answer that can be read: the message may have been sent.
    raise SendFailedError(reason, is_final=True, is_doubtful=status < HTTPStatus.MULTIPLE_CHOICES and not answer)
