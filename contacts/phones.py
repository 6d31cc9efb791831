"""Phone numbers: stored in E.164, read as people type them, shown as their country writes them."""

import re

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# The digit that the longer form has, and the shorter form around its place: Argentina, Brazil, Mexico.
OTHER_FORMS = [("9", r"(\+54)([1-8]\d{9})"), ("9", r"(\+55\d\d)([6-9]\d{7})"), ("1", r"(\+52)([2-9]\d{9})")]


def to_e164(text: str, country: str) -> str:
    """`text` as E.164 ("+32475123456"); a national number is read as one of `country` (ISO 3166).

    Raises ValidationError when it is no possible phone number.
    """
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValidationError(_("Enter a phone number, such as +33 6 12 34 56 78."), code="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def other_forms(number: str) -> list[str]:
    """How else an E.164 number may be written, in E.164: the mobiles of Argentina, Brazil and Mexico have two forms.

    Source: Meta's notes on the prefixes of these countries, whose numbers WhatsApp gives in either form.
    """
    for digit, short in OTHER_FORMS:
        if found := re.fullmatch(short, number):
            return [digit.join(found.groups())]
        if found := re.fullmatch(short.replace(")(", f"){digit}("), number):
            return ["".join(found.groups())]
    return []


def to_national(number: str) -> str:
    """An E.164 number as its own country writes it, "" when it is none."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


def to_display(number: str, country: str) -> str:
    """An E.164 number for reading: national style within `country`, international style from abroad."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    is_home = phonenumbers.region_code_for_number(parsed) == country
    style = phonenumbers.PhoneNumberFormat.NATIONAL if is_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)
