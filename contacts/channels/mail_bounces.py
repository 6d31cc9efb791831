"""Recognise reports on a delivery, and the e-mail that they are about. Source: RFC 3464 (delivery status)."""

import re
from contextlib import suppress
from email.message import EmailMessage
from typing import Any

from anymail.inbound import AnymailInboundMessage

from .mail_headers import MALFORMED, MESSAGE_ID, content_of, header, message_id, references_of
from .mail_limits import REPORT_TYPES, RETURNED_TYPES

MAX_RETURNED_HEADERS = 100_000  # bytes; the headers of a returned e-mail


def is_bounce(email: AnymailInboundMessage) -> bool:
    """True if the sender is empty, or the e-mail reports on a delivery."""
    has_no_sender = header(email, "Return-Path").strip() == "<>" or email.envelope_sender == ""
    return has_no_sender or email.get_content_type() == "multipart/report"


def is_returned(email: AnymailInboundMessage) -> bool:
    """True if it reports a failed delivery; other reports are about delays, deliveries and readers (RFC 3464)."""
    reports = [part for part in email.walk() if part.get_content_type() in REPORT_TYPES]
    with suppress(*MALFORMED):
        return any(re.search(r"(?im)^action:[ \t]*failed\b", _report_text(part)) for part in reports)
    return False


def _report_text(part: EmailMessage) -> str:
    return part.as_string() if part.is_multipart() else content_of(part).decode("latin-1")


def returned_message_id(email: AnymailInboundMessage) -> str:
    """Message-ID of the e-mail that a bounce is about; "" for an e-mail that is no bounce."""
    if not is_bounce(email):
        return ""
    returned = [part for part in email.walk() if part is not email and part.get_content_type() in RETURNED_TYPES]
    before = [*MESSAGE_ID.findall(header(email, "In-Reply-To")), *references_of(email)]
    return next(filter(None, [*map(_repeated_message_id, returned), *before]), "")


def _repeated_message_id(part: EmailMessage) -> str:
    """Message-ID of the e-mail that a report repeats, whole or its headers alone."""
    inner: Any = part.get_payload()
    if isinstance(inner, list):
        return message_id(inner[0]) if inner else ""
    headers = re.split(r"\r?\n\r?\n", content_of(part)[:MAX_RETURNED_HEADERS].decode("latin-1"), maxsplit=1)[0]
    return next(iter(re.findall(r"(?im)^message-id:\s*(<[^<>\s]{1,250}>)", headers)), "")
