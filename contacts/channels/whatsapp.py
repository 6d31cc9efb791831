"""WhatsApp: Meta's Cloud API.

Sources: the webhook reference of the WhatsApp Business Platform (messages, statuses), its page on business-scoped user
ids, and `POST /{phone-number-id}/messages`. The secret is the app's, the token a system user's, the address the id of
the phone number.
"""

import json
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..phones import to_e164
from .calling import answered, call
from .message import (
    Elsewhere,
    Identity,
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
from .signing import check_signature

MAX_BODY = 3 * 1024 * 1024  # bytes; Meta's own bound
CHANNEL = "whatsapp"
MEDIA = ("image", "video", "audio", "document", "sticker")
STATES = ("sent", "delivered", "read", "failed")
# What nobody wrote: Meta's own notices.
SILENT = ("request_welcome", "ephemeral")
# Those which say that somebody has another number or user id from now on.
CHANGES = ("user_changed_number", "user_changed_user_id")
# Free text may be sent for so long after somebody's last message.
WINDOW_HOURS = 24
# Too many calls, or a passing fault (Cloud API error codes): to be tried again.
PASSING = {1, 2, 4, 80007, 130429, 131000, 131016, 131048, 131056, 133004}


def verify(connection: Any, headers: Mapping[str, str], body: bytes, content_type: str) -> str:
    """Raises RefusedError unless Meta signed this body with the app's secret.

    Returns "": the body itself tells calls apart.
    """
    check_signature(connection.secret, body, headers.get("X-Hub-Signature-256", ""))
    return ""


def read(connection: Any, body: bytes, content_type: str) -> Iterator[InboundMessage | Receipt | Elsewhere]:
    """The messages and receipts of one call, which may hold many. Raises UnreadableError when it is no JSON object."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableError("no JSON") from None
    if not isinstance(payload, dict):
        raise UnreadableError("no JSON object")
    for entry in parts(payload, "entry"):
        for change in parts(entry, "changes"):
            value = part(change, "value")
            number_id = clean(part(value, "metadata").get("phone_number_id"), 100)
            # Meta brings what is written to all numbers of one app to one address.
            if number_id and number_id != connection.address:
                yield Elsewhere(_("It is for another phone number, with the ID %(id)s.") % {"id": number_id})
            else:
                yield from _read_value(value)


def _read_value(value: Mapping[str, Any]) -> Iterator[InboundMessage | Receipt]:
    people = parts(value, "contacts")
    for message in parts(value, "messages"):
        if not clean(message.get("id"), 255):
            continue
        if message.get("type") == "system":
            yield from _read_change(message)
        elif message.get("type") not in SILENT:
            yield from _read_message(message, _person(people, message))
    for status in parts(value, "statuses"):
        if status.get("status") in STATES:
            yield Receipt(clean(status.get("id"), 255), str(status["status"]), _fault(parts(status, "errors")))


def _person(people: list[Mapping[str, Any]], message: Mapping[str, Any]) -> Mapping[str, Any]:
    """Who wrote it, of those that the call names; a batch may name several."""
    ids = {clean(message.get(name), 254) for name in ("from", "from_user_id")} - {""}
    found = (person for person in people if ids & {clean(person.get(name), 254) for name in ("wa_id", "user_id")})
    return next(found, people[0] if len(people) == 1 and not ids else {})


def _read_message(message: Mapping[str, Any], person: Mapping[str, Any]) -> Iterator[InboundMessage]:
    phone_id, user_id = _ids(message, person)
    identities = tuple(_identities(phone_id, user_id))
    if not identities:
        return
    profile = part(person, "profile")
    text, media = _content(message)
    phone = _phone(phone_id)
    username = clean(profile.get("username"), 100)
    yield InboundMessage(
        external_id=clean(message.get("id"), 255),
        identities=identities,
        address=phone_id or user_id,
        name=clean(profile.get("name"), 200) or (f"@{username}" if username else ""),
        text=text,
        sent_at=moment(message.get("timestamp")),
        phone=phone,
        media=media,
    )


def _read_change(message: Mapping[str, Any]) -> Iterator[InboundMessage]:
    """The notice that somebody has other ids from now on: they stay who they are, and are answered at the new ones."""
    system = part(message, "system")
    former = [clean(system.get("previous_user_id"), 254), clean(message.get("from"), 254)]
    user_id, phone_id = clean(system.get("user_id"), 254), clean(system.get("wa_id"), 254)
    ids = [id for id in dict.fromkeys([*former, user_id, phone_id]) if id]
    if system.get("type") not in CHANGES or not any(former) or not (user_id or phone_id):
        return
    yield InboundMessage(
        external_id=clean(message.get("id"), 255),
        identities=tuple((CHANNEL, id) for id in ids),
        address=phone_id or user_id,
        name="",
        text=clean(system.get("body")),
        sent_at=moment(message.get("timestamp")),
        phone=_phone(phone_id),
        is_automatic=True,
    )


def _ids(message: Mapping[str, Any], person: Mapping[str, Any]) -> tuple[str, str]:
    """The number of the sender, in digits, and their business-scoped user id; either may be missing."""
    given = [clean(source.get(name), 254) for source, name in ((message, "from"), (person, "wa_id"))]
    known = [clean(source.get(name), 254) for source, name in ((message, "from_user_id"), (person, "user_id"))]
    # Where there is no number, Meta may give the user id in its place.
    phone_id = next((text for text in given if text.isascii() and text.isdigit()), "")
    return phone_id, next((text for text in [*known, *given] if text and text != phone_id), "")


def _identities(phone_id: str, user_id: str) -> Iterator[Identity]:
    """Never the phone number alone: both ids, as Meta has them, and last the number, by which others may know them."""
    if user_id:
        yield CHANNEL, user_id
    if phone_id:
        yield CHANNEL, phone_id


def _phone(phone_id: str) -> str:
    """The id of a number in E.164; "" for what can be no number."""
    try:
        return to_e164(f"+{phone_id}", "") if phone_id else ""
    except ValidationError:
        return ""


def _content(message: Mapping[str, Any]) -> tuple[str, tuple[Media, ...]]:
    """What was written, and what came with it by reference."""
    kind = str(message.get("type"))
    content = part(message, kind)
    if kind == "text":
        return clean(content.get("body")), ()
    if kind in MEDIA:
        kind = "voice" if content.get("voice") is True else kind
        mime_type, name = clean(content.get("mime_type"), 100), clean(content.get("filename"), 255)
        media = Media(kind, clean(content.get("id"), 255), name, mime_type, number(content.get("file_size")))
        return clean(content.get("caption")), (media,)
    if kind == "reaction":
        return clean(content.get("emoji"), 50), (Media("reaction", clean(content.get("message_id"), 255)),)
    if kind == "location":
        return _place(content), (Media("location"),)
    if kind == "contacts":
        return _cards(message), (Media("contact"),)
    if kind == "button":
        return clean(content.get("text")), ()
    if kind == "interactive":
        chosen = part(content, "button_reply") or part(content, "list_reply")
        return clean(chosen.get("title")), ()
    return "", (Media("unsupported"),)


def _place(content: Mapping[str, Any]) -> str:
    names = [clean(content.get(name), 500) for name in ("name", "address")]
    place = [f"{content.get(name)}" for name in ("latitude", "longitude") if isinstance(content.get(name), int | float)]
    return "\n".join(filter(None, [*names, ", ".join(place)]))


def _cards(message: Mapping[str, Any]) -> str:
    lines = []
    for card in parts(message, "contacts"):
        words = [clean(part(card, "name").get("formatted_name"), 200)]
        words += [clean(phone.get("phone"), 40) for phone in parts(card, "phones")]
        lines.append(" ".join(filter(None, words)))
    return clean("\n".join(lines))


def _fault(errors: list[Mapping[str, Any]]) -> str:
    """Why a message was not delivered, in Meta's words."""
    for error in errors:
        said = [clean(part(error, "error_data").get("details"), 250), clean(error.get("title"), 250)]
        said += [clean(error.get("message"), 250)]
        return next(filter(None, said), "") + (f" ({number(error.get('code'))})" if number(error.get("code")) else "")
    return ""


def send(connection: Any, message: Any) -> str:
    """Send a message; returns WhatsApp's id of it. Raises SendFailedError."""
    to = message.address
    # A number goes into `to`; who has none is reached by the business-scoped user id.
    target = {"to": to} if re.fullmatch(r"[0-9]+", to) else {"recipient": to}
    body = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **target,
        "type": "text",
        "text": {"preview_url": False, "body": message.text},
    }
    status, answer = call(f"{_place_of(connection)}/messages", body, token=_token(connection))
    id = next((clean(sent.get("id"), 255) for sent in parts(answer, "messages")), "")
    if status < HTTPStatus.MULTIPLE_CHOICES and id:
        return id
    raise _failure(status, part(answer, "error"))


def test(connection: Any) -> str:
    """What WhatsApp calls the number of this connection. Raises SendFailedError when it does not let us in."""
    fields = "?fields=display_phone_number,verified_name"
    status, answer = call(_place_of(connection) + fields, token=_token(connection))
    if status >= HTTPStatus.MULTIPLE_CHOICES or not answer.get("display_phone_number"):
        raise _failure(status, part(answer, "error"))
    return " ".join(clean(answer.get(name), 100) for name in ("verified_name", "display_phone_number")).strip()


def _place_of(connection: Any) -> str:
    return f"{settings.WHATSAPP_API_URL}/{quote(connection.address, safe='')}"


def _token(connection: Any) -> str:
    if not (connection.token and connection.address):
        raise SendFailedError(_("The access token or the id of the phone number is missing."), is_final=True)
    return str(connection.token)


def _failure(status: int, error: Mapping[str, Any]) -> SendFailedError:
    said = _fault([error]) if error else ""
    is_final = number(error.get("code")) not in PASSING
    # What was taken, but in words that say nothing, may be on its way.
    return SendFailedError(
        said or answered(status), is_final=is_final, is_doubtful=status < HTTPStatus.MULTIPLE_CHOICES
    )
