"""WhatsApp: Meta's Cloud API.

Sources: the webhook reference of the WhatsApp Business Platform (messages, edit, revoke, statuses), its page on
business-scoped user IDs, and `POST /{phone-number-id}/messages`. `secret` is the app's, `token` a system user's,
`address` the phone number ID.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..models import ChannelConnection, ContactMessage
from ..phones import to_e164
from .calling import answered, call
from .message import IgnoredPart, InboundMessage, Receipt, SendFailedError, UnreadableError
from .payload import clean_text, get_object, get_objects, to_datetime, to_int
from .signing import check_signature
from .whatsapp_content import find_answered_id, read_content, read_referral

MAX_BODY = 3 * 1024 * 1024  # bytes; Meta's own limit
CHANNEL = "whatsapp"
STATES = ("sent", "delivered", "read", "failed")
# Meta's own notices, which nobody wrote.
IGNORED_TYPES = ("request_welcome", "ephemeral")
# A sender's changes of an earlier message.
CHANGES = ("edit", "revoke")
# Notices that a sender has another number or user ID from now on.
ID_CHANGES = ("user_changed_number", "user_changed_user_id")
# Free text may be sent for this long after somebody's last message: the customer service window.
WINDOW_HOURS = 24
# Error codes of the Cloud API for too many calls and for temporary faults: try again.
TEMPORARY_ERRORS = {1, 2, 4, 80007, 130429, 131000, 131016, 131048, 131056, 133004}


def verify_call(connection: ChannelConnection, headers: Mapping[str, str], body: bytes, content_type: str) -> str:
    """Raise RefusedError unless Meta signed the body with the app's secret.

    Return "": the body itself tells calls apart.
    """
    check_signature(connection.secret, body, headers.get("X-Hub-Signature-256", ""))
    return ""


def read_call(
    connection: ChannelConnection, body: bytes, content_type: str
) -> Iterator[InboundMessage | Receipt | IgnoredPart]:
    """Yield the messages and receipts of a call, which may hold many.

    Raises UnreadableError when the body is no JSON object.
    """
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableError("no JSON") from None
    if not isinstance(payload, dict):
        raise UnreadableError("no JSON object")
    for entry in get_objects(payload, "entry"):
        for change in get_objects(entry, "changes"):
            value = get_object(change, "value")
            number_id = clean_text(get_object(value, "metadata").get("phone_number_id"), 100)
            # Meta calls one address for all phone numbers of an app.
            if number_id and number_id != connection.address:
                yield IgnoredPart(_("It is for another phone number, with the ID %(id)s.") % {"id": number_id})
            else:
                yield from _read_value(value)


def _read_value(value: Mapping[str, Any]) -> Iterator[InboundMessage | Receipt]:
    people = get_objects(value, "contacts")
    for message in get_objects(value, "messages"):
        # Groups are left alone.
        if not clean_text(message.get("id"), 255) or message.get("group_id"):
            continue
        if message.get("type") == "system":
            yield from _read_id_change(message)
        elif message.get("type") not in IGNORED_TYPES:
            yield from _read_message(message, _sender_of(people, message))
    for status in get_objects(value, "statuses"):
        if status.get("status") in STATES:
            reason = _error_text(get_objects(status, "errors"))
            yield Receipt(clean_text(status.get("id"), 255), str(status["status"]), reason)


def _sender_of(people: list[Mapping[str, Any]], message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The sender of a message, of the people that the call names; a batch may name several."""
    ids = {clean_text(message.get(name), 254) for name in ("from", "from_user_id")} - {""}
    senders = (
        person for person in people if ids & {clean_text(person.get(name), 254) for name in ("wa_id", "user_id")}
    )
    return next(senders, people[0] if len(people) == 1 and not ids else {})


def _read_message(message: Mapping[str, Any], person: Mapping[str, Any]) -> Iterator[InboundMessage]:
    phone_id, user_id = _read_ids(message, person)
    identities = tuple(_sender_identities(phone_id, user_id))
    if not identities:
        return
    profile = get_object(person, "profile")
    username = clean_text(profile.get("username"), 100)
    sender = InboundMessage(
        external_id=clean_text(message.get("id"), 255),
        identities=identities,
        address=phone_id or user_id,
        name=clean_text(profile.get("name"), 200) or (f"@{username}" if username else ""),
        sent_at=to_datetime(message.get("timestamp")),
        phone=_phone(phone_id),
    )
    if message.get("type") in CHANGES:
        yield from _read_change(message, sender)
    else:
        yield _with_content(sender, message)


def _with_content(inbound: InboundMessage, message: Mapping[str, Any]) -> InboundMessage:
    text, media = read_content(message)
    # An emoji that is taken back is no message to be told of.
    is_silent = not text and any(medium.kind == "reaction" for medium in media)
    referral, answered_id = read_referral(message), find_answered_id(message)
    return replace(inbound, text=text, media=media, referral=referral, answers_to=answered_id, is_silent=is_silent)


