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

from .contact import Contact

# Uploaded rows are personal data, so they are not kept for good.
RETENTION = timedelta(days=30)
INSERT_BATCH = 1_000  # rows


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
            contact_import = self.create(pro=pro, user=by, filename=filename[:200], headings=headings, columns=columns)
            for chunk in batched(rows, INSERT_BATCH):
                drafts = [
                    ContactImportRow(contact_import=contact_import, number=number, values=cells)
                    for number, cells in chunk
                ]
                ContactImportRow.objects.bulk_create(drafts)
                contact_import.total += len(drafts)
            if not contact_import.total:
                raise ValidationError(_("The file has no rows below the headings."), code="empty")
            contact_import.save(update_fields=["total"])
        return contact_import

    def locked(self) -> Self:
        """Imports with Pro and user, locked until the transaction ends."""
        return self.select_related("pro", "user").select_for_update(of=("self",))

    def prune(self) -> None:
        """Delete files uploaded longer ago than RETENTION. Of an import that was run the counts are kept."""
        old = self.filter(created_at__lt=timezone.now() - RETENTION, is_forgotten=False)
        with transaction.atomic():
            # Locked, so that none of them starts meanwhile. An old one that still runs will never end.
            imports = list(old.select_for_update())
            ended = [each.pk for each in imports if not each.is_pending]
            ContactImportRow.objects.filter(contact_import__in=ended).delete()
            done = {"state": ContactImport.State.DONE, "is_forgotten": True, "headings": [], "columns": []}
            self.filter(pk__in=ended).update(**done)
            self.filter(pk__in=[each.pk for each in imports if each.is_pending]).delete()


class ContactImport(models.Model):
    """CSV file of contacts that is imported into a Pro's address book, after a check of every row."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Columns to choose")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        RUNNING = "running", _("Being imported")
        DONE = "done", _("Imported")

    # States in which nothing has been imported.
    PENDING = (State.UPLOADED, State.CHECKING, State.CHECKED)
    WORKING = (State.CHECKING, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False)
    # The user who uploaded the file, replaced by the user who starts the run.
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    filename = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    headings = models.JSONField(default=list)
    # Field of each column (a key of contacts.importing.columns.TARGETS), "" for an ignored column.
    columns = models.JSONField(default=list)
    total = models.PositiveIntegerField(default=0)
    # Progress of the current phase: number of the last worked row, count of worked rows, and {outcome: count}.
    position = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    error = models.CharField(max_length=200, blank=True)
    is_forgotten = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = ContactImportQuerySet.as_manager()

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

    def begin_phase(self, state: str) -> None:
        """Set the state, and the progress to no rows worked."""
        self.state, self.counts, self.position, self.done, self.error = state, {}, 0, 0, ""
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
        # An upsert of existing rows takes a third of the time of bulk_update.
        ContactImportRow.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["id"], update_fields=ContactImportRow.RESULT_FIELDS
        )
        for row in rows:
            self.counts[row.outcome] = self.count(row.outcome) + 1
            self.position = row.number
        self.done += len(rows)
        self.error = ""
        is_over = not rows or self.done >= self.total
        if is_over and self.state == self.State.CHECKING:
            self.state = self.State.CHECKED
        elif is_over:
            self.state, self.finished_at = self.State.DONE, timezone.now()
        self.save()


class ContactImportRow(models.Model):
    """Row of the file. `number` counts as a spreadsheet does: the headings are row 1."""

    class Outcome(models.TextChoices):
        CREATE = "create", _("New")
        COMPLETE = "complete", _("To complete")
        KNOWN = "known", _("Known already")
        REFUSE = "refuse", _("Refused")

    RESULT_FIELDS = ("outcome", "fields", "learnt", "reasons", "same_as", "contact")

    contact_import = models.ForeignKey(ContactImport, models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    # The cells as in the file, and their values as {field: value}, valid unless the row is refused.
    values = models.JSONField(default=list)
    fields = models.JSONField(default=dict)
    # "" before the check; then the expected outcome, and after the run the actual one.
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    # Values that the matching contact gets: {field: value}.
    learnt = models.JSONField(default=dict)
    # Reasons for a refusal: {field: message}, in the language of the import's user.
    reasons = models.JSONField(default=dict)
    # The contact of the row; or, before the run, the number of the earlier row that creates this contact.
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    same_as = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact_import", "number"], name="contact_import_row_number")]
        indexes = [models.Index(fields=["contact_import", "outcome", "number"], name="contact_import_row_outcome")]

    def __str__(self) -> str:
        return f"{self.contact_import_id}: {self.number}"

    def set_result(self, outcome: str, **result: Any) -> None:
        """Set the outcome and the other result fields, unsaved; those not given become empty."""
        blank: dict[str, Any] = {"learnt": {}, "reasons": {}, "same_as": None, "contact": None}
        for name, value in {**blank, **result, "outcome": outcome}.items():
            setattr(self, name, value)


def prune_imports() -> None:
    """Delete old files; called by the housekeeping."""
    ContactImport.objects.prune()
