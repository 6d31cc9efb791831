"""The dry run: what would become of each row, with nothing stored but the answer."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from ..addresses import identities_of
from ..models import Contact, ContactIdentity, ContactImport, ContactImportRow
from .rows import Read, in_language_of, read_row, refusing

Outcome = ContactImportRow.Outcome
Identity = tuple[str, str]
# Who has an e-mail or phone: a contact by its id, or the row that will make one by its number.
Owner = UUID | int


class Checker:
    """Decides about rows in their order, as the run will: what a row makes, those after it match.

    It remembers what the rows so far have settled; a checker that did not see them reads it from the rows.
    """

    def __init__(self) -> None:
        self.position = -1
        self.owners: dict[Identity, Owner] = {}
        # What an owner has by now of what may be empty.
        self.has: dict[Owner, set[str]] = {}

    def check_rows(self, found: ContactImport, rows: list[ContactImportRow]) -> None:
        """Put down what would become of these rows, unsaved."""
        if found.position != self.position:
            self._recall(found)
        read: list[tuple[ContactImportRow, Read]] = []
        with in_language_of(found):
            for row in rows:
                with refusing(row):
                    read.append((row, read_row(found, row)))
        present = Present(found, [said for _row, said in read])
        for row, said in read:
            self._decide(row, said, present)
        self.position = rows[-1].number if rows else found.position

    def _recall(self, found: ContactImport) -> None:
        self.owners, self.has = {}, {}
        done = found.rows.filter(number__lte=found.position).exclude(outcome=Outcome.REFUSE).order_by("number")
        names = ("number", "fields", "learnt", "contact_id", "same_as")
        for number, fields, learnt, contact_id, same_as in done.values_list(*names).iterator():
            owner = contact_id or same_as or number
            self._settle(owner, fields.get("email", ""), fields.get("phone", ""))
            self.has.setdefault(owner, set()).update(learnt if owner != number else fields)

    def _settle(self, owner: Owner, email: str, phone: str) -> None:
        for identity in identities_of(email, phone):
            self.owners.setdefault(identity, owner)

    def _decide(self, row: ContactImportRow, read: Read, present: "Present") -> None:
        newcomer, id, _note = read
        own = identities_of(newcomer.email, newcomer.phone)
        owners = {pair[0]: present.held.get(pair) or self.owners.get(pair) for pair in own}
        owner = (id if id in present.contacts else None) or owners.get("email") or owners.get("phone")
        said = {name for name in Contact.FILLABLE if getattr(newcomer, name)}
        self._settle(owner or row.number, newcomer.email, newcomer.phone)
        if owner is None:
            self.has[row.number] = said
            row.decide(Outcome.CREATE)
            return
        has = self.has.setdefault(owner, set())
        if contact := present.contacts.get(owner):
            has |= {name for name in Contact.FILLABLE if getattr(contact, name)}
        foreign = {channel for channel, other in owners.items() if other not in (None, owner)}
        learnt = {name: getattr(newcomer, name) for name in Contact.FILLABLE if name in said - has - foreign}
        has |= set(learnt)
        if read.note and not (contact and read.is_noted(contact)):
            learnt["note"] = row.fields["note"]
        outcome = Outcome.COMPLETE if learnt else Outcome.KNOWN
        row.decide(outcome, learnt=learnt, **whom(owner))


def whom(owner: Owner) -> dict[str, Any]:
    return {"same_as": owner} if isinstance(owner, int) else {"contact_id": owner}


class Present:
    """What the address book knows of some newcomers: `held` identities, and `contacts` by id."""

    def __init__(self, found: ContactImport, newcomers: Iterable[Read]) -> None:
        wanted: dict[str, list[str]] = {"email": [], "phone": []}
        for contact, _id, _note in newcomers:
            for channel, external_id in identities_of(contact.email, contact.phone):
                wanted[channel].append(external_id)
        self.held: dict[Identity, UUID] = {}
        for channel, external_ids in wanted.items():
            rows = ContactIdentity.objects.for_pro(found.pro).held()
            rows = rows.filter(channel=channel, external_id__in=external_ids)
            for external_id, contact_id in rows.values_list("external_id", "contact_id"):
                self.held[channel, external_id] = contact_id
        ids = {*self.held.values(), *(read.id for read in newcomers if read.id)}
        self.contacts: dict[Owner, Contact] = {**Contact.objects.for_pro(found.pro).in_bulk(ids)}
