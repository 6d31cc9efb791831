"""Undo an import row by row: contacts that nobody has touched since are archived, added values taken back.

A row is left as it is, with the reason, where somebody has worked with what it brought.
"""

from collections import Counter
from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, Q

from ..addresses import identities_of
from ..book.related_rows import contacts_with_records
from ..models import Contact, ContactEvent, ContactIdentity, ContactImport, ContactImportRow, ContactMerge, ContactNote

Outcome, Undo, State = ContactImportRow.Outcome, ContactImportRow.Undo, ContactImport.State


def undo_rows(contact_import: ContactImport, rows: list[ContactImportRow]) -> None:
    """Undo these rows and set their `undo`, unsaved. The book is held, so nothing changes meanwhile."""
    ids = {row.contact_id for row in rows if row.contact_id}
    contacts = Contact.objects.for_pro(contact_import.pro, deleted=None).in_bulk(ids)
    traces = Traces(contact_import, ids)
    archived: list[Contact] = []
    for row in rows:
        if row.outcome == Outcome.CREATE:
            row.undo = _undo_creation(contacts.get(row.contact_id), traces, archived)
        elif row.contact_id not in traces.created and (row.learnt or row.created):
            row.undo = _undo_completion(contact_import, row, contacts.get(row.contact_id))
    if archived:
        ContactEvent.objects.bulk_create(_event_of_undo(contact_import, contact) for contact in archived)
        Contact.objects.archive_locked(archived, by=contact_import.undone_by)


class Traces:
    """Records about some contacts, from which follows what has become of them since their import."""

    def __init__(self, contact_import: ContactImport, ids: Collection[UUID]) -> None:
        self.created: set[UUID] = set()
        # Events that the import itself recorded.
        self.own_events: Counter[UUID] = Counter()
        own_notes: list[str] = []
        rows = contact_import.rows.filter(contact__in=ids).exclude(outcome=Outcome.REFUSE)
        for id, outcome, learnt, created in rows.values_list("contact_id", "outcome", "learnt", "created"):
            if outcome == Outcome.CREATE:
                self.created.add(id)
            self.own_events[id] += outcome == Outcome.CREATE or bool({*learnt} - {"note"})
            own_notes += created.get("notes", [])
        events = ContactEvent.objects.filter(contact__in=ids).order_by()
        self.events = dict(events.values_list("contact").annotate(Count("pk")))
        notes = ContactNote.objects.present().filter(contact__in=ids).exclude(pk__in=own_notes, edited_at=None)
        self.noted = {*notes.values_list("contact", flat=True)}
        merges = ContactMerge.objects.not_undone().filter(survivor__in=ids)
        self.merged = {*merges.values_list("survivor", flat=True)}
        self.used = contacts_with_records(ids)
        others = ContactImportRow.objects.filter(contact__in=ids).exclude(contact_import=contact_import)
        others = others.filter(contact_import__state__in=(State.RUNNING, State.DONE))
        self.imported = {*others.values_list("contact", flat=True)}

    def reason_to_stay(self, id: UUID) -> str:
        """Reason why a contact that the import created is not archived, "" if nobody has touched it."""
        reasons = {
            Undo.MERGED: id in self.merged,
            Undo.USED: id in self.used,
            Undo.CHANGED: self.events.get(id, 0) != self.own_events[id],
            Undo.NOTED: id in self.noted,
            Undo.IMPORTED: id in self.imported,
        }
        return next((reason for reason, holds in reasons.items() if holds), "")


def _undo_creation(contact: Contact | None, traces: Traces, archived: list[Contact]) -> str:
    """Decide on a contact that the import created; add it to those to be archived."""
    if contact is None or (contact.deleted_at and not contact.merged_into_id):
        return Undo.UNDONE  # Erased or archived already.
    if contact.merged_into_id:
        return Undo.MERGED
    if reason := traces.reason_to_stay(contact.pk):
        return reason
    archived.append(contact)
    return Undo.UNDONE


def _undo_completion(contact_import: ContactImport, row: ContactImportRow, contact: Contact | None) -> str:
    """Take back what a row added to a contact that was known before, where it is still there."""
    if contact is None:
        return Undo.UNDONE
    if contact.deleted_at:
        return Undo.MERGED
    added = {name: value for name, value in row.learnt.items() if name != "note"}
    present = {name for name, value in added.items() if getattr(contact, name) == value}
    used = {name for name in present if _is_used(contact_import, contact, added[name])}
    needed = _needed_addresses(contact, present - used)
    _clear_fields(contact_import, contact, present - used - needed)
    _free_identities(contact_import, contact, row)
    reasons = {
        Undo.USED: used,
        Undo.NEEDED: needed,
        Undo.CHANGED: any(getattr(contact, name) for name in {*added} - present),
        Undo.NOTED: not _delete_notes(contact, row),
    }
    return next((reason for reason, holds in reasons.items() if holds), Undo.UNDONE)


def _is_used(contact_import: ContactImport, contact: Contact, value: str) -> bool:
    """True when somebody has written to or from this e-mail or phone since the import."""
    # WhatsApp writes a number without its plus sign.
    address = Q(address__iexact=value) | Q(address=value.removeprefix("+"))
    return contact.messages.filter(address, created_at__gte=contact_import.started_at).exists()


def _needed_addresses(contact: Contact, cleared: set[str]) -> set[str]:
    """E-mail and phone that stay, as a contact must have one of them."""
    stays = [getattr(contact, name) for name in ("email", "phone") if name not in cleared]
    return set() if contact.reached_by or any(stays) else cleared & {"email", "phone"}


def _clear_fields(contact_import: ContactImport, contact: Contact, names: set[str]) -> None:
    if names:
        _event_of_undo(contact_import, contact).save()
        contact.change(dict.fromkeys(names, ""), by=contact_import.undone_by)


def _event_of_undo(contact_import: ContactImport, contact: Contact) -> ContactEvent:
    """Unsaved event, before that of the change itself."""
    file = {"import": [str(contact_import.pk), contact_import.filename]}
    return contact.build_event(ContactEvent.Kind.UNIMPORTED, contact_import.undone_by, file)


def _free_identities(contact_import: ContactImport, contact: Contact, row: ContactImportRow) -> None:
    """Delete the identities that the row brought, except those of the contact's e-mail and phone, and used ones."""
    current = identities_of(contact.email, contact.phone)
    identities = ContactIdentity.objects.held().filter(contact=contact, pk__in=row.created.get("identities", []))
    for identity in identities:
        pair = (identity.channel, identity.external_id)
        if pair not in current and not _is_used(contact_import, contact, identity.external_id):
            identity.delete()
            contact.pass_on_identities([pair])


def _delete_notes(contact: Contact, row: ContactImportRow) -> bool:
    """Delete the notes that the row added; False when somebody has edited one, which stays."""
    notes = list(contact.notes.present().filter(pk__in=row.created.get("notes", [])))
    for note in notes:
        if not note.edited_at:
            note.soft_delete()
    return not any(note.edited_at for note in notes)
