"""The search texts of contacts and messages, and the terms that are looked for in a contact's."""

from config.search.folding import digits, fold
from config.search.query import Terms, read_query

from .phones import to_national


def contact_search_text(name: str, email: str, phone: str) -> str:
    """Name, e-mail and phone, folded, one line each, so that nothing is found across two of them.

    The phone stands there as from abroad and as at home: "+33612345678" and "0612345678".
    """
    number = f"+{dialled}" if (dialled := digits(phone)) else ""
    national = digits(to_national(number))
    lines = [fold(name), fold(email), number, national]
    return "\n".join(lines[:3] if national in number else lines)


def message_search_text(subject: str, text: str) -> str:
    """Subject and text, folded, one line each. Never blank: a blank one was not made yet."""
    return f"{fold(subject)}\n{fold(text)}"


def contact_terms(text: str, *, by_word: bool = False) -> Terms:
    """The terms that find contacts by `text`; [] finds everybody.

    A number is looked for in each form that it may be written in, anything else as it stands, or word by word in any
    order.
    """
    query = read_query(text)
    if not query.is_phone:
        return query.words() if by_word else query.phrase()
    is_international = query.folded.lstrip("( ").startswith("+")
    terms = {query.folded, f"+{query.digits}" if is_international else query.digits}
    if len(query.digits) > 2 and query.digits.startswith("00"):
        terms.add(f"+{query.digits[2:]}")
    return [terms]
