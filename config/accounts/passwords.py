"""Passwords that are guessed first: a common word, or one of the house, with digits and signs around it."""

import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from config.search.folding import fold

# Beside Django's list, which has the common ones of French and Dutch too ("motdepasse", "wachtwoord", "welkom"); in the
# form that `plain` gives a word.
WORDS = frozenset(Path(__file__).with_name("common_words.txt").read_text(encoding="utf-8").split())
SIGNS_FOR_LETTERS = str.maketrans("013457@$!€", "oieastasie")
MIN_WORD = 4  # characters, of a name


class DecoratedWordValidator:
    """Refuses a common word or a word of the house, whatever case, digits and signs are added at its ends.

    Words of the house are the product's, the labels of the site's host and the names of the user and their Pro.
    """

    def validate(self, password: str, user: Any = None) -> None:
        known = WORDS | _common() | _own_words(user)
        if any(word in known for word in _words_in(password)):
            text = _("This password is a common word, or a name that others know, with something added.")
            raise ValidationError(text, code="password_decorated")

    def get_help_text(self) -> str:
        return _("Your password can’t be a common word, or a name that others know, with digits or signs added.")


@cache
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)


def _own_words(user: Any) -> set[str]:
    host = (urlsplit(settings.SITE_URL).hostname or "").split(".")
    names = [getattr(who, "name", "") for who in (user, getattr(user, "pro", None))]
    named = [word for name in names for word in (*name.split(), name)]
    words = {plain(word) for word in [*host, "".join(host[:-1]), *named]}
    return {word for word in words if len(word) >= MIN_WORD}


def _words_in(password: str) -> set[str]:
    """The word that a password may be made of: without what stands around it, signs read as letters or left out."""
    folded = fold(password)
    read = folded.translate(SIGNS_FOR_LETTERS)
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)
    return {plain(core), plain(core.translate(SIGNS_FOR_LETTERS)), plain(read)} - {""}


def plain(text: str) -> str:
    """The letters of a text alone, folded."""
    return "".join(c for c in fold(text) if c.isalpha())
