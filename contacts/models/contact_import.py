import uuid
from collections.abc import Iterable
from datetime import timedelta
from itertools import batched
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet, User
from config.saving import insert_many, update_many

from .contact import Contact

# Uploaded rows are personal data, so they are not kept for good.
RETENTION = timedelta(days=30)
INSERT_BATCH = 1_000  # rows
NO_ROWS = _("The file has no rows below the headings.")


class ContactImportQuerySet(TenantQuerySet["ContactImport"]):
    def upload(
        self,
        pro: Pro,
        *,
        filename: str,
        headings: list[str],
        columns: list[str],
        rows: Iterable[tuple[int, list[str]]],
        by: User,
    ) -> "ContactImport":
        """Store a file's rows, given as (row number, cells), without importing them.

        Raises ValidationError when there is no row, and any error of the iterator `rows`. Then nothing is stored.
        """
        with transaction.atomic():
            contact_import = self.create(pro=pro, user=by, filename=filename[:200])
            contact_import.store_rows(headings, columns, rows)
        return contact_import

    def locked(self) -> Self:
        """Imports with Pro and users, locked until the transaction ends."""
        return self.select_related("pro", "user", "undone_by").select_for_update(of=("self",))

    def prune(self) -> None:
        """Delete files uploaded longer ago than RETENTION. Of an import that was run the counts are kept."""
        old = self.filter(created_at__lt=timezone.now() - RETENTION, is_forgotten=False)
        with transaction.atomic():
            # Locked, so that none of them starts meanwhile. An old one that still runs will never end.
            imports = list(old.select_for_update())
            ended = [each.pk for each in imports if not each.is_pending]
            ContactImportRow.objects.filter(contact_import__in=ended).delete()
            ended_rows = self.filter(pk__in=ended)
            ended_rows.update(is_forgotten=True, headings=[], columns=[])
            ended_rows.filter(state=ContactImport.State.RUNNING).update(state=ContactImport.State.DONE)
            ended_rows.filter(state=ContactImport.State.UNDOING).update(state=ContactImport.State.UNDONE)
            self.filter(pk__in=[each.pk for each in imports if each.is_pending]).delete()


class ContactImportManager(models.Manager.from_queryset(ContactImportQuerySet)):  # type: ignore[misc]
    """Leaves the content of the files to those who ask for it."""

    def get_queryset(self) -> ContactImportQuerySet:
        return super().get_queryset().defer("content")


class ContactImport(models.Model):
    """CSV file of contacts that is imported into a Pro's address book, after a check of every row."""

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        REFUSED = "refused", _("Refused")
        UPLOADED = "uploaded", _("Columns to choose")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        RUNNING = "running", _("Being imported")
        DONE = "done", _("Imported")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    # States in which nothing has been imported.
    PENDING = (State.READING, State.REFUSED, State.UPLOADED, State.CHECKING, State.CHECKED)
    LEFT_OUT = "left_out"
    WORKING = (State.READING, State.CHECKING, State.RUNNING, State.UNDOING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False)
    # The user who uploaded the file, replaced by the user who starts the run.
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    filename = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    # The file until its rows have been read.
    content = models.BinaryField(null=True, editable=False)
    headings = models.JSONField(default=list)
    # Field of each column (a key of contacts.importing.columns.TARGETS), "" for an ignored column.
    columns = models.JSONField(default=list)
    # The cells that no field holds become a note.
    keeps_rest = models.BooleanField(default=False, db_default=False)
    total = models.PositiveIntegerField(default=0)
    # Progress of the current phase: number of the last worked row, count of worked rows, and {outcome: count}, with
    # LEFT_OUT for rows of which a value is left out. Undoing adds {result: count} of ContactImportRow.Undo.
    position = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    # The failure of a job that is retried, or the reason why the file was refused.
    error = models.CharField(max_length=200, blank=True)
    is_forgotten = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    objects = ContactImportManager()

    class Meta:
        indexes = [models.Index(fields=["pro", "-created_at", "-id"], name="contact_import_newest")]

    def __str__(self) -> str:
        return self.filename

    @property
    def is_working(self) -> bool:
        return self.state in self.WORKING

    @property
    def is_pending(self) -> bool:
        return self.state in self.PENDING

    def count(self, outcome: str) -> int:
        return self.counts.get(outcome, 0)

    @property
    def importable(self) -> int:
        """Count of rows that change the address book: they create a contact or complete one."""
        return self.count(ContactImportRow.Outcome.CREATE) + self.count(ContactImportRow.Outcome.COMPLETE)

    @property
    def is_run(self) -> bool:
        """True when the run is over, undone or not."""
        return self.state in (self.State.DONE, self.State.UNDOING, self.State.UNDONE)

    @property
    def has_columns(self) -> bool:
        """True when the columns can be chosen."""
        return self.is_pending and self.state not in (self.State.READING, self.State.REFUSED)

    @property
    def can_be_undone(self) -> bool:
        return self.state == self.State.DONE and not self.is_forgotten

    @property
    def undone_count(self) -> int:
        """Count of rows that were undone."""
        return self.count(ContactImportRow.Undo.UNDONE)

    @property
    def not_undone(self) -> list[tuple[str, int]]:
        """(reason, count) of the rows that could not be undone, or not entirely."""
        reasons = [each for each in ContactImportRow.Undo if each != ContactImportRow.Undo.UNDONE]
        return [(str(each.label), self.count(each)) for each in reasons if self.count(each)]

    def store_rows(self, headings: list[str], columns: list[str], rows: Iterable[tuple[int, list[str]]]) -> None:
        """Store the file's rows in a transaction, and forget its content. Raises ValidationError without a row."""
        for chunk in batched(rows, INSERT_BATCH):
            drafts = [ContactImportRow(contact_import=self, number=number, values=cells) for number, cells in chunk]
            insert_many(drafts)
            self.total += len(drafts)
        if not self.total:
            raise ValidationError(NO_ROWS, code="empty")
        self.headings, self.columns, self.content, self.error = headings, columns, None, ""
        self.state = self.State.UPLOADED
        self.save()

    def refuse(self, reason: str) -> None:
        """Note why the file cannot be read, and forget its content."""
        self.state, self.error, self.content = self.State.REFUSED, reason[:200], None
        self.save()

    def begin_phase(self, state: str) -> None:
        """Set the state, and the progress to no rows worked. Undoing keeps the counts of the run."""
        counts = self.counts if state == self.State.UNDOING else {}
        self.state, self.counts, self.position, self.done, self.error = state, counts, 0, 0, ""
        self.save()

    def discard(self) -> bool:
        """Delete the import with all its rows; False, and nothing is deleted, when it was run already.

        Raises DoesNotExist when it was discarded meanwhile.
        """
        with transaction.atomic():
            self.lock()
            if not self.is_pending:
                return False
            self.delete()
            return True

    def lock(self) -> None:
        """Lock the row until the transaction ends, and reload it."""
        self.refresh_from_db(from_queryset=ContactImport.objects.locked())

    def next_rows(self, size: int) -> list["ContactImportRow"]:
        """The next rows of the current phase."""
        rows = list(self.rows.filter(number__gt=self.position).order_by("number")[:size])
        for row in rows:
            row.contact_import = self
        return rows

    def save_worked_rows(self, rows: list["ContactImportRow"]) -> None:
        """Save the results of these rows, and the progress; after the last row the phase ends."""
        is_undoing = self.state == self.State.UNDOING
        update_many(rows, *(["undo"] if is_undoing else ContactImportRow.RESULT_FIELDS))
        for row in rows:
            for key in self._counted(row):
                self.counts[key] = self.count(key) + 1
            self.position = row.number
        self.done += len(rows)
        self.error = ""
        if not rows or self.done >= self.total:
            self._end_phase()
        self.save()

    def _counted(self, row: "ContactImportRow") -> list[str]:
        if self.state == self.State.UNDOING:
            return [row.undo] if row.undo else []
        return [row.outcome, self.LEFT_OUT] if row.left_out else [row.outcome]

    def _end_phase(self) -> None:
        now = timezone.now()
        if self.state == self.State.CHECKING:
            self.state = self.State.CHECKED
        elif self.state == self.State.RUNNING:
            self.state, self.finished_at = self.State.DONE, now
        else:
            self.state, self.undone_at = self.State.UNDONE, now


