"""Actions for many contacts, and for the contacts of many other rows."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Exists, Max, OuterRef, Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, User
from config.saving import update_many

from ..assigning.assignments import assign, assign_locked
from ..assigning.colleagues import find_colleague, list_colleagues
from ..assigning.mails import tell_of_assignments
from ..book.setting import set_field_locked
from ..models import BulkRow, BulkRun, Contact, ContactEvent, Erasure
from ..models.locking import hold_book
from .actions import Action, Choices, Skip, SkippedError

Kind = ContactEvent.Kind
# Events that are about the whole contact.
OF_ALL = {Kind.DELETED, Kind.RESTORED, Kind.MERGED, Kind.UNMERGED}
NOBODY = "nobody"
# Contacts that are changed by a few statements together.
TOGETHER = 200
SAME, ARCHIVED, PRESENT, ERASED = "same", "archived", "present", "erased"
IS_ARCHIVED = Q(deleted_at__isnull=False)


def _to_text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _to_time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _before_assigning(contact: Contact, holder: int | None, since: datetime | None) -> dict[str, Any]:
    """Of an assigned contact: whose it was and since when, for `undo`, and which it is, for whom it was given to."""
    return {"value": holder, "since": _to_text(since), "contact": str(contact.pk)}


class ContactAction(Action):
    """An action that changes `fields` of contacts, or the whole contact without any.

    `contact_of` gives the contact of a row of another list; None for one without a contact.
    """

    fields: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, contact_of: Callable[[Any], Contact | None] = lambda row: row) -> None:
        self.contact_of = contact_of

    def trace(self, rows: Collection[Any]) -> dict[Any, Any]:
        """The last event of each contact. All that write events hold the book."""
        contacts = {row.pk: contact.pk for row in rows if (contact := self.contact_of(row))}
        events = ContactEvent.objects.filter(contact__in=set(contacts.values())).order_by()
        last = dict(events.values_list("contact").annotate(Max("pk")))
        return {key: last.get(id, 0) for key, id in contacts.items()}

    def touched(self, rows: Mapping[Any, Any], worked: Collection[BulkRow]) -> set[Any]:
        contacts = {row.key: contact.pk for row in worked if (contact := self.contact_of(rows[row.key]))}
        traces = {row.key: row.before.get("trace") or 0 for row in worked}
        later = ContactEvent.objects.filter(contact__in=set(contacts.values()), pk__gt=min(traces.values(), default=0))
        last: dict[Any, int] = {}
        for id, pk, kind, changes in later.values_list("contact", "pk", "kind", "changes"):
            if not self.fields or kind in OF_ALL or self.fields & changes.keys():
                last[id] = max(pk, last.get(id, 0))
        return {key for key, id in contacts.items() if last.get(id, 0) > traces[key]} | traces.keys() - contacts.keys()


class SetField(ContactAction):
    """Give a field of contacts another value."""

    batch = undo_batch = TOGETHER

    def __init__(self, field: str, choices: Any) -> None:
        super().__init__()
        self.field, self._choices = field, choices
        self.key, self.fields = field, frozenset({field})  # type: ignore[misc]
        self.label = capfirst(Contact._meta.get_field(field).verbose_name)  # type: ignore[union-attr]

    def choices(self, pro: Pro) -> Choices:
        return list(self._choices)

    def skips(self, value: str) -> Mapping[str, Skip]:
        return {
            ARCHIVED: Skip(_("Archived"), IS_ARCHIVED),
            SAME: Skip(_("Has this value already"), Q(**{self.field: value})),
        }

    def change(self, row: Contact, value: str, *, by: User | None) -> dict[str, Any]:
        applied_at = row.applied_at
        changes = row.change({self.field: value}, by=by)
        if not changes:
            raise SkippedError(SAME)
        return self._before(changes[self.field][0], applied_at)

    def _before(self, value: str, applied_at: datetime | None) -> dict[str, Any]:
        """The values that `undo` needs. An applicant is one since that time again; other fields leave it alone."""
        return {"value": value, **({"applied_at": _to_text(applied_at)} if self.field == "status" else {})}

    def change_together(self, rows: list[Contact], value: str, *, by: User | None) -> dict[Any, dict[str, Any]]:
        before = {row.pk: self._before(getattr(row, self.field), row.applied_at) for row in rows}
        set_field_locked(self.field, dict.fromkeys(rows, value), by=by)
        return before

    def undo(self, row: Contact, value: str, before: dict[str, Any], *, by: User | None) -> None:
        row.change({self.field: before["value"]}, by=by)
        if "applied_at" in before:
            Contact.objects.filter(pk=row.pk).update(applied_at=_to_time(before["applied_at"]))

    def undo_together(self, worked: Mapping[Any, dict[str, Any]], value: str, *, by: User | None) -> set[Any]:
        for row, before in worked.items():
            if "applied_at" in before:
                row.applied_at = _to_time(before["applied_at"])
        set_field_locked(self.field, {row: before["value"] for row, before in worked.items()}, by=by)
        return {row.pk for row in worked}


class Assign(ContactAction):
    """Assign contacts, or those of other rows, to a colleague or to nobody. `path` leads from a row to its contact."""

    key, label, fields = "assign", _("Assign to"), frozenset({"assigned_to"})
    note = _("Whoever is given people is told once.")
    batch = undo_batch = TOGETHER

    def __init__(self, contact_of: Callable[[Any], Contact | None] = lambda row: row, path: str = "") -> None:
        super().__init__(contact_of)
        self.path = path

    def choices(self, pro: Pro) -> Choices:
        return [(NOBODY, _("Nobody")), *((str(each.id), each.name) for each in list_colleagues(pro))]

    def skips(self, value: str) -> Mapping[str, Skip]:
        same = {f"{self.path}assigned_to": None if value == NOBODY else int(value)}
        skips = {
            ARCHIVED: Skip(_("Contact archived"), Q(**{f"{self.path}deleted_at__isnull": False})),
            SAME: Skip(_("Theirs already") if value != NOBODY else _("Nobody’s already"), Q(**same)),
        }
        none = {"none": Skip(_("Without a contact"), Q(**{f"{self.path.removesuffix('__')}": None}))}
        return {**(none if self.path else {}), **skips}

    def change(self, row: Any, value: str, *, by: User | None) -> dict[str, Any]:
        contact = self.contact_of(row)
        if contact is None:
            raise SkippedError("none")
        # Read now, with the book held: another row of the run may be about the same person.
        before, since = Contact.objects.values_list("assigned_to", "assigned_at").get(pk=contact.pk)
        to = None if value == NOBODY else find_colleague(contact.pro_id, int(value))
        if to is None and value != NOBODY:
            raise ValueError("no colleague any more")
        if not assign(contact, to, by=by, expected=before):
            raise SkippedError(SAME)
        return _before_assigning(contact, before, since)

    def change_together(self, rows: list[Any], value: str, *, by: User | None) -> dict[Any, dict[str, Any]]:
        contacts = self._contacts(rows)
        before = {
            key: _before_assigning(contact, contact.assigned_to_id, contact.assigned_at)
            for key, contact in contacts.items()
        }
        to = None if value == NOBODY else User.objects.get(pk=int(value))
        assign_locked(list(contacts.values()), to, by=by)
        return before

    def tell(self, run: BulkRun, value: str, after: int) -> None:
        if value != NOBODY and int(value) != run.user_id:
            tell_of_assignments(run, int(value), after)

    def _contacts(self, rows: Collection[Any]) -> dict[Any, Contact]:
        """The contact of each row. Raises ValueError where two have the same one, who are assigned one by one."""
        contacts = {row.pk: contact for row in rows if (contact := self.contact_of(row))}
        if len({contact.pk for contact in contacts.values()}) < len(rows):
            raise ValueError("rows without a contact, or of the same one")
        return contacts

    def undo_together(self, worked: Mapping[Any, dict[str, Any]], value: str, *, by: User | None) -> set[Any]:
        contacts, holders = self._contacts(list(worked)), defaultdict[int | None, list[Contact]](list)
        for row, before in worked.items():
            holders[before["value"]].append(contacts[row.pk])
        for id, theirs in holders.items():
            assign_locked(theirs, User.objects.get(pk=id) if id else None, by=by)
        for row, before in worked.items():
            contacts[row.pk].assigned_at = _to_time(before["since"])
        update_many(list(contacts.values()), "assigned_at")
        return {row.pk for row in worked}

    def undo(self, row: Any, value: str, before: dict[str, Any], *, by: User | None) -> None:
        contact = self.contact_of(row)
        to = find_colleague(contact.pro_id, before["value"]) if contact else None
        if contact is None or (to is None and before["value"]):
            raise ValueError("no colleague any more")
        assign(contact, to, by=by, expected=None if value == NOBODY else int(value))
        # Since when they are whose they are again.
        Contact.objects.filter(pk=contact.pk).update(assigned_at=_to_time(before["since"]))


class Archive(ContactAction):
    """Archive contacts."""

    key, label = "archive", _("Archive")
    batch = TOGETHER

    def skips(self, value: str) -> Mapping[str, Skip]:
        return {ARCHIVED: Skip(_("Archived already"), IS_ARCHIVED)}

    def change(self, row: Contact, value: str, *, by: User | None) -> dict[str, Any]:
        row.archive(by=by)
        return {}

    def change_together(self, rows: list[Contact], value: str, *, by: User | None) -> dict[Any, dict[str, Any]]:
        """As `Contact.archive` does, for several whose book is held."""
        hold_book(rows[0].pro_id)
        Contact.objects.archive_locked(rows, by=by)
        return {row.pk: {} for row in rows}

    def touched(self, rows: Mapping[Any, Any], worked: Collection[BulkRow]) -> set[Any]:
        # Restoring would undo an erasure that was planned since, which is an owner's to decide.
        planned = Erasure.objects.planned().filter(person__in=list(rows))
        return super().touched(rows, worked) | set(planned.values_list("person", flat=True))

    def undo(self, row: Contact, value: str, before: dict[str, Any], *, by: User | None) -> None:
        row.restore(by=by)


class Restore(ContactAction):
    """Restore archived contacts. Whose erasure is planned stays: that is for an owner to undo, one by one."""

    key, label = "restore", _("Restore")
    undo_batch = TOGETHER

    def skips(self, value: str) -> Mapping[str, Skip]:
        planned = Erasure.objects.planned().filter(person=OuterRef("pk"))
        return {
            PRESENT: Skip(_("Not archived"), Q(deleted_at=None)),
            ERASED: Skip(_("Erasure is planned"), Q(Exists(planned))),
        }

    def change(self, row: Contact, value: str, *, by: User | None) -> dict[str, Any]:
        row.restore(by=by)
        return {}

    def undo(self, row: Contact, value: str, before: dict[str, Any], *, by: User | None) -> None:
        row.archive(by=by)

    def undo_together(self, worked: Mapping[Any, dict[str, Any]], value: str, *, by: User | None) -> set[Any]:
        rows = list(worked)
        hold_book(rows[0].pro_id)
        Contact.objects.archive_locked(rows, by=by)
        return {row.pk for row in rows}
