"""Erase everything about a person: planned, undone for a week, then done by a job."""

import logging
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.tasks import task
from django.utils import timezone

from config.accounts.models import ApiToken, User
from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.jobs.worker import unfinished_jobs

from ..book.erased_addresses import mark_addresses
from ..models import Contact, Erasure
from ..models.locking import hold_book
from .book_parts import BOOK_PARTS
from .copies import erase_copies, erase_events, erase_notifications
from .erased_list import forget_try, forget_undone, note_erasure
from .originals import find_deliveries, linked_deliveries
from .parts import Part, all_parts, erase_part, topics_of, words_in_copies
from .person import Person, find_person
from .tidying import tidy_database

# A planned erasure so long past its time is looked after.
LATE = timedelta(hours=1)
logger = logging.getLogger("vestibule.privacy")


class NotPlannedError(Exception):
    """The erasure was undone or done meanwhile."""


def plan_erasure(contact: Contact, *, reason: str, by: User | ApiToken | None) -> Erasure:
    """Plan the erasure of a contact, archived or not, with everybody merged into it, and take it out of all lists.

    One that is planned already is returned as it is. Raises DoesNotExist for a merged or deleted contact, and
    ValidationError for an unknown reason.
    """
    if reason not in Erasure.Reason.values:
        raise ValidationError({"reason": ", ".join(Erasure.Reason.values)})
    with transaction.atomic():
        contact.lock_among(Contact.objects.filter(merged_into=None))
        if planned := find_planned(contact):
            return planned
        was_present = contact.deleted_at is None
        if was_present:
            contact.archive(by=by)
        erasure = Erasure(pro=contact.pro, person=contact.pk, reason=reason, was_present=was_present)
        erasure.user = by if isinstance(by, User) else None
        erasure.token = by if isinstance(by, ApiToken) else None
        erasure.save()
        record_event(Kind.ERASURE_PLANNED, contact, pro=contact.pro, by=by, detail=reason)
        erase_person.using(run_after=erasure.due_at).enqueue(str(erasure.pk))
        return erasure


def find_planned(contact: Contact) -> Erasure | None:
    """The planned erasure of an archived contact."""
    return Erasure.objects.for_pro(contact.pro).planned().filter(person=contact.pk).first()


def undo_erasure(erasure: Erasure, *, by: User | ApiToken | None) -> None:
    """Keep the person after all, in the lists if they were there. Raises NotPlannedError."""
    with transaction.atomic():
        _hold_planned(erasure)
        contact = Contact.objects.get(pk=erasure.person)
        if erasure.was_present and contact.deleted_at:
            contact.restore(by=by)
        Erasure.objects.for_pro(erasure.pro).keep(contact, by=by)
        erasure.refresh_from_db()


@task
def erase_person(erasure_id: str) -> None:
    """Do a planned erasure when its time has come. The worker tries again while a job about the person runs."""
    erasure = Erasure.objects.select_related("pro").filter(pk=UUID(erasure_id)).first()
    if erasure and erasure.state == Erasure.State.UNDONE:
        forget_undone(erasure)
    # Two clocks may differ by seconds.
    elif erasure and erasure.is_planned and erasure.due_at <= timezone.now() + timedelta(minutes=1):
        with suppress(NotPlannedError):
            erase(erasure)


def resume_erasures() -> None:
    """Begin erasures anew that are past their time and have no job any more, as it failed too often. Housekeeping calls
    it once a minute.
    """
    late = Erasure.objects.planned().filter(due_at__lt=timezone.now() - LATE)
    if ids := {str(id) for id in late.values_list("pk", flat=True)}:
        with_job = {job.args_kwargs["args"][0] for job in unfinished_jobs(erase_person.module_path)}
        for id in sorted(ids - with_job):
            erase_person.enqueue(id)


def erase(erasure: Erasure) -> None:
    """Erase the person of a planned erasure now.

    Files, and the list of erasures, are read and written outside of the transaction. Raises StillWorkingError,
    StorageUnavailableError, and NotPlannedError where it was undone or done meanwhile; nothing is erased then.
    """
    contact = Contact.objects.select_related("pro").filter(pk=erasure.person, pro=erasure.pro).first()
    if contact is None:
        _finish_without_contact(erasure)
        return
    person = find_person(contact)
    deliveries = find_deliveries(person, topics_of(person))
    # Before the rows go: a crash right after them must not lose it.
    name = note_erasure(erasure, person.ids)
    try:
        with transaction.atomic():
            _erase_locked(erasure, contact, deliveries)
    except BaseException:
        forget_try(name)
        raise
    tidy_database()
    logger.info("erasure %s of contact %s is done", erasure.pk, erasure.person)


def _erase_locked(erasure: Erasure, contact: Contact, deliveries: tuple[int, ...]) -> None:
    """Erase all rows. Raises NotPlannedError."""
    _hold_planned(erasure)
    contact.refresh_from_db()
    person = find_person(contact)
    # A message that came meanwhile goes with the others, and so does its original.
    person = person.with_deliveries(tuple({*deliveries, *linked_deliveries(person)}))
    erasure.merged = [str(id) for id in person.ids if id != contact.pk]
    mark_addresses(person.pro, [pair for pair in person.addresses if pair[0] in ("email", "phone")])
    _finish(erasure, _erase_rows(person, erasure))


def _hold_planned(erasure: Erasure) -> None:
    """Hold the book of a planned erasure. Raises NotPlannedError where it was undone or done meanwhile."""
    hold_book(erasure.pro_id)
    if not Erasure.objects.planned().filter(pk=erasure.pk).exists():
        raise NotPlannedError


def _finish_without_contact(erasure: Erasure) -> None:
    """Note that nobody is left to be erased, such as after staff have deleted the contact. Raises NotPlannedError."""
    with transaction.atomic():
        _hold_planned(erasure)
        _finish(erasure, {})


def _erase_rows(person: Person, erasure: Erasure) -> dict[str, int]:
    """Erase all rows and copies; returns their numbers by kind. The book is held."""
    parts = [*all_parts(), *BOOK_PARTS]
    words, rows, topics = words_in_copies(person), _keys_of(parts, person), topics_of(person)
    counts = erase_copies(person, words, rows)
    for part in parts:
        counts[part.key] = erase_part(part, person, erasure)
    counts["told_programs"] = erase_events(person, words, topics)
    counts["told_colleagues"] = erase_notifications(person, words, topics)
    return {kind: count for kind, count in counts.items() if count}


def _keys_of(parts: list[Part], person: Person) -> dict[str, list[str]]:
    """The keys of all rows, by the label of their model in lower case, without hyphens."""
    keys: dict[str, list[str]] = {}
    for part in parts:
        rows = part.rows(person)
        keys.setdefault(rows.model._meta.label_lower, []).extend(
            str(pk).replace("-", "") for pk in rows.order_by().values_list("pk", flat=True)
        )
    return keys


def _finish(erasure: Erasure, counts: dict[str, int]) -> None:
    record_event(Kind.ERASED, erasure, pro=erasure.pro, detail=erasure.reason)
    erasure.state, erasure.ended_at, erasure.counts = Erasure.State.DONE, timezone.now(), counts
    erasure.save(update_fields=["state", "ended_at", "counts", "merged"])