class ContactImportRow(models.Model):
    """Row of the file. `number` counts as a spreadsheet does: the headings are row 1."""

    class Outcome(models.TextChoices):
        CREATE = "create", _("New")
        COMPLETE = "complete", _("To complete")
        KNOWN = "known", _("Known already")
        REFUSE = "refuse", _("Refused")

    class Undo(models.TextChoices):
        """Result of undoing a row; "" for a row that changed nothing."""

        UNDONE = "undone", _("Undone")
        MERGED = "merged", _("Archived or merged with another contact since")
        USED = "used", _("Has messages, requests or other records")
        CHANGED = "changed", _("Changed since the import")
        NOTED = "noted", _("Has a note of yours")
        IMPORTED = "imported", _("Is in another import, too")
        NEEDED = "needed", _("Has no other e-mail or phone")

    RESULT_FIELDS = ("outcome", "fields", "left_out", "learnt", "reasons", "same_as", "contact", "created")

    contact_import = models.ForeignKey(ContactImport, models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    # The cells as in the file, and their values as {field: value}, valid unless the row is refused.
    values = models.JSONField(default=list)
    fields = models.JSONField(default=dict)
    # Unusable values that were left out of a row that is not refused: {field: text}.
    left_out = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    # "" before the check; then the expected outcome, and after the run the actual one.
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    # Values that the matching contact gets: {field: value}.
    learnt = models.JSONField(default=dict)
    # Reasons for a refusal: {field: message}, in the language of the import's user.
    reasons = models.JSONField(default=dict)
    # The contact of the row; or, before the run, the number of the earlier row that creates this contact.
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    same_as = models.PositiveIntegerField(null=True)
    # Ids of what the run created for the contact: {"notes": […], "identities": […]}.
    created = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    undo = models.CharField(max_length=10, choices=Undo, blank=True, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact_import", "number"], name="contact_import_row_number")]
        indexes = [models.Index(fields=["contact_import", "outcome", "number"], name="contact_import_row_outcome")]

    def __str__(self) -> str:
        return f"{self.contact_import_id}: {self.number}"

    def set_result(self, outcome: str, **result: Any) -> None:
        """Set the outcome and the other result fields, unsaved; those not given become empty."""
        blank: dict[str, Any] = {"learnt": {}, "reasons": {}, "same_as": None, "contact": None, "created": {}}
        for name, value in {**blank, **result, "outcome": outcome}.items():
            setattr(self, name, value)


def prune_imports() -> None:
    """Delete old files; called by the housekeeping."""
    ContactImport.objects.prune()
