"""Fields that the labels in e-mails of portals and forms are of: "Nom :", "Telefonnummer", "Your message"."""

import re
import tomllib
import unicodedata
from pathlib import Path

MAX_LABEL = 60  # characters
MAX_WORDS = 5
_REMARK = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|['’`´]")
_TABLES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _split_list(text: str) -> list[str]:
    return [entry for entry in map(str.strip, re.split(r"[,\n]", text)) if entry]


_PERSONS, _OTHER_FILLERS, _NUMBERS, _PROPERTIES, _REFERENCES = (
    set(_split_list(_TABLES["words"][name])) for name in ("persons", "fillers", "numbers", "properties", "references")
)
_FILLERS = _PERSONS | _OTHER_FILLERS


def normalize(label: str) -> str:
    """A label without case, accents, punctuation and remarks in brackets: "E-Mail-Adresse (*)" is "e mail adresse"."""
    plain = unicodedata.normalize("NFKD", _REMARK.sub(" ", label).casefold())
    letters = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(letters.split())


def _without_fillers(label: str) -> str:
    return " ".join(word for word in label.split() if word not in _FILLERS)


_WHOLE = {label: field for field, labels in _TABLES["fields"].items() for label in _split_list(labels)}
_SHORT = {short: field for label, field in _WHOLE.items() if (short := _without_fillers(label))}


def field_of(label: str) -> str:
    """The field that a label is of, "" for none.

    "name", "first_name", "last_name", "person", "email", "phone", "message", "reference", "title" and "subject" are a
    lead's; "from", "to" and "sent" stand above repeated e-mails; "other" ends a message.
    """
    if len(label) > MAX_LABEL:
        return ""
    whole = normalize(label)
    words = whole.split()
    if field := _WHOLE.get(whole):
        return field
    if words and all(word in _FILLERS for word in words):
        return "person" if _PERSONS.intersection(words) else ""
    return _SHORT.get(_without_fillers(whole), "") or ("reference" if _is_reference(words) else "")


def _is_reference(words: list[str]) -> bool:
    """True for "Ref.", "Objekt-Nr.", "Votre référence" and "ImmoScout24-ID", not for "Kunden-Nr."."""
    if len(words) > MAX_WORDS:
        return False
    others = [word for word in words if word not in _NUMBERS]
    has_number = len(others) < len(words) or bool(_REFERENCES.intersection(words))
    known = _PROPERTIES | _REFERENCES | _OTHER_FILLERS
    return has_number and all(word in known or word.startswith("immo") for word in others)
