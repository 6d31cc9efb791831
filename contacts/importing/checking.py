"""The check of an import: the expected outcome of each row, without any change of the address book."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from ..addresses import identities_of
from ..book.erased_addresses import find_marked
from ..models import Contact, ContactIdentity, ContactImport, ContactImportRow
from .rows import ParsedRow, displayed_note, language_of, parse_row, refuse, refuse_on_error

Outcome = ContactImportRow.Outcome
Identity = tuple[str, str]
# Holder of an e-mail or phone: a contact by its id, or the row that will create one by its number.
Holder = UUID | int


class Checker:
    """Decides on rows in their order, as the run will: later rows match the contacts that earlier ones create.

    It keeps the holders of all earlier rows. A new checker reads them from the stored rows.
    """

    def __init__(self) -> None:
        self.position = -1
        self.holders: dict[Identity, Holder] = {}
        # The fillable fields that each holder has by now.
        self.filled: dict[Holder, set[str]] = {}

    def check_rows(self, contact_import: ContactImport, rows: list[ContactImportRow]) -> None:
        """Set the expected outcome of these rows, unsaved."""
        if contact_import.position != self.position:
            self._load_earlier_rows(contact_import)
        parsed_rows: list[tuple[ContactImportRow, ParsedRow]] = []
        with language_of(contact_import):
            for row in rows:
                with refuse_on_error(row):
                    parsed_rows.append((row, parse_row(contact_import, row)))
            book = BookExcerpt(contact_import, [parsed for _row, parsed in parsed_rows])
            for row, parsed in parsed_rows:
                self._decide(row, parsed, book)
        self.position = rows[-1].number if rows else contact_import.position

    def _load_earlier_rows(self, contact_import: ContactImport) -> None:
        self.holders, self.filled = {}, {}
        done = contact_import.rows.filter(number__lte=contact_import.position).exclude(outcome=Outcome.REFUSE)
        names = ("number", "fields", "learnt", "contact_id", "same_as")
        for number, fields, added, contact_id, same_as in done.order_by("number").values_list(*names).iterator():
            holder = contact_id or same_as or number
            self._add_holder(holder, fields.get("email", ""), fields.get("phone", ""))
            self.filled.setdefault(holder, set()).update(added if holder != number else fields)

    def _add_holder(self, holder: Holder, email: str, phone: str) -> None:
        for identity in identities_of(email, phone):
            self.holders.setdefault(identity, holder)

    def _decide(self, row: ContactImportRow, parsed: ParsedRow, book: "BookExcerpt") -> None:
        newcomer, id, notes = parsed
        identities = identities_of(newcomer.email, newcomer.phone)
        holders = {pair[0]: book.holders.get(pair) or self.holders.get(pair) for pair in identities}
        holder = (id if id in book.contacts else None) or holders.get("email") or holders.get("phone")
        if holder is None and (erased := book.erased.intersection(identities)):
            reason = _("This person was erased. Add them by hand if you mean to.")
            refuse(row, {channel: reason for channel, _address in erased})
            return
        given = {name for name in Contact.FILLABLE if getattr(newcomer, name)}
        self._add_holder(holder or row.number, newcomer.email, newcomer.phone)
        if holder is None:
            self.filled[row.number] = given
            row.set_result(Outcome.CREATE)
            return
        filled = self.filled.setdefault(holder, set())
        if contact := book.contacts.get(holder):
            filled |= {name for name in Contact.FILLABLE if getattr(contact, name)}
        foreign = {channel for channel, other in holders.items() if other not in (None, holder)}
        added = {name: getattr(newcomer, name) for name in Contact.FILLABLE if name in given - filled - foreign}
        filled |= set(added)
        if missing := parsed.missing_notes(contact) if contact else notes:
            added["note"] = displayed_note(missing)
        outcome = Outcome.COMPLETE if added else Outcome.KNOWN
        row.set_result(outcome, learnt=added, **holder_field(holder))


def holder_field(holder: Holder) -> dict[str, Any]:
    """Result field of a row that names its contact."""
    return {"same_as": holder} if isinstance(holder, int) else {"contact_id": holder}


class BookExcerpt:
    """The part of the address book that these rows refer to: `holders` of identities, `contacts` by id, and the
    identities of `erased` persons.
    """

    def __init__(self, contact_import: ContactImport, parsed_rows: Iterable[ParsedRow]) -> None:
        external_ids: dict[str, list[str]] = {"email": [], "phone": []}
        for contact, _id, _notes in parsed_rows:
            for channel, external_id in identities_of(contact.email, contact.phone):
                external_ids[channel].append(external_id)
        self.holders: dict[Identity, UUID] = {}
        for channel, ids_of_channel in external_ids.items():
            rows = ContactIdentity.objects.for_pro(contact_import.pro).held()
            rows = rows.filter(channel=channel, external_id__in=ids_of_channel)
            for external_id, contact_id in rows.values_list("external_id", "contact_id"):
                self.holders[channel, external_id] = contact_id
        ids = {*self.holders.values(), *(parsed.id for parsed in parsed_rows if parsed.id)}
        self.erased = find_marked(
            contact_import.pro, [(channel, id) for channel, ids in external_ids.items() for id in ids]
        )
        self.contacts: dict[Holder, Contact] = {**Contact.objects.for_pro(contact_import.pro).in_bulk(ids)}
