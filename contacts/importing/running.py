"""The run of an import: each row is matched again, against the address book as it is now."""

from django.db import transaction

from ..models import Contact, ContactEvent, ContactImport, ContactImportRow, ContactNote
from .rows import language_of, parse_row, refuse_on_error

Outcome = ContactImportRow.Outcome


def run_rows(contact_import: ContactImport, rows: list[ContactImportRow]) -> None:
    """Import the rows that the check has not refused, and set their outcomes, unsaved."""
    events: list[ContactEvent] = []
    with language_of(contact_import):
        for row in rows:
            if row.outcome != Outcome.REFUSE:
                with refuse_on_error(row), transaction.atomic():
                    events += _import_row(contact_import, row)
    ContactEvent.objects.bulk_create(events)


def _import_row(contact_import: ContactImport, row: ContactImportRow) -> list[ContactEvent]:
    """Import one row; returns its events, unsaved."""
    parsed, user = parse_row(contact_import, row), contact_import.user
    is_new = row.outcome == Outcome.CREATE
    contact, changes = Contact.objects.store_or_fill_in(parsed.contact, id=parsed.id, is_new=is_new)
    has_note = parsed.has_note(contact)
    if not has_note:
        ContactNote.objects.add_note(contact, parsed.note, by=user)
    if changes is None:
        row.set_result(Outcome.CREATE, contact=contact)
        return [contact.build_event(ContactEvent.Kind.CREATED, user)]
    added = {name: after for name, (_before, after) in changes.items()}
    if not has_note:
        added["note"] = row.fields["note"]
    row.set_result(Outcome.COMPLETE if added else Outcome.KNOWN, contact=contact, learnt=added)
    return [contact.build_event(ContactEvent.Kind.CHANGED, user, changes)] if changes else []
