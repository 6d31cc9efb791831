"""E-mails that strangers write, taken apart within bounds: some of them would keep the standard library for days.

What it does with a header takes the square of its length and more; what it does with parts within parts takes every
line as often as they are deep (measured with Python 3.13: a quarter of a minute for 20 kB). anymail reads with it.
"""

import json
from email.parser import BytesParser
from email.policy import EmailPolicy
from typing import Any, cast

from anymail.inbound import AnymailInboundMessage

from .message import UnreadableError

MAX_HEADER = 2000  # characters; a line of RFC 5322 has 998
# The last ones count, and a reader looks for ids in them without taking them apart.
MAX_IDS = 10_000  # characters
IDS = ("references", "in-reply-to")
MAX_HEADERS = 500
MAX_PARTS = 300
MAX_LINES = 1_000_000  # of 76 characters, 35 MB have half as many
MAX_FILES = 20
# What a report repeats of the e-mail that it is about: all of it, or its headers.
RETURNED = ("message/rfc822", "text/rfc822-headers")
# What it says of the delivery; the second is our own name for what must not be taken apart.
REPORTS = ("message/delivery-status", "text/delivery-status")


def cut(name: str, value: Any) -> Any:
    """The value of the header `name`, as long as one may be."""
    if not isinstance(value, str):
        return value
    return value[-MAX_IDS:] if name.lower() in IDS else value[:MAX_HEADER]


def _kind(content_type: Any) -> str:
    """What anymail may take a file for: it would take an e-mail apart, and nobody asks what others are called."""
    kinds = {**dict.fromkeys(RETURNED, RETURNED[1]), **dict.fromkeys(REPORTS, REPORTS[1])}
    return kinds.get(str(content_type).lower(), "application/octet-stream")


class _Policy(EmailPolicy):
    """Long headers are cut; what came in is not folded anew."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, cut(name, value)


POLICY = _Policy(refold_source="none")


def parse(raw: bytes) -> AnymailInboundMessage:
    """An e-mail as it was sent (RFC 5322). Raises UnreadableError for one of more lines or parts than any has."""
    if raw.count(b"\n") + raw.count(b"\r") > 2 * MAX_LINES:
        raise UnreadableError("too many lines")
    made = 0

    def make(policy: Any) -> AnymailInboundMessage:
        nonlocal made
        made += 1
        if made > MAX_PARTS:
            raise UnreadableError("too many parts")
        return AnymailInboundMessage(policy=policy)

    return BytesParser(cast(Any, make), policy=POLICY).parsebytes(raw)


def bound_form(request: Any) -> None:
    """Leave of Mailgun's form what anymail can read in time. Raises ValueError and its like for no such form."""
    form = request.POST.copy()
    headers = json.loads(form["message-headers"])[:MAX_HEADERS]
    form["message-headers"] = json.dumps([(name, cut(name, value)) for name, value in headers])
    # anymail looks for every one of them.
    form["attachment-count"] = str(min(int(form.get("attachment-count") or 0), 1000))
    request.POST = form
    for file in request.FILES.values():
        file.content_type = _kind(file.content_type)


def bound_json(request: Any) -> None:
    """Leave of Postmark's JSON what anymail can read in time. Raises ValueError and its like for no such JSON."""
    found = json.loads(request.body)
    # It says the same as the rest does, or is of no interest here.
    for name in ("RawEmail", "ToFull", "CcFull", "BccFull"):
        found.pop(name, None)
    headers = found.get("Headers", [])[:MAX_HEADERS]
    found["Headers"] = [{**one, "Value": cut(one["Name"], one["Value"])} for one in headers]
    found |= {name: cut(name, found[name]) for name in ("Subject", "ReplyTo", "Date") if name in found}
    if sender := found.get("FromFull"):
        found["FromFull"] = {name: cut(name, value) for name, value in sender.items()}
    files = found.get("Attachments", [])[:MAX_FILES]
    found["Attachments"] = [
        {**one, "Name": cut("", one.get("Name")), "ContentType": _kind(one.get("ContentType"))} for one in files
    ]
    request.body = json.dumps(found).encode()
