"""Read single headers of an e-mail and the content of a part, whatever a stranger wrote in them.

Sources: RFC 5322 (addresses, Message-ID, References), RFC 6531 (addresses beyond ASCII).
"""

import re
from contextlib import suppress
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any
from weakref import WeakKeyDictionary

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from config.web.text import one_line

from .letters.parts import MailPart
from .payload import clean_text

MAX_REFERENCES = 20
MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
# An address alone, such as stands in running text.
ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'|*]{1,64}@[^\s<>()\[\],;:\"'|*?]{1,253}")
# Exceptions of the standard library's parser for malformed e-mails.
MALFORMED = (ValueError, LookupError, AttributeError, TypeError, IndexError, UnboundLocalError, RecursionError)


# Headers that were read before, by e-mail and name: the standard library takes up to 0.1 s for one.
_READ = WeakKeyDictionary[EmailMessage, dict[str, str]]()


def header(email: EmailMessage, name: str) -> str:
    """The first header of this name, decoded; "" for none and for one that cannot be read."""
    known = _READ.setdefault(email, {})
    if name not in known:
        known[name] = _decode_header(email, name)
    return known[name]


def _decode_header(email: EmailMessage, name: str) -> str:
    with suppress(*MALFORMED):
        return clean_text(str(email.get(name, "")))
    return ""


def headers(email: EmailMessage, name: str) -> list[str]:
    """All headers of this name, decoded, the topmost first."""
    with suppress(*MALFORMED):
        return [clean_text(str(value)) for value in email.get_all(name, [])]
    return []


def addresses_in(email: EmailMessage, name: str) -> list[tuple[str, str]]:
    """(name, address) of each address in a header."""
    return split_addresses(header(email, name))


def split_addresses(text: str) -> list[tuple[str, str]]:
    """(name, address) of each address in the value of a header.

    Mail programs write `Meyer, Zoe <zoe@example.org>` without the quotation marks that RFC 5322 wants: what stands
    before an address with a name, and is none itself, belongs to the name.
    """
    pairs, before = [], ""
    for name, address in _read_addresses(text):
        if "@" in address:
            pairs.append((one_line(f"{before}, {name}" if before and name else name or before), address.strip()[:254]))
            before = ""
        elif not name:
            before = f"{before}, {address}" if before else address
    return pairs


def _read_addresses(text: str) -> list[tuple[str, str]]:
    with suppress(*MALFORMED):
        return getaddresses([text], strict=False)
    return []


def is_address(text: str) -> bool:
    """True for an e-mail address, one with letters beyond ASCII before its @ included."""
    user, _at, domain = text.rpartition("@")
    plain = "".join("x" if ord(c) > 127 and c.isalnum() else c for c in user)
    try:
        validate_email(f"{plain}@{domain}")
    except ValidationError:
        return False
    return len(text) <= 254


def address_in(text: str) -> str:
    """The first e-mail address in a text, "" for none."""
    candidates = (match.rstrip(".") for match in ADDRESS.findall(text[:2000]))
    return next(filter(is_address, candidates), "")


def domain_of(address: str) -> str:
    """The host name of an address, in lower case."""
    return address.rpartition("@")[2].lower().rstrip(".")


def is_within(domain: str, other: str) -> bool:
    """True for two equal host names, and when one is part of the other: "mail.site.example" and "site.example"."""
    shorter, longer = sorted((domain, other), key=len)
    return "." in shorter and (longer == shorter or longer.endswith("." + shorter))


def envelope_sender(email: MailPart) -> str:
    """Address of the envelope's sender, "" for none and for unknown."""
    return clean_text(email.envelope_sender, 254) or address_in(header(email, "Return-Path"))


def message_id(email: EmailMessage) -> str:
    """Message-ID with its brackets, "" for none."""
    return next(iter(MESSAGE_ID.findall(header(email, "Message-ID"))), "")


def references_of(email: EmailMessage) -> tuple[str, ...]:
    """Message-IDs of the e-mails before an answer to this one, this one included, oldest first."""
    names = ("References", "In-Reply-To", "Message-ID")
    ids = dict.fromkeys(id for name in names for id in MESSAGE_ID.findall(header(email, name)))
    return tuple(ids)[-MAX_REFERENCES:]


def content_of(part: Any) -> bytes:
    """The decoded content of a part; b"" for one that cannot be decoded."""
    with suppress(*MALFORMED, AssertionError):
        return part.get_content_bytes() or b""
    return b""
