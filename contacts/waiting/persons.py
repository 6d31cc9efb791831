"""A person of the list: a contact, or an item without one that stands by itself."""

from ..models import Contact, WaitingItem
from ..models.waiting import WaitingItemQuerySet

Person = Contact | WaitingItem


def items_of(person: Person) -> WaitingItemQuerySet:
    """All items of a person, ended ones too."""
    rows = WaitingItem.objects.filter(pro_id=person.pro_id)
    return rows.filter(contact=person) if isinstance(person, Contact) else rows.filter(pk=person.pk)


def items_to_answer(person: Person) -> WaitingItemQuerySet:
    """Items of a person that an answer is about unless the user picks some: all that wait, put off or not.

    A reminder that is not due stands: it asks what becomes of an answer.
    """
    rows = items_of(person).open()
    return rows.exclude(kind=WaitingItem.Kind.REMINDER, later_until__isnull=False)
