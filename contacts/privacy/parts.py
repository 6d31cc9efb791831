"""Parts: the tables in which a person's data stands, how it is found, exported and erased."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from config.files.stored_file import StoredFile
from config.web.hooks import hooks

from ..models import ContactMessage, ErasedRecord, Erasure
from .person import Person

type Rows = QuerySet[Any, Any]
# Rows in one statement.
BATCH = 500


def delete_rows(person: Person, rows: Rows) -> None:
    """Delete rows, with their files after the transaction."""
    if issubclass(rows.model, StoredFile):
        for row in rows:
            row.delete_with_file()
    else:
        rows.delete()


def leave_rows(person: Person, rows: Rows) -> None:
    """Leave rows to a later part, with whose rows they are erased."""


@dataclass(frozen=True)
class Part:
    """The rows of one table that are about a person.

    `key` names it in an export and in the counts of an erasure, `label` on pages. `erase` deletes the rows by default.
    `record` makes of a row what is left of it, see ErasedRecord. `exported` finds fewer rows for an export;
    `is_exported` is False for what repeats other rows, `is_quick` for rows that are found by reading many others.
    """

    key: str
    label: Any
    rows: Callable[[Person], Rows]
    erase: Callable[[Person, Rows], None] = delete_rows
    record: Callable[[Any], ErasedRecord] | None = None
    exported: Callable[[Person], Rows] | None = None
    is_exported: bool = True
    is_quick: bool = True

    def exported_rows(self, person: Person) -> Rows:
        """The rows that an export has."""
        return (self.exported or self.rows)(person)


def all_parts() -> Iterator[Part]:
    """The parts of all apps, in the order in which they can be erased: those of the apps above first."""
    for module in hooks("privacy", "PARTS"):
        yield from module.PARTS


def topics_of(person: Person) -> list[str]:
    """The contact requests and inquiries of the person, as topics."""
    return [topic for module in hooks("privacy", "topics_of") for topic in module.topics_of(person)]


def words_in_copies(person: Person) -> list[str]:
    """Texts, in lower case, by which copies of the person's data are recognised."""
    words = [text for module in hooks("privacy", "words_in_copies") for text in module.words_in_copies(person)]
    ids = [str(id) for id in ContactMessage.objects.filter(contact__in=person.ids).values_list("pk", flat=True)]
    return [*person.terms, *ids, *words]


def erase_part(part: Part, person: Person, erasure: Erasure) -> int:
    """Erase the rows of a part, keep what is left of them, and return their number."""
    rows = part.rows(person)
    count = rows.count()
    if count and part.record:
        records = [_of_erasure(part.record(row), erasure) for row in rows.iterator(BATCH)]
        ErasedRecord.objects.bulk_create(records, batch_size=BATCH)
    if count:
        part.erase(person, rows)
    return count


def _of_erasure(record: ErasedRecord, erasure: Erasure) -> ErasedRecord:
    record.pro_id, record.erasure = erasure.pro_id, erasure
    return record
