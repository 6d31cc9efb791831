"""One action for many rows of a list: chosen, previewed, worked by a job batch by batch, undone."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Self

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connections, models, transaction
from django.db.models import F, Q, QuerySet, UUIDField, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet, User
from config.saving import update_many

# A choice of rows without an action, and the rows of a run, by which it is undone.
PLAN_RETENTION, RETENTION = timedelta(days=1), timedelta(days=30)
MAX_ROWS = 100_000


class BulkRunQuerySet(TenantQuerySet["BulkRun"]):
    def plan(self, pro: Pro, list_name: str, rows: QuerySet[Any], *, by: User) -> "BulkRun":
        """Note which rows are chosen, as they are now. It takes the place of the user's former plans for this list.

        Raises ValidationError without a row and for more than MAX_ROWS; then nothing is stored.
        """
        with transaction.atomic():
            self.for_pro(pro).filter(user=by, list_name=list_name)._drop_plans()
            run = self.create(pro=pro, user=by, list_name=list_name)
            run.total = _store_rows(run, rows)
            if not run.total:
                raise ValidationError(_("Nothing was chosen."), code="empty")
            if run.total > MAX_ROWS:
                raise ValidationError(_("Choose at most %(n)s rows at once.") % {"n": f"{MAX_ROWS:,}"}, code="many")
            run.save(update_fields=["total"])
        return run

    def locked(self) -> Self:
        """Runs with Pro and users, locked until the transaction ends."""
        return self.select_related("pro", "user", "undone_by").select_for_update(of=("self",))

    def prune(self) -> None:
        """Delete plans that came to nothing, and the rows of old runs, of which the counts are kept."""
        now, states = timezone.now(), BulkRun.State
        self.filter(created_at__lt=now - PLAN_RETENTION)._drop_plans()
        old = self.filter(created_at__lt=now - RETENTION, is_forgotten=False)
        with transaction.atomic():
            ids = [run.pk for run in old.select_for_update()]
            BulkRow.objects.filter(run__in=ids)._raw_delete(self.db)
            runs = self.filter(pk__in=ids)
            runs.update(is_forgotten=True)
            runs.filter(state__in=(states.RUNNING, states.STOPPED)).update(state=states.DONE)
            runs.filter(state__in=(states.UNDOING, states.UNDO_STOPPED)).update(state=states.UNDONE)

    def _drop_plans(self) -> None:
        """Delete those that have not begun; one that begins at this moment stays."""
        with transaction.atomic():
            plans = self.filter(state=BulkRun.State.PLANNED).select_for_update(of=("self",)).order_by("pk")
            self.model.objects.filter(pk__in=[plan.pk for plan in plans]).delete()


def _store_rows(run: "BulkRun", rows: QuerySet[Any]) -> int:
    """Store a row for each of these rows, in the order of their keys; returns how many. Not one of them is read."""
    connection = connections[BulkRow.objects.db]
    number = Window(RowNumber(), order_by=F("pk").asc())
    keys = rows.order_by("pk").values_list("pk", number)[: MAX_ROWS + 1]
    try:
        sql, parameters = keys.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return 0
    column = connection.ops.quote_name(key_field(rows.model))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO contacts_bulkrow (run_id, {column}, number)"  # noqa: S608
            f" WITH chosen (key, number) AS ({sql}) SELECT %s, key, number FROM chosen",
            [*parameters, BulkRun._meta.pk.get_db_prep_value(run.pk, connection)],
        )
        return cursor.rowcount


def key_field(model: Any) -> str:
    """The field of BulkRow that holds the keys of a model's rows."""
    return "object_uuid" if isinstance(model._meta.pk, UUIDField) else "object_number"


