from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .step import PipelineStep


class AllowedMove(models.Model):
    """An extra move that staff allow besides the one to the next step: a skip, a step back, a branch."""

    from_step = models.ForeignKey(
        PipelineStep, models.CASCADE, related_name="moves_out", db_index=False, verbose_name=_("from")
    )
    to_step = models.ForeignKey(PipelineStep, models.CASCADE, related_name="moves_in", verbose_name=_("to"))

    class Meta:
        verbose_name = _("allowed move")
        verbose_name_plural = _("allowed moves")
        constraints = [
            models.UniqueConstraint(fields=["from_step", "to_step"], name="allowed_move_unique"),
            models.CheckConstraint(condition=~Q(from_step=F("to_step")), name="allowed_move_moves"),
        ]

    def __str__(self) -> str:
        return f"{self.from_step} → {self.to_step}"

    def clean(self) -> None:
        if self.from_step.inquiry_type_id != self.to_step.inquiry_type_id:
            raise ValidationError(_("Both steps must be of the same inquiry type."), code="type")
