"""Files whose rows are imported after a check of every row: the part that is the same for contacts and properties."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from itertools import batched
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet, User
from config.saving import insert_many, update_many
from config.web.compiled import Compiled

# Uploaded rows are personal data, so they are not kept for good.
RETENTION = timedelta(days=30)
INSERT_BATCH = 1_000  # rows
NO_ROWS = _("The file has no rows below the headings.")


class FileImportQuerySet[I: "FileImport"](TenantQuerySet[I]):
    def upload(
        self,
        pro: Pro,
        *,
        filename: str,
        headings: list[str],
        columns: list[str],
        rows: Iterable[tuple[int, list[str]]],
        by: User,
    ) -> I:
        """Store a file's rows, given as (row number, cells), without importing them.

        Raises ValidationError when there is no row, and any error of the iterator `rows`. Then nothing is stored.
        """
        with transaction.atomic():
            file_import = self.create(pro=pro, user=by, filename=filename[:200])
            file_import.store_rows(headings, columns, rows)
        return file_import

    def locked(self) -> Self:
        """Imports with Pro and users, locked until the transaction ends."""
        return self.select_related("pro", *self.model.USERS).select_for_update(of=("self",))

    def prune(self) -> None:
        """Delete files uploaded longer ago than RETENTION. Of an import that was run the counts are kept."""
        old = self.filter(created_at__lt=timezone.now() - RETENTION, is_forgotten=False)
        with transaction.atomic():
            # Locked, so that none of them starts meanwhile. An old one that still runs will never end.
            imports = list(old.select_for_update())
            ended = [each.pk for each in imports if not each.is_pending]
            self.model.row_model().objects.filter(**{f"{self.model.ROW_KEY}__in": ended}).delete()
            ended_rows = self.filter(pk__in=ended)
            ended_rows.update(is_forgotten=True, headings=[], columns=[], content=None)
            ended_rows.filter(state=FileImport.State.RUNNING).update(state=FileImport.State.DONE)
            ended_rows.filter(state=FileImport.State.UNDOING).update(state=FileImport.State.UNDONE)
            self.filter(pk__in=[each.pk for each in imports if each.is_pending]).delete()


class FileImport(models.Model):
    """File that is imported after a check of every row. Its rows are `rows`, of `row_model()`."""

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
    WORKING = (State.READING, State.CHECKING, State.RUNNING, State.UNDOING)
    # Keys to users, and the key by which a row names its import.
    USERS: ClassVar[tuple[str, ...]] = ("user",)
    ROW_KEY: ClassVar[str]
    # True for a file that is needed after its rows have been read.
    keeps_content = False
    rows: Any

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False)
    # The user who uploaded the file, replaced by the user who starts the run.
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    filename = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    # The file until its rows have been read.
    content = models.BinaryField(null=True, editable=False)
    headings = models.JSONField(default=list)
    # Field of each column, "" for an ignored column.
    columns = models.JSONField(default=list)
    total = models.PositiveIntegerField(default=0)
    # Progress of the current phase: number of the last worked row, count of worked rows, and {outcome: count}.
    position = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    # The failure of a job that is retried, or the reason why the file was refused.
    error = models.CharField(max_length=200, blank=True)
    is_forgotten = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.filename

    @classmethod
    def row_model(cls) -> Any:
        """The model of the rows."""
        return cls._meta.get_field("rows").related_model

    @property
    def is_working(self) -> bool:
        return self.state in self.WORKING

    @property
    def is_pending(self) -> bool:
        return self.state in self.PENDING

    def count(self, outcome: str) -> int:
        return self.counts.get(outcome, 0)

    @property
    def is_run(self) -> bool:
        """True when the run is over, undone or not."""
        return self.state in (self.State.DONE, self.State.UNDOING, self.State.UNDONE)

    @property
    def has_columns(self) -> bool:
        """True when the columns can be chosen."""
        return self.is_pending and self.state not in (self.State.READING, self.State.REFUSED)

    def store_rows(self, headings: list[str], columns: list[str], rows: Iterable[tuple[int, list[str]]]) -> None:
        """Store the file's rows in a transaction, and forget its content. Raises ValidationError without a row."""
        for chunk in batched(rows, INSERT_BATCH):
            drafts = [self.row_model()(**{self.ROW_KEY: self}, number=number, values=cells) for number, cells in chunk]
            insert_many(drafts)
            self.total += len(drafts)
        if not self.total:
            raise ValidationError(NO_ROWS, code="empty")
        self.headings, self.columns, self.error = headings, columns, ""
        self.content = self.content if self.keeps_content else None
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
        imports: Any = type(self)._default_manager
        self.refresh_from_db(from_queryset=imports.locked())

    def next_rows(self, size: int) -> list[Any]:
        """The next rows of the current phase."""
        rows = _rows_after(self.row_model(), self.ROW_KEY).part(size, 0, self.pk, self.position)
        for row in rows:
            setattr(row, self.ROW_KEY, self)
        return rows

    def save_worked_rows(self, rows: list[Any]) -> None:
        """Save the results of these rows, and the progress; after the last row the phase ends."""
        is_undoing = self.state == self.State.UNDOING
        update_many(rows, *(["undo"] if is_undoing else self.row_model().RESULT_FIELDS))
        for row in rows:
            for key in self._counted(row):
                self.counts[key] = self.count(key) + 1
            self.position = row.number
        self.done += len(rows)
        self.error = ""
        if not rows or self.done >= self.total:
            self._end_phase()
        self.save()

    def _counted(self, row: Any) -> list[str]:
        """Keys of `counts` under which a worked row is counted."""
        return [row.outcome]

    def _end_phase(self) -> None:
        if self.state == self.State.CHECKING:
            self.state = self.State.CHECKED
        else:
            self.state, self.finished_at = self.State.DONE, timezone.now()


@cache
def _rows_after(model: Any, key: str) -> Compiled[Any]:
    """The rows of an import after the one of this number."""
    return Compiled(
        lambda id, number: model.objects.filter(**{key: id}, number__gt=number).order_by("number"), keeps_plan=True
    )


class FileImportManager[I: FileImport](models.Manager.from_queryset(FileImportQuerySet)):  # type: ignore[misc]
    """Leaves the content of the files to those who ask for it."""

    def get_queryset(self) -> FileImportQuerySet[I]:
        return super().get_queryset().defer("content")


class FileImportRow(models.Model):
    """Row of the file. `number` counts as a spreadsheet does: the headings are row 1."""

    number = models.PositiveIntegerField()
    # The cells as in the file, and their values as {field: value}, valid unless the row is refused.
    values = models.JSONField(default=list)
    fields = models.JSONField(default=dict)
    # Reasons for a refusal: {field: message}, in the language of the import's user.
    reasons = models.JSONField(default=dict)

    class Meta:
        abstract = True
