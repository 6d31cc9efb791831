"""The run of an import: each row is matched again, against the address book as it is now."""

from operator import attrgetter

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Max

from config.events.kinds import EventType
from config.events.publishing import publish
from config.saving import insert_many

from ..addresses import identities_of
from ..models import Contact, ContactEvent, ContactIdentity, ContactImport, ContactImportRow, ContactNote
from ..models.identity import ContactIdentityQuerySet
from .rows import ParsedRow, displayed_note, language_of, read_checked_row, refuse_on_error

Outcome = ContactImportRow.Outcome
# The event of each row that has one.
Events = dict[ContactImportRow, ContactEvent]


def run_rows(contact_import: ContactImport, rows: list[ContactImportRow]) -> None:
    """Import the rows that the check has not refused, and set their outcomes, unsaved."""
    events: Events = {}
    last_identity = ContactIdentity.objects.aggregate(last=Max("pk"))["last"] or 0
    with language_of(contact_import):
        parsed_rows = _parse_rows(contact_import, rows)
        stored = _store_new(contact_import, _new_rows(parsed_rows), events)
        for row, parsed in parsed_rows.items():
            if row not in stored:
                with refuse_on_error(row), transaction.atomic():
                    _import_row(contact_import, row, parsed, events)
    _record_events(contact_import, events)
    identities = ContactIdentity.objects.for_pro(contact_import.pro)
    _note_identities(rows, identities.filter(pk__gt=last_identity))


def _record_events(contact_import: ContactImport, events: Events) -> None:
    """Store the events of the rows, in their order, and tell the Pro's programs."""
    rows = sorted(events, key=attrgetter("number"))
    insert_many([events[row] for row in rows])
    created = [row.contact for row in rows if events[row].kind == ContactEvent.Kind.CREATED]
    changed = {row.contact_id: row.contact for row in rows if events[row].kind == ContactEvent.Kind.CHANGED}
    publish(contact_import.pro, EventType.CONTACT_CREATED, *created)
    publish(contact_import.pro, EventType.CONTACT_UPDATED, *changed.values())


def _parse_rows(contact_import: ContactImport, rows: list[ContactImportRow]) -> dict[ContactImportRow, ParsedRow]:
    """The content of the rows that the check has not refused; one that cannot be parsed any more is refused now."""
    parsed_rows = {}
    for row in rows:
        if row.outcome != Outcome.REFUSE:
            with refuse_on_error(row):
                parsed_rows[row] = read_checked_row(contact_import, row)
    return parsed_rows


def _new_rows(parsed_rows: dict[ContactImportRow, ParsedRow]) -> dict[ContactImportRow, ParsedRow]:
    """The rows whose check found nobody, and whose addresses are in no row before them.

    So it makes no difference to any row whether they are stored in turn or before the others.
    """
    new_rows, earlier = {}, set[tuple[str, str]]()
    for row, parsed in parsed_rows.items():
        identities = _row_identities(parsed)
        if row.outcome == Outcome.CREATE and earlier.isdisjoint(identities):
            new_rows[row] = parsed
        earlier.update(identities)
    return new_rows


def _row_identities(parsed: ParsedRow) -> list[tuple[str, str]]:
    return identities_of(parsed.contact.email, parsed.contact.phone)


def _store_new(
    contact_import: ContactImport, rows: dict[ContactImportRow, ParsedRow], events: Events
) -> set[ContactImportRow]:
    """Store the contacts of these rows together, and return the rows that are done.

    Where the database or anything else objects to one of them, such as a contact that is known by now, each half of
    them is tried by itself, down to the row; that one is left for `_import_row`.
    """
    if not rows:
        return set()
    try:
        with transaction.atomic():
            _store_together(contact_import, rows, events)
        return {*rows}
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if len(rows) == 1:
            return set()
    pairs = list(rows.items())
    halves = pairs[: len(pairs) // 2], pairs[len(pairs) // 2 :]
    return {row for half in halves for row in _store_new(contact_import, dict(half), events)}


def _store_together(contact_import: ContactImport, rows: dict[ContactImportRow, ParsedRow], events: Events) -> None:
    user, note_rows = contact_import.user, [row for row, parsed in rows.items() for _note in parsed.notes]
    Contact.objects.store_new([(parsed.contact, _row_identities(parsed)) for parsed in rows.values()])
    texts = [(parsed.contact, note) for parsed in rows.values() for note in parsed.notes]
    notes = ContactNote.objects.add_notes(texts, by=user) if texts else []
    for row, parsed in rows.items():
        row.set_result(Outcome.CREATE, contact=parsed.contact)
        events[row] = parsed.contact.build_event(ContactEvent.Kind.CREATED, user)
    for row, note in zip(note_rows, notes, strict=True):
        row.created.setdefault("notes", []).append(str(note.pk))


def _note_identities(rows: list[ContactImportRow], created: ContactIdentityQuerySet) -> None:
    """Note the identities that known contacts got, on the last row of each. The book is held: nobody else made them."""
    rows_by_contact = {row.contact_id: row for row in rows if row.outcome in (Outcome.COMPLETE, Outcome.KNOWN)}
    for id, contact_id in created.filter(contact__in=rows_by_contact).values_list("pk", "contact"):
        rows_by_contact[contact_id].created.setdefault("identities", []).append(id)


def _import_row(contact_import: ContactImport, row: ContactImportRow, parsed: ParsedRow, events: Events) -> None:
    """Import one row by itself, and note its event, unsaved."""
    user, is_new = contact_import.user, row.outcome == Outcome.CREATE
    contact, changes = Contact.objects.store_or_fill_in(parsed.contact, id=parsed.id, is_new=is_new)
    notes = parsed.missing_notes(contact)
    ids = [str(ContactNote.objects.add_note(contact, note, by=user).pk) for note in notes]
    created = {"notes": ids} if ids else {}
    if changes is None:
        row.set_result(Outcome.CREATE, contact=contact, created=created)
        events[row] = contact.build_event(ContactEvent.Kind.CREATED, user)
        return
    added = {name: after for name, (_before, after) in changes.items()}
    if notes:
        added["note"] = displayed_note(notes)
    outcome = Outcome.COMPLETE if added else Outcome.KNOWN
    row.set_result(outcome, contact=contact, learnt=added, created=created)
    if changes:
        events[row] = contact.build_event(ContactEvent.Kind.CHANGED, user, changes)
