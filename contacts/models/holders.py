"""The contacts that hold identities, as messages, requests and inquiries look for them with the Pro's book held."""

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from config.accounts.models import Pro
from config.round_trips import Asked
from config.web.compiled import Compiled

from ..addresses import identities_of
from .identity import ContactIdentity, ContactIdentityQuerySet
from .locking import ask_book
from .waiting import WaitingItem
from .waiting_indexes import PUT_OFF

if TYPE_CHECKING:
    from .contact import Contact
type Identity = tuple[str, str]  # channel and external id


def find_holders(pro_id: int, identities: Sequence[Identity]) -> dict[Identity, "Contact"]:
    """The Pro's contacts by those of the identities that they hold; each knows whether it `has_put_off`."""
    holders: dict[Identity, Contact] = {}
    for row in _held_identities(len(identities)).rows(pro_id, *chain(*identities)) if identities else []:
        row.contact.has_put_off = row.has_put_off  # type: ignore[attr-defined]
        holders[row.channel, row.external_id] = row.contact
    return holders


def ask_holders(pro_id: int, email: str, phone: str) -> list[Asked]:
    """Questions of `find_holders` for this e-mail and phone (E.164), for `ask_ahead`."""
    identities = identities_of(email, phone)
    return [_held_identities(len(identities)).question(pro_id, *chain(*identities)).asked()] if identities else []


def ask_person(pro_id: int, email: str, phone: str) -> list[Asked]:
    """Questions of `find_or_create` for this e-mail and phone (E.164), for `ask_ahead`."""
    return [ask_book(pro_id), *ask_holders(pro_id, email, phone)]


@cache
def _held_identities(count: int) -> Compiled[ContactIdentity]:
    """Compiled query of the held rows of `count` identities, each with its contact and whether that has put off items.

    Its parameters are the Pro's id, then channel and external id of each identity.
    """

    def rows(pro_id: int, *parameters: str) -> ContactIdentityQuerySet:
        identities = list(zip(parameters[::2], parameters[1::2], strict=True))
        held = ContactIdentity.objects.for_pro(Pro(pk=pro_id)).matching(identities).select_related("contact")
        return held.annotate(has_put_off=Exists(WaitingItem.objects.filter(PUT_OFF, contact=OuterRef("contact"))))

    return Compiled(rows, keeps_plan=True)
