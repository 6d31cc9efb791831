"""Likely duplicates of a contact. They are only suggested: a family may share a phone."""

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, User
from config.search.folding import fold
from config.web.compiled import Compiled, Question
from config.web.many import Many
from config.web.together import UNASKED, Answers

from ..addresses import identities_of
from ..models import Contact, ContactIdentity, DistinctPair
from ..phones import other_forms


class Reason(TextChoices):
    EMAIL = "email", _("Same e-mail")
    PHONE = "phone", _("Same phone")
    NAME = "name", _("Similar name")


class Duplicate(NamedTuple):
    """Contact that is likely the same person, with the reasons, the strongest first."""

    contact: Contact
    reasons: list[Reason]


MAX_DUPLICATES = 10
# Two reasons weigh more than one; an address alone weighs more than a name.
WEIGHTS = {Reason.EMAIL: 4, Reason.PHONE: 3, Reason.NAME: 2}
# Candidates from the database are compared one by one.
MAX_CANDIDATES = 100
# The latest addresses of a contact that has very many.
MAX_ADDRESSES = 20
# Similar names: ratio of equal letters, from 0 to 1; about one letter in ten may differ.
MIN_SIMILARITY = 0.85
# Compared characters of a name: the comparison of a very long one is slow.
MAX_COMPARED = 60
# The search index covers parts of three letters and more.
MIN_PART = 3
# The longest words of a name are searched for: more only make the query longer.
MAX_WORDS = 4
TITLES = {
    *("m", "mm", "mr", "mme", "mlle", "monsieur", "madame", "mademoiselle", "me", "maitre"),
    *("mrs", "ms", "miss", "mister", "dr", "docteur", "doctor", "prof"),
    *("dhr", "mevr", "mevrouw", "meneer", "mw"),
}


def likely_duplicates(contact: Contact, answers: Answers = UNASKED) -> list[Duplicate]:
    """The Pro's contacts that are likely the same person as `contact`: at most 10, the likeliest first.

    Contacts that the Pro marked as distinct from it are left out.
    """
    reasons: dict[UUID, set[Reason]] = {}
    for pk, reason in [*_same_address(contact, answers), *_same_name(contact, answers)]:
        reasons.setdefault(pk, set()).add(reason)
    for pair in answers.rows(DISTINCT.question(contact)):
        for pk in pair:
            reasons.pop(pk, None)
    reasons.pop(contact.pk, None)
    likeliest = sorted(reasons, key=lambda pk: (-sum(WEIGHTS[reason] for reason in reasons[pk]), pk))[:MAX_DUPLICATES]
    contacts = {row.pk: row for row in _BY_ID.rows(contact.pro, Many((*likeliest,)))} if likeliest else {}
    return [Duplicate(contacts[pk], [r for r in Reason if r in reasons[pk]]) for pk in likeliest if pk in contacts]


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


def ask_candidates(contact: Contact, answers: Answers) -> Iterable[Question[Any]]:
    """Questions for contacts with an address of this contact, once KNOWN is answered."""
    own = _addresses(contact, answers)
    return _ask_same_address(contact, own) if own else ()


def _ask_same_address(contact: Contact, own: set[tuple[str, str]]) -> tuple[Question[Any], Question[Any]]:
    emails, phones = (sorted(id for channel, id in own if channel == reason) for reason in (Reason.EMAIL, Reason.PHONE))
    return _SAME_ADDRESS.question(contact.pro, emails, phones), _HOLDERS.question(contact.pro, sorted(own))


def _same_address(contact: Contact, answers: Answers) -> Iterator[tuple[UUID, Reason]]:
    """Contacts with an address of this contact, as e-mail, phone or identity."""
    if not (own := _addresses(contact, answers)):
        return
    same_address, holders = _ask_same_address(contact, own)
    for pk, email, phone in answers.rows(same_address):
        yield from ((pk, Reason(channel)) for channel, _id in own.intersection(identities_of(email, phone)))
    yield from ((pk, Reason(channel)) for pk, channel in answers.rows(holders))


def _same_address_rows(pro: Pro, emails: list[str], phones: list[str]) -> QuerySet[Any, Any]:
    """(id, e-mail, phone) of contacts with one of these: a union, so that each address uses an index of its own."""
    contacts = Contact.objects.for_pro(pro)
    pairs = [*((Reason.EMAIL, email) for email in emails), *((Reason.PHONE, phone) for phone in phones)]
    parts = [contacts.same_address(*pair).values_list("pk", "email", "phone") for pair in pairs]
    return (parts[0].union(*parts[1:]) if parts[1:] else parts[0])[:MAX_CANDIDATES]


def _holders(pro: Pro, own: list[tuple[str, str]]) -> QuerySet[Any, Any]:
    return ContactIdentity.objects.for_pro(pro).matching(own).values_list("contact", "channel")


