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

# What was uploaded is personal data: it goes when it has served its purpose.
KEPT = timedelta(days=30)
STORED_AT_ONCE = 1_000  # rows


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
        """Keep a file's rows, as (row number, cells), and import nothing yet.

        Raises what `rows` raises while it is read, and ValidationError when there is no row; then nothing is stored.
        """
        with transaction.atomic():
            found = self.create(pro=pro, user=by, filename=filename[:200], headings=headings, columns=columns)
            for chunk in batched(rows, STORED_AT_ONCE):
                drafts = [
                    ContactImportRow(contact_import=found, number=number, values=cells) for number, cells in chunk
                ]
                ContactImportRow.objects.bulk_create(drafts)
                found.total += len(drafts)
            if not found.total:
                raise ValidationError(_("Below its headings the file is empty."), code="empty")
            found.save(update_fields=["total"])
        return found

    def locked(self) -> Self:
        """The rows held until the transaction ends, each with its Pro and its user."""
        return self.select_related("pro", "user").select_for_update(of=("self",))

    def forget(self) -> None:
        """Take away what was uploaded longer ago than KEPT: of an import that was run its counts stay, nothing else."""
        old = self.filter(created_at__lt=timezone.now() - KEPT, is_forgotten=False)
        with transaction.atomic():
            # Held, so that none of them is begun at this moment. One that has not ended by now never will.
            found = list(old.select_for_update())
            ended = [each.pk for each in found if not each.is_before]
            ContactImportRow.objects.filter(contact_import__in=ended).delete()
            done = {"state": ContactImport.State.DONE, "is_forgotten": True, "headings": [], "columns": []}
            self.filter(pk__in=ended).update(**done)
            self.filter(pk__in=[each.pk for each in found if each.is_before]).delete()


class ContactImport(models.Model):
    """A CSV file of contacts on its way into a Pro's address book: read, checked row by row, and then imported."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Columns to choose")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        RUNNING = "running", _("Being imported")
        DONE = "done", _("Imported")

    # The states in which nothing has been imported.
    BEFORE = (State.UPLOADED, State.CHECKING, State.CHECKED)
    WORKING = (State.CHECKING, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False)
    # Who uploaded it, and from its run on who ran it.
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    filename = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    headings = models.JSONField(default=list)
    # What each column is (a name of contacts.importing.columns.TARGETS), "" where it is left out.
    columns = models.JSONField(default=list)
    total = models.PositiveIntegerField(default=0)
    # In the present phase: the number of the last row that was worked, how many were, and {outcome: how many}.
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
    def is_before(self) -> bool:
        return self.state in self.BEFORE

    def count(self, outcome: str) -> int:
        return self.counts.get(outcome, 0)

    @property
    def importable(self) -> int:
        """How many rows change the address book: those that make a contact and those that complete one."""
        return self.count(ContactImportRow.Outcome.CREATE) + self.count(ContactImportRow.Outcome.COMPLETE)

    def begin(self, state: str) -> None:
        """Begin a phase: no row is worked yet."""
        self.state, self.counts, self.position, self.done, self.error = state, {}, 0, 0, ""
        self.save()

    def discard(self) -> bool:
        """Take it away with all its rows; False when it was run already, and then it stays.

        Raises DoesNotExist when it was discarded meanwhile.
        """
        with transaction.atomic():
            self.lock()
            if not self.is_before:
                return False
            self.delete()
            return True

    def lock(self) -> None:
        """Hold the row until the transaction ends, and see it as it is now."""
        self.refresh_from_db(from_queryset=ContactImport.objects.locked())

    def next_rows(self, size: int) -> list["ContactImportRow"]:
        """The rows that follow in the present phase."""
        rows = list(self.rows.filter(number__gt=self.position).order_by("number")[:size])
        for row in rows:
            row.contact_import = self
        return rows

    def advance(self, rows: list["ContactImportRow"]) -> None:
        """Note that these rows have been worked; after the last one the phase ends."""
        # An upsert of rows that stand: a third of what bulk_update takes.
        ContactImportRow.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["id"], update_fields=ContactImportRow.WORKED
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
    """One row of the file. `number` is its place in the file as a spreadsheet counts, the headings being row 1."""

    class Outcome(models.TextChoices):
        CREATE = "create", _("New")
        COMPLETE = "complete", _("To complete")
        KNOWN = "known", _("Known already")
        REFUSE = "refuse", _("Refused")

    WORKED = ("outcome", "fields", "learnt", "reasons", "same_as", "contact")

    contact_import = models.ForeignKey(ContactImport, models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    # The cells as they stand in the file; what they say: {field: value}, checked unless the row is refused.
    values = models.JSONField(default=list)
    fields = models.JSONField(default=dict)
    # "" before the check; then what would become of the row, and after the run what has become of it.
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    # What the contact that it matches learns from it: {field: value}.
    learnt = models.JSONField(default=dict)
    # Why it is refused: {field: message}, in the language of who uploaded it.
    reasons = models.JSONField(default=dict)
    # Whom it is: a contact, or before the run the number of the earlier row that makes this contact.
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    same_as = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact_import", "number"], name="contact_import_row_number")]
        indexes = [models.Index(fields=["contact_import", "outcome", "number"], name="contact_import_row_outcome")]

    def __str__(self) -> str:
        return f"{self.contact_import_id}: {self.number}"

    def decide(self, outcome: str, **worked: Any) -> None:
        """Put down what becomes of it, unsaved; what is not given is empty."""
        blank: dict[str, Any] = {"learnt": {}, "reasons": {}, "same_as": None, "contact": None}
        for name, value in {**blank, **worked, "outcome": outcome}.items():
            setattr(self, name, value)


def forget_imports() -> None:
    ContactImport.objects.forget()
