"""Answers of customers to offers, as the app that offers belong to words them.

It does so in a module `waiting` by `describe_offer_answers(keys)`: {id as text: OfferAnswer}.
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

from config.web.hooks import hooks

from ..models import WaitingItem


class OfferAnswer(NamedTuple):
    """The answer to an offer; `amount` is in the reader's notation, such as "€1,850.00"."""

    is_accepted: bool
    amount: str

    @property
    def text(self) -> str:
        """One line for a list, in the reader's language."""
        text = _("Accepted your offer of %(amount)s") if self.is_accepted else _("Declined your offer of %(amount)s")
        return text % {"amount": self.amount}


def read_offer_answers(items: Iterable[WaitingItem]) -> dict[int, OfferAnswer]:
    """The answer that each of these items stands for, by the item's id, in one query; other items are left out."""
    ids = {item.key: item.pk for item in items if item.kind == WaitingItem.Kind.OFFER}
    if not ids:
        return {}
    found = (module.describe_offer_answers(list(ids)) for module in hooks("waiting", "describe_offer_answers"))
    return {ids[key]: answer for answers in found for key, answer in answers.items()}
