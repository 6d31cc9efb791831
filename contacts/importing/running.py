"""The run of an import: each row is matched again, against the address book as it is now."""

from django.db import transaction
from django.db.models import Max

from ..models import Contact, ContactEvent, ContactIdentity, ContactImport, ContactImportRow, ContactNote
from ..models.identity import ContactIdentityQuerySet
from .rows import displayed_note, language_of, parse_row, refuse_on_error

Outcome = ContactImportRow.Outcome


def run_rows(contact_import: ContactImport, rows: list[ContactImportRow]) -> None:
    """Import the rows that the check has not refused, and set their outcomes, unsaved."""
    events: list[ContactEvent] = []
    last_identity = ContactIdentity.objects.aggregate(last=Max("pk"))["last"] or 0
    with language_of(contact_import):
        for row in rows:
            if row.outcome != Outcome.REFUSE:
                with refuse_on_error(row), transaction.atomic():
                    events += _import_row(contact_import, row)
    ContactEvent.objects.bulk_create(events)
    identities = ContactIdentity.objects.for_pro(contact_import.pro)
    _note_identities(rows, identities.filter(pk__gt=last_identity))


def _note_identities(rows: list[ContactImportRow], created: ContactIdentityQuerySet) -> None:
    """Note the identities that known contacts got, on the last row of each. The book is held: nobody else made them."""
    rows_by_contact = {row.contact_id: row for row in rows if row.outcome in (Outcome.COMPLETE, Outcome.KNOWN)}
    for id, contact_id in created.filter(contact__in=rows_by_contact).values_list("pk", "contact"):
        rows_by_contact[contact_id].created.setdefault("identities", []).append(id)


def _import_row(contact_import: ContactImport, row: ContactImportRow) -> list[ContactEvent]:
    """Import one row; returns its events, unsaved."""
    parsed, user = parse_row(contact_import, row), contact_import.user
    is_new = row.outcome == Outcome.CREATE
    contact, changes = Contact.objects.store_or_fill_in(parsed.contact, id=parsed.id, is_new=is_new)
    notes = parsed.missing_notes(contact)
    ids = [str(ContactNote.objects.add_note(contact, note, by=user).pk) for note in notes]
    created = {"notes": ids} if ids else {}
    if changes is None:
        row.set_result(Outcome.CREATE, contact=contact, created=created)
        return [contact.build_event(ContactEvent.Kind.CREATED, user)]
    added = {name: after for name, (_before, after) in changes.items()}
    if notes:
        added["note"] = displayed_note(notes)
    outcome = Outcome.COMPLETE if added else Outcome.KNOWN
    row.set_result(outcome, contact=contact, learnt=added, created=created)
    return [contact.build_event(ContactEvent.Kind.CHANGED, user, changes)] if changes else []
