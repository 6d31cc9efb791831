import uuid
from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.accounts.models import ApiToken, Pro, TenantQuerySet, User
from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.web.secret_field import SecretField

# How long an erasure can be undone.
GRACE = timedelta(days=7)


class ErasureQuerySet(TenantQuerySet["Erasure"]):
    def planned(self) -> Self:
        """Erasures that can still be undone."""
        return self.filter(state=Erasure.State.PLANNED)

    def keep(self, contact: models.Model, *, by: User | ApiToken | None) -> None:
        """Undo the planned erasure of a contact, if there is one. Call it in a transaction."""
        if self.planned().filter(person=contact.pk).update(state=Erasure.State.UNDONE, ended_at=timezone.now()):
            record_event(Kind.ERASURE_UNDONE, contact, pro=contact.pro_id, by=by)  # type: ignore[attr-defined]


class Erasure(models.Model):
    """Erasure of everything about a person, planned for `due_at`, undone, or done.

    `person` is the id of the contact; it is no foreign key, as that row goes. `was_present` says that the contact was
    in the lists before, and returns there when it is undone. `counts` is {kind: number} of what was erased.
    """

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("erasure", "Planned")
        UNDONE = "undone", pgettext_lazy("erasure", "Undone")
        DONE = "done", pgettext_lazy("erasure", "Done")

    class Reason(models.TextChoices):
        """Reasons to choose from: a text could hold the name that is to go."""

        ASKED = "asked", _("The person asked for it")
        WITHDRAWN = "withdrawn", _("The person withdrew their consent")
        NOT_NEEDED = "not_needed", _("It is no longer needed")
        MISTAKE = "mistake", _("It was stored by mistake")
        RETENTION = "retention", _("It was kept as long as you decided")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", verbose_name=_("Pro"))
    person = models.UUIDField(_("contact"), editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    was_present = models.BooleanField(default=True, editable=False)
    created_at = models.DateTimeField(_("asked at"), default=timezone.now)
    due_at = models.DateTimeField(_("due at"))
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    token = models.ForeignKey(ApiToken, models.SET_NULL, null=True, related_name="+", verbose_name=_("by program"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    counts = models.JSONField(_("what was erased"), default=dict)
    # Ids of the contacts that were merged into the person, and went with it.
    merged = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), editable=False)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["due_at"], condition=models.Q(state="planned"), name="erasure_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["pro", "person"], condition=models.Q(state="planned"), name="erasure_planned_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.person)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it; a new one is due after GRACE."""
        self.due_at = self.due_at or self.created_at + GRACE
        super().save(*args, **kwargs)

    @property
    def is_planned(self) -> bool:
        return self.state == self.State.PLANNED

    @property
    def actor(self) -> str:
        """User or token name; "" when neither is known."""
        return str(self.user or (self.token.name if self.token else ""))


class ErasedRecord(models.Model):
    """Remains of an erased row, for statistics: kind, times and states; no name, word or address.

    `moves` is its history, [[from, to, time], …].
    """

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", verbose_name=_("Pro"))
    erasure = models.ForeignKey(Erasure, models.CASCADE, related_name="records", verbose_name=_("erasure"))
    kind = models.CharField(_("kind"), max_length=20)
    state = models.CharField(_("state"), max_length=20, blank=True)
    channel = models.CharField(_("channel"), max_length=20, blank=True)
    at = models.DateTimeField(_("at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    moves = models.JSONField(_("status changes"), default=list)

    class Meta:
        verbose_name = _("record without a name")
        verbose_name_plural = _("records without names")
        indexes = [models.Index(fields=["pro", "kind", "at"], name="erased_record_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class ErasedAddress(models.Model):
    """Keyed hash of an erased person's address, by which an import recognises it: see `contacts.privacy.marks`."""

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False, verbose_name=_("Pro"))
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("erased address")
        verbose_name_plural = _("erased addresses")
        constraints = [models.UniqueConstraint(fields=["pro", "digest"], name="erased_address_once")]

    def __str__(self) -> str:
        return self.digest[:8]


class MarkKey(models.Model):
    """The key of this installation for ErasedAddress; the oldest row is used."""

    secret = SecretField(editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return str(self.pk)
