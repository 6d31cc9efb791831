"""A person of the list: a contact, or an item without one that stands by itself."""

from config.web.hooks import hooks

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


def item_url(item: WaitingItem) -> str:
    """Address of the page of what an item without a contact stands for, "" where there is none.

    The app that it belongs to gives it in its module `waiting`.
    """
    urls = (module.item_url(item) for module in hooks("waiting", "item_url"))
    return next(filter(None, urls), "")
