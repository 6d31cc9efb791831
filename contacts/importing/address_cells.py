"""E-mail addresses and phone numbers in a cell, which programs write in many ways.

Several in one cell: Google joins them by " ::: ", others by semicolons, commas or line breaks.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from ..addresses import email_key
from ..phones import to_e164

MAX_EMAIL = 254  # characters
# Longest cell that is taken apart; a longer one is unusable.
MAX_CELL = 1_000  # characters
MAX_ADDRESSES = 20  # a cell
SEPARATORS = re.compile(r":::|[;|\r\n]")
# These may also stand within a phone number ("030/123456"), so they divide only what is none as a whole.
WEAK_SEPARATORS = re.compile(r"[,/]|\s(?:ou|or|et|and|of|en|oder|und)\s")
COMMA = re.compile(r",|\s/\s")
WORD_OR_EMAIL = re.compile(r"[^\s,;<>|]+")
IN_BRACKETS = re.compile(r"<([^<>]*)>")
MAILTO = re.compile(r"(?:mailto|e-?mail|smtp) ?: ?", re.IGNORECASE)
# A long number as a spreadsheet rounds it: 3,36112E+10. Its digits are no phone number.
ROUNDED = re.compile(r"\d[.,]?\d*E\+?\d+", re.IGNORECASE)


class Addresses(NamedTuple):
    """Usable addresses of a cell, each once, and the parts that hold none. `has_remarks`: it also holds other words."""

    usable: list[str]
    unusable: list[str]
    has_remarks: bool


def read_emails(cell: str, country: str = "") -> Addresses:
    """Read the e-mails of a cell: "Ann <ann@x.org>; mailto:bob@x.org" -> ["ann@x.org", "bob@x.org"]."""
    parts = _divide(cell, [part for text in SEPARATORS.split(cell) for part in _email_parts(text)])
    read = [(_email_in(part), part) for part in parts]
    usable = {email_key(email): email for email, _part in reversed(read) if email}
    has_remarks = any("@" not in word and _has_content(word) for word in WORD_OR_EMAIL.findall(MAILTO.sub("", cell)))
    return Addresses([*reversed(usable.values())], [part for email, part in read if not email], has_remarks)


def read_phones(cell: str, country: str) -> Addresses:
    """Read the phone numbers of a cell, in E.164, national ones as numbers of `country` (ISO 3166)."""
    read = [(_phones_in(part, country), part) for part in _divide(cell, SEPARATORS.split(cell))]
    usable = dict.fromkeys(number for numbers, _part in read for number in numbers)
    unusable = [part for numbers, part in read if not numbers]
    return Addresses(list(usable), unusable, any(c.isalpha() for c in cell))


def _divide(cell: str, parts: list[str]) -> list[str]:
    """Parts of a cell on one line each, those without content left out; the whole cell where they are too many."""
    if len(cell) > MAX_CELL or len(parts) > MAX_ADDRESSES:
        return [" ".join(cell.split())]
    return [" ".join(part.split()) for part in parts if _has_content(part)]


def _email_parts(text: str) -> list[str]:
    """Parts of a text that commas divide, and those in angle brackets, without the names beside them."""
    pieces = IN_BRACKETS.split(text)
    if len(pieces) == 1:
        return COMMA.split(text)
    # A name may hold a comma: "Bell, Ann <ann@x.org>".
    return [part for piece in pieces for part in COMMA.split(piece) if "@" in part]


def _email_in(part: str) -> str:
    """The address of a part, "" where there is none."""
    if len(part) > MAX_CELL:
        return ""
    text = MAILTO.sub("", part).partition("?")[0].strip()
    if re.fullmatch(r"\S+\s*@\s*\S+", text):
        text = "".join(text.split())
    # Of a name and an address the address: "Ann Bell ann@x.org".
    words = (word.strip("<>()[]{}'\"`´‘’“”«».:") for word in text.split())
    return next((word for word in words if "@" in word and _is_email(word)), "")


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= MAX_EMAIL


def _phones_in(part: str, country: str) -> list[str]:
    """The number that a part is; else those that divide it, or that stand in its text."""
    if len(part) > MAX_CELL or ROUNDED.search(part):
        return []
    if number := _to_e164(part, country):
        return [number]
    pieces = WEAK_SEPARATORS.split(part, maxsplit=MAX_ADDRESSES)
    return list(filter(None, (_to_e164(piece, country) for piece in pieces))) or [
        phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        for match in phonenumbers.PhoneNumberMatcher(part, country)
    ]


def _to_e164(text: str, country: str) -> str:
    try:
        return to_e164(text.strip(), country)
    except ValidationError:
        return ""


def _has_content(part: str) -> bool:
    return any(c.isalnum() for c in part)


ADDRESS_READERS: dict[str, Callable[[str, str], Addresses]] = {"email": read_emails, "phone": read_phones}
