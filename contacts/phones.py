"""Phone numbers: stored in E.164, read in national or international notation, displayed in the reader's."""

import re
from functools import lru_cache

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# (digit of the longer form, pattern of the shorter form around its place): Argentina, Brazil, Mexico.
OPTIONAL_DIGITS = [("9", r"(\+54)([1-8]\d{9})"), ("9", r"(\+55\d\d)([6-9]\d{7})"), ("1", r"(\+52)([2-9]\d{9})")]


def to_e164(text: str, country: str) -> str:
    """`text` as E.164 ("+32475123456"); a national number is read as one of `country` (ISO 3166).

    Raises ValidationError when it is no possible phone number.
    """
    if not (number := _e164_or_none(text, country)):
        raise ValidationError(_("Enter a phone number, such as +33 6 12 34 56 78."), code="phone")
    return number


# A number is read several times while one request or row is worked on, and reading takes longer than storing it.
@lru_cache(maxsize=500)
def _e164_or_none(text: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    is_possible = phonenumbers.is_possible_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if is_possible else None


def other_forms(number: str) -> list[str]:
    """Other forms of an E.164 number: mobile numbers of Argentina, Brazil and Mexico have two.

    Source: Meta's documentation of WhatsApp on the prefixes of these countries; WhatsApp gives numbers in either form.
    """
    for digit, short in OPTIONAL_DIGITS:
        if match := re.fullmatch(short, number):
            return [digit.join(match.groups())]
        if match := re.fullmatch(short.replace(")(", f"){digit}("), number):
            return ["".join(match.groups())]
    return []


@lru_cache(maxsize=500)
def to_national(number: str) -> str:
    """An E.164 number in the national notation of its country; "" for any other text."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


def to_display(number: str, country: str) -> str:
    """An E.164 number for display: in national notation for a reader in its `country`, else international."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    is_home = phonenumbers.region_code_for_number(parsed) == country
    style = phonenumbers.PhoneNumberFormat.NATIONAL if is_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)
