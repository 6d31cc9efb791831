from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models.fields.tuple_lookups import TupleLessThan
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .kinds import Kind


class AuditQuerySet(models.QuerySet["AuditEvent"]):
    def for_pro(self, pro: Any) -> Self:
        """Events of this Pro; those of nobody's, such as a sign-in that named no account, are for staff."""
        return self.filter(pro=pro)

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def after(self, created_at: datetime, id: int) -> Self:
        """The events before this position in time, of a list that is newest first."""
        return self.filter(TupleLessThan(("created_at", "id"), (created_at, id)))


class AuditEvent(models.Model):
    """One thing that somebody did: `kind`, by whom, about which row, and a word of the program's as `detail`.

    Nothing refers to it and it holds back nothing: its ids stay when the rows that they name go, and whoever shows it
    looks for the names. `once` joins what is recorded once an hour.
    """

    pro = models.ForeignKey(
        "accounts.Pro",
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("Pro"),
    )
    # No choices: a new kind needs no migration.
    kind = models.CharField(_("kind"), max_length=30)
    by_user_id = models.BigIntegerField(_("by user"), null=True)
    by_token_id = models.BigIntegerField(_("by program"), null=True)
    about_kind = models.CharField(_("kind of row"), max_length=50, blank=True)
    about_id = models.CharField(_("row"), max_length=50, blank=True)
    detail = models.CharField(_("detail"), max_length=80, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    # Null, of which the constraint takes any number.
    once = models.CharField(max_length=120, null=True)  # noqa: DJ001
    created_at = models.DateTimeField(_("at"), default=timezone.now)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit")
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["pro", "once"], name="audit_once")]
        indexes = [
            models.Index(fields=["pro", "-created_at", "-id"], name="audit_of_pro"),
            models.Index(fields=["pro", "kind", "-created_at", "-id"], name="audit_of_kind"),
            models.Index(fields=["pro", "by_user_id", "-created_at", "-id"], name="audit_of_user"),
            models.Index(fields=["-created_at", "-id"], name="audit_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about_kind} {self.about_id}".strip()

    @property
    def kind_label(self) -> Any:
        """The kind in the reader's language; as it is stored, where this release does not know it."""
        return Kind(self.kind).label if self.kind in Kind else self.kind


class AuditThinning(models.Model):
    """The door of the audit: events from before `before` may be deleted. It stays, to show what is no longer there."""

    before = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.before:%Y-%m-%d}"

    @classmethod
    def thin(cls, before: datetime) -> int:
        """Delete the events from before this time, and keep that it was done. Returns their number."""
        past = AuditEvent.objects.filter(created_at__lt=before)
        if not past.exists():
            return 0
        cls.objects.create(before=before)
        return past.delete()[0]
