"""Parse strangers' e-mails within limits: some of them would keep the standard library busy for days.

Its work on a header grows with the square of the length and faster; its work on nested parts grows with the lines times
the depth (measured with Python 3.13: 15 seconds for 20 kB). anymail parses with it.
"""

import json
from email.parser import BytesParser
from email.policy import EmailPolicy
from typing import Any, cast

from anymail.inbound import AnymailInboundMessage

from .message import UnreadableError

MAX_HEADER = 2000  # characters; a line of RFC 5322 has 998
# Ids are found without parsing the header, and the last ones count.
MAX_IDS = 10_000  # characters
ID_HEADERS = ("references", "in-reply-to")
MAX_HEADERS = 500
MAX_PARTS = 300
MAX_LINES = 1_000_000  # of 76 characters; 35 MB have half as many
MAX_FILES = 20
# A report repeats the e-mail that it is about: all of it, or its headers.
RETURNED_TYPES = ("message/rfc822", "text/rfc822-headers")
# A report's result; the second type is our own name for one that must not be parsed.
REPORT_TYPES = ("message/delivery-status", "text/delivery-status")


def truncate_header(name: str, value: Any) -> Any:
    """The value of the header `name`, within the limits."""
    if not isinstance(value, str):
        return value
    return value[-MAX_IDS:] if name.lower() in ID_HEADERS else value[:MAX_HEADER]


def _inert_type(content_type: Any) -> str:
    """A content type that anymail does not parse: it would parse an e-mail within an e-mail.

    Other types are of no interest here.
    """
    types = {**dict.fromkeys(RETURNED_TYPES, RETURNED_TYPES[1]), **dict.fromkeys(REPORT_TYPES, REPORT_TYPES[1])}
    return types.get(str(content_type).lower(), "application/octet-stream")


class _LimitingPolicy(EmailPolicy):
    """Truncates long headers."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, truncate_header(name, value)


# Headers are not folded again.
POLICY = _LimitingPolicy(refold_source="none")


def parse_mail(raw: bytes) -> AnymailInboundMessage:
    """Parse an e-mail (RFC 5322). Raises UnreadableError when it has more lines or parts than any real one."""
    if raw.count(b"\n") + raw.count(b"\r") > 2 * MAX_LINES:
        raise UnreadableError("too many lines")
    count = 0

    def make_part(policy: Any) -> AnymailInboundMessage:
        nonlocal count
        count += 1
        if count > MAX_PARTS:
            raise UnreadableError("too many parts")
        return AnymailInboundMessage(policy=policy)

    return BytesParser(cast(Any, make_part), policy=POLICY).parsebytes(raw)


def limit_mailgun_form(request: Any) -> None:
    """Reduce Mailgun's form to what anymail can parse in time. Raises ValueError and its like for another form."""
    form = request.POST.copy()
    headers = json.loads(form["message-headers"])[:MAX_HEADERS]
    form["message-headers"] = json.dumps([(name, truncate_header(name, value)) for name, value in headers])
    # anymail looks up each one by its number.
    form["attachment-count"] = str(min(int(form.get("attachment-count") or 0), 1000))
    request.POST = form
    for file in request.FILES.values():
        file.content_type = _inert_type(file.content_type)


def limit_postmark_json(request: Any) -> None:
    """Reduce Postmark's JSON to what anymail can parse in time. Raises ValueError and its like for other JSON."""
    payload = json.loads(request.body)
    # The other fields say the same, or these are of no interest here.
    for name in ("RawEmail", "ToFull", "CcFull", "BccFull"):
        payload.pop(name, None)
    headers = payload.get("Headers", [])[:MAX_HEADERS]
    payload["Headers"] = [{**header, "Value": truncate_header(header["Name"], header["Value"])} for header in headers]
    payload |= {
        name: truncate_header(name, payload[name]) for name in ("Subject", "ReplyTo", "Date") if name in payload
    }
    if sender := payload.get("FromFull"):
        payload["FromFull"] = {name: truncate_header(name, value) for name, value in sender.items()}
    files = payload.get("Attachments", [])[:MAX_FILES]
    payload["Attachments"] = [
        {**file, "Name": truncate_header("", file.get("Name")), "ContentType": _inert_type(file.get("ContentType"))}
        for file in files
    ]
    request.body = json.dumps(payload).encode()