def _known_identities(contact: Contact) -> QuerySet[Any, Any]:
    rows = ContactIdentity.objects.filter(contact=contact, channel__in=[*Reason.values, "whatsapp"])
    return rows.order_by("-pk").values_list("channel", "external_id")[:MAX_ADDRESSES]


_SAME_ADDRESS, _HOLDERS = Compiled(_same_address_rows, keeps_plan=True), Compiled(_holders, keeps_plan=True)
# A plan for all Pros reads the whole index of a large one.
_BY_ID = Compiled(lambda pro, ids: Contact.objects.for_pro(pro).filter(pk__among=ids))
KNOWN = Compiled(_known_identities, keeps_plan=True)
DISTINCT = Compiled(lambda contact: DistinctPair.objects.of(contact).values_list("first", "second"), keeps_plan=True)


def _addresses(contact: Contact, answers: Answers) -> set[tuple[str, str]]:
    """(channel, external id) of e-mail, phone and identities, released ones too; phones in each of their forms."""
    own = {*identities_of(contact.email, contact.phone), *answers.rows(KNOWN.question(contact))}
    # A WhatsApp id is a phone number, possibly in a former notation.
    numbers = {id if channel == Reason.PHONE else f"+{id}" for channel, id in own if channel != Reason.EMAIL}
    forms = {("phone", form) for number in numbers for form in (number, *other_forms(number))}
    return forms | {pair for pair in own if pair[0] == Reason.EMAIL}


def ask_same_name(contact: Contact) -> list[Question[Any]]:
    """The question for contacts with a similar name; none where its SQL is another one for each name."""
    parts = _parts_of_name(contact)
    if len(parts) < 2 or not Contact.search_index.plain_words([{word} for word, *_parts in parts], Contact.objects.db):
        return []
    return [_WITH_WORDS.question(contact.pro, contact.pk, parts)]


def _same_name(contact: Contact, answers: Answers) -> Iterator[tuple[UUID, Reason]]:
    """Contacts with a similar name. Names of a single word are not compared."""
    words = name_words(contact.name)
    for pk, name in _with_parts_of_name(contact, answers):
        if are_similar(words, name_words(name)):
            yield pk, Reason.NAME


def _with_parts_of_name(contact: Contact, answers: Answers) -> Iterable[tuple[UUID, str]]:
    """(id, name) of other contacts with a word of the name and a part of another one."""
    if questions := ask_same_name(contact):
        return answers.rows(questions[0])
    parts = _parts_of_name(contact)
    return _rows_with_words(contact.pro, contact.pk, parts) if len(parts) > 1 else ()


def _parts_of_name(contact: Contact) -> list[list[str]]:
    """The longest words of a name, each with its beginning, that after a space, and its end."""
    words = dict.fromkeys(word for word in name_words(contact.name) if len(word) >= MIN_PART)
    return [[word, word[:2], f" {word[:2]}", word[-MIN_PART:]] for word in sorted(words, key=len)[-MAX_WORDS:]]


def _rows_with_words(pro: Pro, id: UUID, parts: list[list[str]]) -> QuerySet[Any, tuple[UUID, str]]:
    """Rows of `_with_parts_of_name`."""
    others = Contact.objects.for_pro(pro).exclude(pk=id)
    index, using = Contact.search_index, others.db
    # A union of one query for each whole word: each query uses the search index.
    rows = [
        others.filter(index.matching([{word}], using), _contains_part_of(part for part in parts if part[0] != word))
        for word, *_parts in parts
    ]
    first, *further = [part.values_list("pk", "name") for part in rows]
    return first.union(*further)[:MAX_CANDIDATES]


# A plan for all names reads the rows with a word and compares them, in a third of the time that making one takes.
_WITH_WORDS = Compiled(_rows_with_words, keeps_plan=True)


def _contains_part_of(words: Iterable[list[str]]) -> Q:
    """Condition that some word begins or ends like one of these."""
    condition = Q()
    for _word, beginning, spaced, end in words:
        begins = Q(search_text__startswith=beginning) | Q(search_text__contains=spaced)
        condition |= begins | Q(search_text__contains=end)
    return condition


def name_words(name: str) -> list[str]:
    """Words of a name for a comparison, in alphabetical order: "Mme MARTIN-Doré, Zoé" -> ["dore", "martin", "zoe"]."""
    return sorted(word for word in re.split(r"[\W_]+", fold(name)) if word and word not in TITLES)


def are_similar(one: list[str], other: list[str]) -> bool:
    """True when two names, given by their `name_words`, are equal except for a typing error."""
    matcher = SequenceMatcher(None, " ".join(one)[:MAX_COMPARED], " ".join(other)[:MAX_COMPARED], autojunk=False)
    return matcher.quick_ratio() >= MIN_SIMILARITY and matcher.ratio() >= MIN_SIMILARITY
