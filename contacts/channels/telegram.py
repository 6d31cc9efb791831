"""Telegram: the Bot API.

Source: core.telegram.org/bots/api (Update, Message, setWebhook, sendMessage). The token is the bot's; the secret is
ours, and Telegram repeats it with every call.
"""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..languages import ISO_639_1
from ..phones import to_e164
from .calling import answered, call
from .message import (
    InboundMessage,
    Media,
    Receipt,
    SendFailedError,
    UnreadableError,
    clean,
    moment,
    number,
    part,
    parts,
)
from .signing import check_secret

MAX_BODY = 1024 * 1024  # bytes
CHANNEL = "telegram"
MEDIA = ("document", "voice", "audio", "video", "video_note", "animation", "sticker")
UPDATES = ["message", "edited_message"]


def verify(connection: Any, headers: Mapping[str, str], body: bytes, content_type: str) -> str:
    """Raises RefusedError unless the call repeats our secret. Returns "": the body itself tells calls apart."""
    check_secret(connection.secret, headers.get("X-Telegram-Bot-Api-Secret-Token", ""))
    return ""


def read(connection: Any, body: bytes, content_type: str) -> Iterator[InboundMessage | Receipt]:
    """The message of an update, if a person wrote one to the bot alone. Groups and channels are left alone.

    Raises UnreadableError when it is no JSON object.
    """
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableError("no JSON") from None
    if not isinstance(update, dict):
        raise UnreadableError("no JSON object")
    for name in UPDATES:
        message = part(update, name)
        sender = part(message, "from")
        is_private = part(message, "chat").get("type") == "private" and sender.get("is_bot") is not True
        if is_private and number(sender.get("id")) and number(message.get("message_id")):
            yield _read_message(connection, message)


def _read_message(connection: Any, message: Mapping[str, Any]) -> InboundMessage:
    sender, chat = part(message, "from"), number(part(message, "chat").get("id"))
    text, media = _content(message)
    name = " ".join(filter(None, (clean(sender.get(part_), 100) for part_ in ("first_name", "last_name"))))
    username = clean(sender.get("username"), 100)
    language = clean(sender.get("language_code"), 35).split("-")[0].lower()
    return InboundMessage(
        # Numbers of messages count for one bot and one chat alone.
        external_id=f"{bot_id(connection)}:{chat}:{number(message.get('message_id'))}",
        identities=((CHANNEL, str(number(sender.get("id")))),),
        address=str(chat),
        name=name.strip() or (f"@{username}" if username else ""),
        text=text,
        sent_at=moment(message.get("date")),
        phone=_own_phone(message),
        language=language if language in ISO_639_1 else "",
        media=media,
        edited_at=moment(message.get("edit_date")),
    )


def _content(message: Mapping[str, Any]) -> tuple[str, tuple[Media, ...]]:
    """What was written, and what came with it by reference."""
    text = clean(message.get("text")) or clean(message.get("caption"))
    if photos := parts(message, "photo"):
        # The same picture in several sizes.
        largest = max(photos, key=lambda photo: number(photo.get("file_size")) or number(photo.get("width")))
        return text, (_media("image", largest),)
    # A document comes along with an animation, for clients that do not know those.
    for kind in reversed(MEDIA):
        if found := part(message, kind):
            return text or clean(found.get("emoji"), 50), (_media(kind, found),)
    if place := part(message, "location"):
        venue = part(message, "venue")
        words = [clean(venue.get("title"), 500), clean(venue.get("address"), 500)]
        words.append(f"{place.get('latitude')}, {place.get('longitude')}")
        return clean("\n".join(filter(None, words))), (Media("location"),)
    if card := part(message, "contact"):
        words = [clean(card.get(name), 200) for name in ("first_name", "last_name", "phone_number")]
        return " ".join(filter(None, words)), (Media("contact"),)
    return text, () if text else (Media("unsupported"),)


def _media(kind: str, found: Mapping[str, Any]) -> Media:
    name, mime_type = clean(found.get("file_name"), 255), clean(found.get("mime_type"), 100)
    return Media(kind, clean(found.get("file_id"), 255), name, mime_type, number(found.get("file_size")))


def _own_phone(message: Mapping[str, Any]) -> str:
    """The number of the sender, in E.164, when they share their own card; "" else."""
    card = part(message, "contact")
    if not card or number(card.get("user_id")) != number(part(message, "from").get("id")):
        return ""
    given = clean(card.get("phone_number"), 40)
    try:
        return to_e164(given if given.startswith("+") else f"+{given}", "")
    except ValidationError:
        return ""


def bot_id(connection: Any) -> str:
    """The number of the bot, which its token begins with."""
    return str(connection.token).partition(":")[0]


def send(connection: Any, message: Any) -> str:
    """Send a message; returns its id as `read` gives it, "" where Telegram does not say. Raises SendFailedError."""
    body = {
        "chat_id": number(message.address),
        "text": message.text,
        "link_preview_options": {"is_disabled": True},
    }
    result = _ask(connection, "sendMessage", body)
    chat, id = number(part(result, "chat").get("id")), number(result.get("message_id"))
    return f"{bot_id(connection)}:{chat}:{id}" if chat and id else ""


def test(connection: Any) -> str:
    """Register the webhook of the bot and return the bot's name.

    Raises SendFailedError when Telegram refuses the token.
    """
    hook = {
        "url": connection.webhook_url,
        "secret_token": connection.secret,
        "allowed_updates": UPDATES,
        "max_connections": 10,
    }
    name = clean(_ask(connection, "getMe", {}).get("username"), 100)
    _ask(connection, "setWebhook", hook)
    return f"@{name}"


def _ask(connection: Any, method: str, body: dict[str, Any]) -> Mapping[str, Any]:
    """The result of a method. Raises SendFailedError with Telegram's words."""
    if not connection.token:
        raise SendFailedError(_("The bot's token is missing."), is_final=True)
    status, answer = call(f"{settings.TELEGRAM_API_URL}/bot{quote(connection.token, safe=':')}/{method}", body)
    if status < HTTPStatus.MULTIPLE_CHOICES and answer.get("ok") is True:
        return part(answer, "result")
    reason = clean(answer.get("description"), 250) or answered(status)
    # What was taken, but in words that say nothing, may be on its way.
    raise SendFailedError(reason, is_final=True, is_doubtful=status < HTTPStatus.MULTIPLE_CHOICES and not answer)
