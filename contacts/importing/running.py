"""The run: each row decides anew, by the address book as it is now."""

from django.db import transaction

from ..models import Contact, ContactEvent, ContactImport, ContactImportRow, ContactNote
from .rows import in_language_of, read_row, refusing

Outcome = ContactImportRow.Outcome


def run_rows(found: ContactImport, rows: list[ContactImportRow]) -> None:
    """Import these rows, unless the check has refused them; what became of them is put down, unsaved."""
    events: list[ContactEvent] = []
    with in_language_of(found):
        for row in rows:
            if row.outcome != Outcome.REFUSE:
                with refusing(row), transaction.atomic():
                    events += _import(found, row)
    ContactEvent.objects.bulk_create(events)


def _import(found: ContactImport, row: ContactImportRow) -> list[ContactEvent]:
    """Import one row; what there is to record, unsaved."""
    said = read_row(found, row)
    contact, learnt = Contact.objects.adopt(said.contact, id=said.id, is_new=row.outcome == Outcome.CREATE)
    is_noted = said.is_noted(contact)
    if not is_noted:
        ContactNote.objects.add_note(contact, said.note, by=found.user)
    if learnt is None:
        row.decide(Outcome.CREATE, contact=contact)
        return [contact.event(ContactEvent.Kind.CREATED, found.user)]
    added = {name: after for name, (_before, after) in learnt.items()}
    if not is_noted:
        added["note"] = row.fields["note"]
    row.decide(Outcome.COMPLETE if added else Outcome.KNOWN, contact=contact, learnt=added)
    return [contact.event(ContactEvent.Kind.CHANGED, found.user, learnt)] if learnt else []
