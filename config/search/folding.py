"""Text as people type it, made comparable."""

import re
import unicodedata

# Letters that Unicode does not take apart into a base letter and a mark.
_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"})
# Telephones type another apostrophe than keyboards.
_LETTERS |= str.maketrans(dict.fromkeys("‘’ʼ", "'"))


def fold(text: str) -> str:
    """`text` without case and accents and with single spaces: "Hélène  ŒUVRARD" -> "helene oeuvrard"."""
    if text.isascii():
        return " ".join(text.casefold().split())
    # Taken apart first: "ᴬ" is a letter without case, and the "A" in it is none.
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = unicodedata.normalize("NFKD", plain).translate(_LETTERS)
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def digits(text: str) -> str:
    """The digits of `text` alone: "+32 475/12.34.56" -> "32475123456"."""
    return re.sub(r"\D", "", text)
