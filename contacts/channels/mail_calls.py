"""Read the e-mail in a provider's call, whatever it holds: a raw e-mail, Mailgun's form or Postmark's JSON.

`read_safely` reads in a process of its own with limits; whatever happens there, the e-mail becomes a message.
"""

import hashlib
import json
from dataclasses import replace

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from msgspec import Struct

from config.limited import LimitExceededError, run_limited

from .letters.parts import MAX_HEADERS, MailPart, TooComplexError, parse_head, parse_mail
from .letters.provider_mails import (
    NoMailError,
    mailgun_head,
    mailgun_mail,
    postmark_mail,
    postmark_payload,
    read_form,
)
from .mail_headers import message_id
from .mail_reading import read_mail
from .message import InboundMessage, UnreadableError
from .payload import clean_text

MAX_HEAD = 65_536  # bytes of an e-mail that is too large to be read


class MailCall(Struct, frozen=True):
    """A call and what its reading needs to know.

    `test_id` is the Message-ID of the connection's own test. `own_addresses` are the connection's and the Pro's,
    `roles` those of addresses that the Pro has corrected: {"leads@portal.example": "relay"}.
    """

    provider: str
    body: bytes
    content_type: str = ""
    test_id: str = ""
    language: str = "en"
    own_addresses: tuple[str, ...] = ()
    roles: dict[str, str] = {}


class Reading(Struct, frozen=True):
    """The message in a call, None for a connection's test. `error` says why it is no e-mail, or too complex."""

    message: InboundMessage | None = None
    is_no_mail: bool = False
    is_too_complex: bool = False


def read_safely(call: MailCall) -> InboundMessage | None:
    """The message in a call, None for a connection's test, read in a process of its own.

    An e-mail beyond the limits becomes a message of its headers that says so. Raises UnreadableError when the call is
    no e-mail.
    """
    seconds, megabytes = settings.MAIL_READING_SECONDS, settings.MAIL_READING_MEGABYTES
    try:
        reading = run_limited(read_call_body, call, result=Reading, seconds=seconds, megabytes=megabytes)
        if not reading.is_too_complex:
            return _message_of(reading)
    except LimitExceededError:
        pass
    try:
        reading = run_limited(read_headers_only, call, result=Reading, seconds=seconds, megabytes=megabytes)
        return _message_of(reading)
    except LimitExceededError:
        return _nameless_message(call)


def read_here(call: MailCall) -> InboundMessage | None:
    """The message in a call as `read_safely` gives it, read in this process."""
    reading = read_call_body(call)
    return _message_of(read_headers_only(call) if reading.is_too_complex else reading)


def _message_of(reading: Reading) -> InboundMessage | None:
    if reading.is_no_mail:
        raise UnreadableError("no e-mail")
    return reading.message


def read_call_body(call: MailCall) -> Reading:
    """Read a call in this process; uses no database."""
    with override(call.language):
        try:
            email, provider_id = _parse(call)
            is_test = bool(call.test_id) and message_id(email) == call.test_id
            return Reading(None if is_test else read_mail(email, provider_id, call.own_addresses, call.roles))
        except NoMailError:
            return Reading(is_no_mail=True)
        except (TooComplexError, RecursionError):
            return Reading(is_too_complex=True)


def _parse(call: MailCall) -> tuple[MailPart, str]:
    """The e-mail, and the provider's own id of it."""
    if call.provider == "mailgun":
        return mailgun_mail(*read_form(call.body, call.content_type)), ""
    if call.provider == "postmark":
        return postmark_mail(call.body), clean_text(postmark_payload(call.body).get("MessageID"), 200)
    return parse_mail(call.body), ""


def read_headers_only(call: MailCall) -> Reading:
    """Read a message of the e-mail's headers, for one whose words cannot be read."""
    with override(call.language):
        try:
            email, provider_id = _parse_headers(call)
            message = read_mail(email, provider_id or _digest_of_call(call), call.own_addresses, call.roles)
        except NoMailError:
            return Reading(is_no_mail=True)
        return Reading(replace(message, text=_note(), quoted="", files=(), is_unreadable=True))


def _parse_headers(call: MailCall) -> tuple[MailPart, str]:
    """The e-mail without its body, and the provider's own id of it."""
    if call.provider == "mailgun":
        return mailgun_head(call.body[:MAX_HEAD], call.content_type), ""
    if call.provider == "postmark":
        payload = postmark_payload(call.body)
        kept = {name: payload.get(name) for name in ("FromFull", "Subject", "ReplyTo", "Date")}
        kept["Headers"] = (payload.get("Headers") or [])[:MAX_HEADERS]
        return postmark_mail(json.dumps(kept).encode()), clean_text(payload.get("MessageID"), 200)
    return parse_head(call.body[:MAX_HEAD]), ""


def _nameless_message(call: MailCall) -> InboundMessage:
    """A message of an e-mail of which not even the headers can be read."""
    id = _digest_of_call(call)
    with override(call.language):
        return InboundMessage(id, (("email", id),), "", "", text=_note(), is_unreadable=True)


def _digest_of_call(call: MailCall) -> str:
    return "sha256:" + hashlib.sha256(call.body).hexdigest()


def _note() -> str:
    return _("This e-mail is too large or too complex to show. Open the original.")
