"""Who is likely to be the same person as a contact. It is only ever suggested: a family may share a phone."""

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from config.accounts.models import User
from config.search.folding import fold

from ..addresses import identities_of
from ..models import Contact, ContactIdentity, DistinctPair
from ..phones import other_forms


class Reason(TextChoices):
    EMAIL = "email", _("Same e-mail")
    PHONE = "phone", _("Same phone")
    NAME = "name", _("Nearly the same name")


class Duplicate(NamedTuple):
    """Somebody who is likely to be the same person, and why, the strongest reason first."""

    contact: Contact
    reasons: list[Reason]


MOST = 10
# Two reasons are more than one; of one, an address says more than a name.
WEIGHTS = {Reason.EMAIL: 4, Reason.PHONE: 3, Reason.NAME: 2}
# What the database finds is looked at one by one: so many at the most.
MOST_FOUND = 100
# Of somebody who has written from very many, the latest addresses are enough.
MOST_ADDRESSES = 20
# How alike two names are, from 0 to 1, when they are nearly the same: one letter in ten may differ.
ALIKE = 0.85
# Characters: a name as long as a book would keep the page waiting.
MOST_COMPARED = 60
# The index of the search knows pieces of three letters and more.
PIECE = 3
# The longest words of a name: more would only make the query longer.
MOST_WORDS = 4
TITLES = {
    *("m", "mm", "mr", "mme", "mlle", "monsieur", "madame", "mademoiselle", "me", "maitre"),
    *("mrs", "ms", "miss", "mister", "dr", "docteur", "doctor", "prof"),
    *("dhr", "mevr", "mevrouw", "meneer", "mw"),
}


def likely_duplicates(contact: Contact) -> list[Duplicate]:
    """The Pro's contacts that are likely to be the same person as `contact`: at most 10, the likeliest first.

    Without those that the Pro told apart from it.
    """
    reasons: dict[UUID, set[Reason]] = {}
    for pk, reason in [*_same_address(contact), *_same_name(contact)]:
        reasons.setdefault(pk, set()).add(reason)
    for pair in DistinctPair.objects.of(contact).values_list("first", "second"):
        for pk in pair:
            reasons.pop(pk, None)
    reasons.pop(contact.pk, None)
    likeliest = sorted(reasons, key=lambda pk: (-sum(WEIGHTS[reason] for reason in reasons[pk]), pk))[:MOST]
    found = Contact.objects.for_pro(contact.pro).in_bulk(likeliest)
    return [Duplicate(found[pk], [r for r in Reason if r in reasons[pk]]) for pk in likeliest if pk in found]


def mark_distinct(one: Contact, other: Contact, *, by: User | None) -> None:
    """Remember that two contacts are not the same person: neither is a likely duplicate of the other any more.

    A second time changes nothing. Raises DoesNotExist when one is deleted, or they belong to two Pros.
    """
    first, second = sorted((one, other), key=lambda contact: contact.pk)
    with transaction.atomic():
        first.lock()
        second.lock()
        if first.pro_id != second.pro_id or first == second:
            raise Contact.DoesNotExist
        DistinctPair.objects.get_or_create(first=first, second=second, defaults={"user": by})


def unmark_distinct(one: Contact, other: Contact) -> None:
    """Undo `mark_distinct`; without it nothing changes."""
    DistinctPair.objects.of(one).filter(Q(first=other) | Q(second=other)).delete()


def _same_address(contact: Contact) -> Iterator[tuple[UUID, Reason]]:
    """Those who have an address of the contact's, whether it stands on their page or was only learnt."""
    everybody = Contact.objects.for_pro(contact.pro)
    own = _addresses(contact)
    # A query for each, put together: each has an index of its own.
    parts = [everybody.same_address(*pair).values_list("pk", "email", "phone") for pair in own]
    for pk, email, phone in everybody.none().values_list("pk", "email", "phone").union(*parts)[:MOST_FOUND]:
        yield from ((pk, Reason(channel)) for channel, _id in own.intersection(identities_of(email, phone)))
    holders = ContactIdentity.objects.for_pro(contact.pro).matching([*own]).values_list("contact", "channel")
    yield from ((pk, Reason(channel)) for pk, channel in holders)


def _addresses(contact: Contact) -> set[tuple[str, str]]:
    """(channel, external id) of the present e-mail and phone in each of its forms, and of those learnt or let go."""
    known = contact.identities.filter(channel__in=[*Reason.values, "whatsapp"]).order_by("-pk")[:MOST_ADDRESSES]
    own = {*identities_of(contact.email, contact.phone), *known.values_list("channel", "external_id")}
    # WhatsApp's id of somebody may be a number, in a form that is none of a telephone any more.
    numbers = {id if channel == Reason.PHONE else f"+{id}" for channel, id in own if channel != Reason.EMAIL}
    forms = {("phone", form) for number in numbers for form in (number, *other_forms(number))}
    return forms | {pair for pair in own if pair[0] == Reason.EMAIL}


def _same_name(contact: Contact) -> Iterator[tuple[UUID, Reason]]:
    """Those with nearly the same name. A single word says too little."""
    words = words_of(contact.name)
    longest = sorted({word for word in words if len(word) >= PIECE}, key=len)[-MOST_WORDS:]
    others = Contact.objects.for_pro(contact.pro).exclude(pk=contact.pk)
    # A query for each whole word, put together: each is answered by the index of the search.
    parts = [
        others.search(word).filter(_has_a_piece(other for other in longest if other != word)).values_list("pk", "name")
        for word in longest
        if len(longest) > 1
    ]
    for pk, name in others.none().values_list("pk", "name").union(*parts)[:MOST_FOUND]:
        if are_alike(words, words_of(name)):
            yield pk, Reason.NAME


def _has_a_piece(words: Iterable[str]) -> Q:
    """A word that begins or ends like one of these: what differs in all of them is not nearly the same name."""
    wanted = Q()
    for word in words:
        begins = Q(search_text__startswith=word[:2]) | Q(search_text__contains=f" {word[:2]}")
        wanted |= begins | Q(search_text__contains=word[-PIECE:])
    return wanted


def words_of(name: str) -> list[str]:
    """The words of a name for comparing, in alphabetical order: "Mme MARTIN-Doré, Zoé" -> ["dore", "martin", "zoe"]."""
    return sorted(word for word in re.split(r"[\W_]+", fold(name)) if word and word not in TITLES)


def are_alike(one: list[str], other: list[str]) -> bool:
    """Whether two names are the same but for a slip: in any order, by their `words_of`."""
    matcher = SequenceMatcher(None, " ".join(one)[:MOST_COMPARED], " ".join(other)[:MOST_COMPARED], autojunk=False)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE
