"""One sentence about who waits, above the list."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from config.accounts.models import Pro
from config.web.compiled import Compiled, Question
from config.web.together import UNASKED, Answers

from ..models import WaitingItem
from ..models.waiting import WaitingItemQuerySet
from .counting import MAX_COUNT, WaitingCounts, format_count
from .offer_answers import OfferAnswer, read_offer_answers

# Offers that are looked at; who has more reads of many.
MAX_OFFERS = 20
# French and Dutch speak of persons, who are feminine.
NUMBERS = (
    pgettext_lazy("number of people", "no"),
    pgettext_lazy("number of people", "one"),
    pgettext_lazy("number of people", "two"),
    pgettext_lazy("number of people", "three"),
    pgettext_lazy("number of people", "four"),
    pgettext_lazy("number of people", "five"),
    pgettext_lazy("number of people", "six"),
    pgettext_lazy("number of people", "seven"),
    pgettext_lazy("number of people", "eight"),
    pgettext_lazy("number of people", "nine"),
)


def describe_waiting(pro: Pro, counts: WaitingCounts, answers: Answers = UNASKED) -> str:
    """Most pressing news of who waits, in the reader's language: "Three people have waited since yesterday or
    longer; one accepted your offer of €4,350.00."; "" when nobody waits."""
    if not counts.all:
        return ""
    people, offers = _about_people(counts), _about_offers(_listed_offers(pro, answers))
    text = _("%(people)s; %(offers)s.") % {"people": people, "offers": offers} if offers else f"{people}."
    return text[0].upper() + text[1:]


def _about_people(counts: WaitingCounts) -> str:
    if count := counts.old:
        text = ngettext(
            "%(number)s person has waited since yesterday or longer",
            "%(number)s people have waited since yesterday or longer",
            count,
        )
    elif count := counts.back:
        text = ngettext("%(number)s person is back from later", "%(number)s people are back from later", count)
    else:
        count = counts.today
        text = ngettext("%(number)s person waits since today", "%(number)s people wait since today", count)
    return text % {"number": in_words(count)}


def in_words(count: int) -> str:
    """A number of people as a word up to nine."""
    return str(NUMBERS[count]) if count < len(NUMBERS) else format_count(min(count, MAX_COUNT))


def ask_offers(pro: Pro) -> Question[Any]:
    """The question of `describe_waiting`."""
    return _OFFERS.question(pro).part(MAX_OFFERS)


def _listed_offers(pro: Pro, answers: Answers) -> list[OfferAnswer]:
    """The newest answers to offers that wait, accepted ones first."""
    offers = read_offer_answers(answers.rows(ask_offers(pro))).values()
    return sorted(offers, key=lambda answer: not answer.is_accepted)


def _offer_rows(pro: Pro) -> WaitingItemQuerySet:
    return WaitingItem.objects.for_pro(pro).listed().filter(kind=WaitingItem.Kind.OFFER).order_by("-since")


_OFFERS = Compiled(_offer_rows, keeps_plan=True)


def _about_offers(answers: list[OfferAnswer]) -> str:
    if not answers:
        return ""
    same = [answer for answer in answers if answer.is_accepted == answers[0].is_accepted]
    if answers[0].is_accepted:
        one, many = _("one accepted your offer of %(amount)s"), _("%(number)s accepted your offers")
    else:
        one, many = _("one declined your offer of %(amount)s"), _("%(number)s declined your offers")
    text = one if len(same) == 1 else many
    return text % {"amount": same[0].amount, "number": in_words(len(same))}
