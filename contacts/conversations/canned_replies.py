"""Canned replies: in the contact's language, with the variables filled in that are known.

A variable is {first_name}, or {first_name|there} with what stands in its place where it has no value. One without
either stays visible, and keeps the message from being sent.
"""

import re
from collections.abc import Mapping
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from config.accounts.models import Pro, User
from config.web.compiled import Compiled
from config.web.together import UNASKED, Answers

from ..models import CannedReply, CannedReplyText, Contact
from ..topics import Topic

# What each variable stands for, as the settings page says.
VARIABLES = {
    "first_name": _("first name of the contact"),
    "name": _("name of the contact"),
    "property": _("title of the property"),
    "reference": _("reference of the request or inquiry"),
    "office": _("name of your business"),
    "me": _("your name"),
    "today": _("today’s date"),
}
_VARIABLE = re.compile(rf"\{{({'|'.join(VARIABLES)})(?:\|([^{{}}]*))?\}}")


class FilledReply(NamedTuple):
    """A canned reply ready for a contact; `unfilled` are the variables that have no value, such as "{property}"."""

    reply: CannedReply
    text: str
    unfilled: list[str]


def find_canned_replies(
    user: User, contact: Contact, about: Topic | None = None, answers: Answers = UNASKED
) -> list[FilledReply]:
    """The canned replies that a user has for a contact, by title, those of the office among them.

    `about` is the contact request or inquiry that they are to answer.
    """
    filled, values = [], dict[str, dict[str, str]]()
    for reply, own in groupby(answers.rows(TEXTS.question(contact.pro, user)), attrgetter("canned_reply")):
        texts = {each.language: each.text for each in own}
        language = next((each for each in languages_for(contact) if each in texts), next(iter(texts)))
        if language not in values:
            values[language] = make_values(user, contact, about, language)
        text = fill_in(texts[language], values[language])
        filled.append(FilledReply(reply, text, find_unfilled(text)))
    return filled


def _texts(pro: Pro, user: User) -> QuerySet[CannedReplyText]:
    replies = CannedReply.objects.for_pro(pro).of_user(user).order_by()
    rows = CannedReplyText.objects.filter(canned_reply__in=replies).select_related("canned_reply")
    return rows.order_by("canned_reply__title", "canned_reply", "id")


TEXTS = Compiled(_texts, keeps_plan=True)


def languages_for(contact: Contact) -> list[str]:
    """Languages of words to a contact, the best first."""
    return [contact.language, contact.pro.language, "en"]


def make_values(user: User, contact: Contact, about: Topic | None, language: str) -> dict[str, str]:
    """Values of the variables, "" for an unknown one."""
    with override(language):
        today = date_format(timezone.localdate(), "DATE_FORMAT")
    # A contact without a name is called by the address.
    name = "" if "@" in contact.name or not any(c.isalpha() for c in contact.name) else contact.name
    return {
        "name": name,
        "first_name": name.split()[0] if name else "",
        "property": about.title if about else "",
        "reference": about.reference if about else "",
        "office": contact.pro.name,
        "me": user.name,
        "today": today,
    }


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Text with each variable replaced by its value, else its default; without both it stays."""
    return _VARIABLE.sub(lambda match: values.get(match[1]) or _default_of(match), text)


def _default_of(variable: re.Match[str]) -> str:
    return str(variable[0]) if variable[2] is None else str(variable[2])


def find_unfilled(text: str) -> list[str]:
    """The variables that stand in a text, each once: ["{property}"]."""
    return list(dict.fromkeys(f"{{{match[1]}}}" for match in _VARIABLE.finditer(text)))
