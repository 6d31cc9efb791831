import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.accounts.models import Pro, User

from .history import InquiryHistory

NOTE_LENGTH = InquiryHistory._meta.get_field("note").max_length


class PendingMoveQuerySet(models.QuerySet["PendingMove"]):
    def for_pro(self, pro: Pro) -> Self:
        """The moves of one Pro's inquiries."""
        return self.filter(inquiry__pro=pro)

    def waiting(self) -> Self:
        """Moves that pages show as made, and that can be undone."""
        return self.filter(state=PendingMove.State.WAITING)


class PendingMove(models.Model):
    """A move of an inquiry that somebody made on a page; it takes effect at `due_at`, and can be undone until then.

    `from_step` and `to_step` are keys of steps. `outcome` is that of closing, "" for another move. The pipeline knows
    no way back from many steps, so undone means never made.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("move", "Waiting")
        MADE = "made", pgettext_lazy("move", "Made")
        UNDONE = "undone", pgettext_lazy("move", "Undone")
        # Somebody else moved the inquiry meanwhile, or staff changed the pipeline.
        REFUSED = "refused", pgettext_lazy("move", "Refused")
        # Refused, and read by who made it.
        DISMISSED = "dismissed", pgettext_lazy("move", "Refusal read")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    inquiry = models.ForeignKey(
        "inquiries.Inquiry", models.CASCADE, related_name="pending_moves", verbose_name=_("inquiry")
    )
    from_step = models.CharField(_("from"), max_length=50)
    to_step = models.CharField(_("to"), max_length=50)
    outcome = models.CharField(_("outcome"), max_length=20, blank=True)
    note = models.TextField(_("note"), max_length=NOTE_LENGTH, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(_("at"), default=timezone.now)
    due_at = models.DateTimeField(_("takes effect at"))
    job_id = models.UUIDField(null=True, editable=False)

    objects = PendingMoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("pending move")
        verbose_name_plural = _("pending moves")
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="pending_move_of_all_pros")]
        constraints = [
            models.UniqueConstraint(fields=["inquiry"], condition=Q(state="waiting"), name="pending_move_once")
        ]

    def __str__(self) -> str:
        return f"{self.from_step} → {self.to_step}"

    def lock(self) -> None:
        """Lock the row until the transaction ends, and reload it. Call it with the inquiry locked."""
        self.refresh_from_db(from_queryset=PendingMove.objects.select_for_update(of=("self",)))

    def set_state(self, state: str) -> None:
        """Save another state. Call it with the row locked."""
        self.state = state
        self.save(update_fields=["state"])

    def dismiss(self) -> None:
        """Mark its refusal as read."""
        rows = PendingMove.objects.filter(pk=self.pk, state=self.State.REFUSED)
        rows.update(state=self.State.DISMISSED)
