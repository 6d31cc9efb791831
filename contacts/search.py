"""What the search of contacts looks through, and what it looks for there."""

import re

import phonenumbers

from config.web.text import digits, fold

from .phones import to_national

# What may be a phone number or a part of one, in any country's digits.
NUMBER = re.compile(r"[\d ()+./-]*\d[\d ()+./-]*")
# The longest ones of what was typed; the others would hardly narrow it further.
MOST_WORDS = 10


def make_search_text(name: str, email: str, phone: str) -> str:
    """Name, e-mail and phone, folded, one line each, so that nothing is found across two of them.

    The phone stands there as from abroad and as at home: "+33612345678" and "0612345678".
    """
    number = f"+{found}" if (found := digits(phone)) else ""
    national = digits(to_national(number))
    lines = [fold(name), fold(email), number, national]
    return "\n".join(lines[:3] if national in number else lines)


def search_terms(text: str, *, by_word: bool = False) -> list[set[str]]:
    """What has to stand in a search text for `text` to be found there: of each set one term. [] finds everybody.

    A number is looked for in each way it may be written, anything else as it stands, or word by word in any order.
    """
    folded = fold(text)
    if not NUMBER.fullmatch(folded):
        words = sorted(set(folded.split()), key=len, reverse=True)[:MOST_WORDS] if by_word else filter(None, [folded])
        return [{word} for word in words]
    # The 0 of "+33 (0)6 …" is not dialled from abroad.
    number = phonenumbers.normalize_digits_only(re.sub(r"(?<=\d) ?\(0\)", "", folded))
    is_international = folded.lstrip("( ").startswith("+")
    terms = {folded, f"+{number}" if is_international else number}
    if len(number) > 2 and number.startswith("00"):
        terms.add(f"+{number[2:]}")
    return [terms]