def _read_change(message: Mapping[str, Any], sender: InboundMessage) -> Iterator[InboundMessage]:
    """Read an edit or a deletion as the message that it changes, by that one's id."""
    change = get_object(message, str(message.get("type")))
    if not (id := clean_text(change.get("original_message_id"), 255)):
        return
    changed, at = replace(sender, external_id=id), sender.sent_at or datetime.now(UTC)
    if message.get("type") == "revoke":
        yield replace(changed, deleted_at=at)
    else:
        yield replace(_with_content(changed, get_object(change, "message")), edited_at=at)


def _read_id_change(message: Mapping[str, Any]) -> Iterator[InboundMessage]:
    """Read the notice that a sender has other ids: the contact stays the same and is answered at the new ones."""
    system = get_object(message, "system")
    former = [clean_text(system.get("previous_user_id"), 254), clean_text(message.get("from"), 254)]
    user_id, phone_id = clean_text(system.get("user_id"), 254), clean_text(system.get("wa_id"), 254)
    ids = [id for id in dict.fromkeys([*former, user_id, phone_id]) if id]
    if system.get("type") not in ID_CHANGES or not any(former) or not (user_id or phone_id):
        return
    yield InboundMessage(
        external_id=clean_text(message.get("id"), 255),
        identities=tuple((CHANNEL, id) for id in ids),
        address=phone_id or user_id,
        name="",
        text=clean_text(system.get("body")),
        sent_at=to_datetime(message.get("timestamp")),
        phone=_phone(phone_id),
        is_automatic=True,
        is_silent=True,
    )


def _read_ids(message: Mapping[str, Any], person: Mapping[str, Any]) -> tuple[str, str]:
    """The sender's number in digits and business-scoped user ID, "" for a missing one."""
    numbers = [clean_text(source.get(name), 254) for source, name in ((message, "from"), (person, "wa_id"))]
    user_ids = [clean_text(source.get(name), 254) for source, name in ((message, "from_user_id"), (person, "user_id"))]
    # Meta may give the user ID in place of a missing number.
    phone_id = next((number for number in numbers if number.isascii() and number.isdigit()), "")
    return phone_id, next((id for id in [*user_ids, *numbers] if id and id != phone_id), "")


def _sender_identities(phone_id: str, user_id: str) -> Iterator[tuple[str, str]]:
    """The user ID first: a number may pass to somebody else."""
    if user_id:
        yield CHANNEL, user_id
    if phone_id:
        yield CHANNEL, phone_id


def _phone(phone_id: str) -> str:
    """A number's id in E.164, "" for an impossible number."""
    try:
        return to_e164(f"+{phone_id}", "") if phone_id else ""
    except ValidationError:
        return ""


def _error_text(errors: list[Mapping[str, Any]]) -> str:
    """The first error in Meta's words, with its code; "" for none."""
    for error in errors:
        texts = [clean_text(get_object(error, "error_data").get("details"), 250)]
        texts += [clean_text(error.get(name), 250) for name in ("title", "message")]
        code = to_int(error.get("code"))
        return next(filter(None, texts), "") + (f" ({code})" if code else "")
    return ""


def send_text(connection: ChannelConnection, message: ContactMessage) -> str:
    """Send a message and return WhatsApp's id of it. Raises SendFailedError."""
    to = message.address
    # `to` takes a number; somebody without one is reached by the business-scoped user ID.
    target = {"to": to} if re.fullmatch(r"[0-9]+", to) else {"recipient": to}
    text = {"type": "text", "text": {"preview_url": False, "body": message.text}}
    content = {"type": "template", "template": message.template} if message.template else text
    body = {"messaging_product": "whatsapp", "recipient_type": "individual", **target, **content}
    status, answer = call(f"{_number_url(connection)}/messages", body, token=access_token(connection))
    id = next((clean_text(sent.get("id"), 255) for sent in get_objects(answer, "messages")), "")
    if status < HTTPStatus.MULTIPLE_CHOICES and id:
        return id
    raise api_error(status, get_object(answer, "error"))


def check_connection(connection: ChannelConnection) -> str:
    """Return WhatsApp's name of the connection's phone number. Raises SendFailedError when WhatsApp refuses us."""
    fields = "?fields=display_phone_number,verified_name"
    status, answer = call(_number_url(connection) + fields, token=access_token(connection))
    if status >= HTTPStatus.MULTIPLE_CHOICES or not answer.get("display_phone_number"):
        raise api_error(status, get_object(answer, "error"))
    return " ".join(clean_text(answer.get(name), 100) for name in ("verified_name", "display_phone_number")).strip()


def _number_url(connection: ChannelConnection) -> str:
    return f"{settings.WHATSAPP_API_URL}/{quote(connection.address, safe='')}"


def access_token(connection: ChannelConnection) -> str:
    """The token of calls to the API. Raises SendFailedError when the connection has none."""
    if not (connection.token and connection.address):
        raise SendFailedError(_("The access token or the phone number ID is missing."), is_final=True)
    return connection.token


def api_error(status: int, error: Mapping[str, Any]) -> SendFailedError:
    """The error to raise for a refusal, with Meta's words."""
    reason = (_error_text([error]) if error else "") or answered(status)
    is_final = to_int(error.get("code")) not in TEMPORARY_ERRORS
    # A success without an answer that can be read: the message may have been sent.
    return SendFailedError(reason, is_final=is_final, is_doubtful=status < HTTPStatus.MULTIPLE_CHOICES)
