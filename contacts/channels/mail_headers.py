"""Read single headers of an e-mail and the content of a part, whatever a stranger wrote in them.

Source: RFC 5322 (addresses, Message-ID, References).
"""

import re
from contextlib import suppress
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from config.web.text import one_line

from .payload import clean_text

MAX_REFERENCES = 20
MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
# Exceptions of the standard library's parser for malformed e-mails.
MALFORMED = (ValueError, LookupError, AttributeError, TypeError, IndexError, UnboundLocalError, RecursionError)


def header(email: EmailMessage, name: str) -> str:
    with suppress(*MALFORMED):
        return clean_text(str(email.get(name, "")))
    return ""


def addresses_in(email: EmailMessage, name: str) -> list[tuple[str, str]]:
    """(name, address) of each address in a header."""
    pairs = getaddresses([header(email, name)], strict=False)
    return [(one_line(display_name), address.strip()[:254]) for display_name, address in pairs if "@" in address]


def is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


def message_id(email: EmailMessage) -> str:
    """Message-ID with its brackets, "" for none."""
    return next(iter(MESSAGE_ID.findall(header(email, "Message-ID"))), "")


def references_of(email: EmailMessage) -> tuple[str, ...]:
    """Message-IDs of the e-mails before an answer to this one, this one included, oldest first."""
    names = ("References", "In-Reply-To", "Message-ID")
    ids = dict.fromkeys(id for name in names for id in MESSAGE_ID.findall(header(email, name)))
    return tuple(ids)[-MAX_REFERENCES:]


def content_of(part: Any) -> bytes:
    with suppress(*MALFORMED, AssertionError):
        return part.get_content_bytes() or b""
    return b""
