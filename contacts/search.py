"""What the search of contacts looks through, and what it looks for there."""

import re

import phonenumbers

from config.web.text import digits, fold

from .phones import to_national

# What may be a phone number or a part of one, in any country's digits.
NUMBER = re.compile(r"[\d ()+./-]*\d[\d ()+./-]*")


def make_search_text(name: str, email: str, phone: str) -> str:
    """Name, e-mail and phone, folded, one line each, so that nothing is found across two of them.

    The phone stands there as from abroad and as at home: "+33612345678" and "0612345678".
    """
    number = f"+{found}" if (found := digits(phone)) else ""
    national = digits(to_national(number))
    lines = [fold(name), fold(email), number, national]
    return "\n".join(lines[:3] if national in number else lines)


def search_terms(text: str) -> set[str]:
    """What of `text` may stand in a search text; any of it is enough. Empty when there is nothing to look for."""
    folded = fold(text)
    terms = {folded}
    if NUMBER.fullmatch(folded):
        # The 0 of "+33 (0)6 …" is not dialled from abroad.
        number = phonenumbers.normalize_digits_only(re.sub(r"(?<=\d) ?\(0\)", "", folded))
        is_international = folded.lstrip("( ").startswith("+")
        terms.add(f"+{number}" if is_international else number)
        if len(number) > 2 and number.startswith("00"):
            terms.add(f"+{number[2:]}")
    return terms - {""}
