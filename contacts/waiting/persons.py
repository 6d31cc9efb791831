"""A person of the list: a contact, or an item without one that stands by itself."""

from django.db.models import Q

from ..models import Contact, WaitingItem
from ..models.waiting import LISTED, WaitingItemQuerySet
from ..topics import split_topic

Person = Contact | WaitingItem


def items_of(person: Person) -> WaitingItemQuerySet:
    """All items of a person, ended ones too."""
    rows = WaitingItem.objects.filter(pro_id=person.pro_id)
    return rows.filter(contact=person) if isinstance(person, Contact) else rows.filter(pk=person.pk)


def open_items(person: Person) -> WaitingItemQuerySet:
    """Items of a person that a decision about the person is about."""
    return items_of(person).to_decide()


def items_to_answer(contact: Contact, topic: str = "") -> WaitingItemQuerySet:
    """Items that an answer to a contact may end: the listed ones, and that of its topic even if it was put off."""
    kind, key = split_topic(topic)
    return items_of(contact).open().filter(LISTED | Q(kind=kind, key=key))