class BulkRun(models.Model):
    """One action for rows of a list; its rows are `rows`, chosen when it was planned.

    `list_name` is the name of a `BulkList`, `action` the key of one of its actions with the value, such as
    "status:renter". `counts` is {outcome: count} of rows; undoing adds "undo_" and the outcome.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Not started")
        RUNNING = "running", _("In progress")
        STOPPED = "stopped", _("Stopped")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Being undone")
        UNDO_STOPPED = "undo_stopped", _("Undoing stopped")
        UNDONE = "undone", _("Undone")

    WORKING = (State.RUNNING, State.UNDOING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    list_name = models.CharField(max_length=20)
    action = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=15, choices=State, default=State.PLANNED)
    total = models.PositiveIntegerField(default=0)
    # Progress of the current phase: number of the last worked row, and count of worked rows.
    position = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    # Number of the last row that whoever is concerned was told of.
    told_to = models.PositiveIntegerField(default=0, db_default=0)
    # The failure of a job that is retried.
    error = models.CharField(max_length=200, blank=True)
    is_forgotten = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    objects = BulkRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk change")
        verbose_name_plural = _("bulk changes")
        indexes = [models.Index(fields=["pro", "-created_at", "-id"], name="bulk_run_newest")]

    def __str__(self) -> str:
        return f"{self.list_name}: {self.action}"

    @property
    def is_working(self) -> bool:
        return self.state in self.WORKING

    @property
    def is_stopped(self) -> bool:
        return self.state in (self.State.STOPPED, self.State.UNDO_STOPPED)

    @property
    def is_undo(self) -> bool:
        """True when its undoing has begun."""
        return self.state in (self.State.UNDOING, self.State.UNDO_STOPPED, self.State.UNDONE)

    @property
    def changed(self) -> int:
        """Count of the rows that were changed."""
        return self.counts.get(BulkRow.CHANGED, 0)

    @property
    def left(self) -> int:
        """Count of the rows that the current phase has not come to."""
        return max(self.phase_total - self.done, 0)

    @property
    def phase_total(self) -> int:
        """Count of the rows of the current phase."""
        return self.changed if self.is_undo else self.total

    @property
    def undone_count(self) -> int:
        return self.counts.get(f"undo_{BulkRow.UNDONE}", 0)

    @property
    def actor(self) -> User | None:
        """The user by whom the current phase is worked; None for one who has left the office meanwhile."""
        user = self.undone_by if self.is_undo else self.user
        return user if user and user.is_active and user.pro_id == self.pro_id else None

    def lock(self) -> None:
        """Lock the row until the transaction ends, and reload it. Raises DoesNotExist when it was deleted."""
        self.refresh_from_db(from_queryset=BulkRun.objects.locked())

    def begin_phase(self, state: str) -> None:
        """Set the state, and the progress to no rows worked."""
        self.state, self.position, self.done, self.error = state, 0, 0, ""
        self.save()

    def stop(self) -> None:
        """Stop working after the last batch."""
        self.state = self.State.UNDO_STOPPED if self.is_undo else self.State.STOPPED
        self.save(update_fields=["state"])

    def next_rows(self, size: int) -> list["BulkRow"]:
        """The next rows of the current phase."""
        rows = self.rows.filter(outcome=BulkRow.CHANGED) if self.is_undo else self.rows.all()
        return list(rows.filter(number__gt=self.position).order_by("number")[:size])

    def save_worked_rows(self, rows: list["BulkRow"], *, is_end: bool) -> None:
        """Save the results of these rows, and the progress; after the last row the phase ends."""
        update_many(rows, *(["undo"] if self.is_undo else ["outcome", "before"]))
        for row in rows:
            key = f"undo_{row.undo}" if self.is_undo else row.outcome
            self.counts[key] = self.counts.get(key, 0) + 1
            self.position = row.number
        self.done += len(rows)
        self.error = ""
        if is_end and self.is_undo:
            self.state, self.undone_at = self.State.UNDONE, timezone.now()
        elif is_end:
            self.state, self.finished_at = self.State.DONE, timezone.now()
        self.save()


class BulkRow(models.Model):
    """Row of a list that a run is about, by its key: a UUID or a number.

    `outcome` is "" before the run, then CHANGED, or why it stayed as it was; `undo` likewise. `before` holds what the
    action needs to undo its change, with the `trace` by which later changes are found.
    """

    CHANGED, UNDONE = "changed", "undone"
    GONE, FAILED, TOUCHED = "gone", "failed", "touched"
    REASONS = {
        GONE: _("No longer in the list"),
        FAILED: _("Could not be changed"),
        TOUCHED: _("Changed since by somebody"),
    }

    run = models.ForeignKey(BulkRun, models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    object_uuid = models.UUIDField(null=True)
    object_number = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=20, blank=True, default="", db_default="")
    before = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    undo = models.CharField(max_length=20, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("row of a bulk change")
        verbose_name_plural = _("rows of bulk changes")
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="bulk_row_number")]
        indexes = [
            models.Index(fields=["object_uuid"], condition=Q(object_uuid__isnull=False), name="bulk_row_of_uuid"),
            models.Index(fields=["object_number"], condition=Q(object_number__isnull=False), name="bulk_row_of_number"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.number}"

    @property
    def key(self) -> Any:
        """The key of the row of the list."""
        return self.object_uuid or self.object_number


def rows_about(model: Any, keys: Iterable[Any]) -> QuerySet[BulkRow]:
    """Rows of all runs about rows of a model; those of another list may have the same numbers."""
    return BulkRow.objects.filter(**{f"{key_field(model)}__in": keys})


def prune_bulk_runs() -> None:
    """Delete what is past its time; called by the housekeeping."""
    BulkRun.objects.prune()
