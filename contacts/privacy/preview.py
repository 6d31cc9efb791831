"""Preview of an erasure: how many rows of what would go."""

from typing import Any, NamedTuple

from ..models import Contact
from .book_parts import BOOK_PARTS
from .originals import linked_deliveries
from .parts import all_parts
from .person import find_person


class Preview(NamedTuple):
    """`rows` are (label, number) of what goes; `names` are those of merged contacts that go along."""

    rows: list[tuple[Any, int]]
    names: list[str]


def preview_person(contact: Contact) -> Preview:
    """Count what is known of a person, without what takes long to find: see Part.is_quick."""
    person = find_person(contact)
    person = person.with_deliveries(linked_deliveries(person))
    parts = [part for part in (*all_parts(), *BOOK_PARTS) if part.is_exported and part.is_quick]
    counts = [(part.label, part.rows(person).count()) for part in parts]
    merged = Contact.objects.filter(pk__in=person.ids).exclude(pk=contact.pk)
    return Preview(
        [(label, count) for label, count in counts if count],
        list(merged.order_by("name").values_list("name", flat=True)),
    )
