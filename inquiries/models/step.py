from typing import Self

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .inquiry_type import InquiryType, validate_color

validate_key = RegexValidator(r"^[a-z][a-z0-9_]*\Z", _("Use small letters, digits and underscores, such as in_review."))


class PipelineStepQuerySet(models.QuerySet["PipelineStep"]):
    def after(self, step: "PipelineStep") -> Self:
        """Where an inquiry on `step` may go: to the next one in order and along the extra moves, in order.

        A terminal step ends the way: from there only extra moves lead on.
        """
        siblings = self.filter(inquiry_type_id=step.inquiry_type_id)
        allowed = Q(pk__in=step.moves_out.values("to_step"))
        if not step.is_terminal:
            later = siblings.filter(sort_order__gt=step.sort_order).order_by("sort_order")
            allowed |= Q(pk__in=later.values("pk")[:1])
        return siblings.filter(allowed).order_by("sort_order")

    def ways(self, kind: InquiryType) -> dict["PipelineStep", list["PipelineStep"]]:
        """`after` for every step of a type, in order, in two queries."""
        rows = self.filter(inquiry_type=kind).order_by("sort_order")
        steps: list[PipelineStep] = list(rows.prefetch_related("moves_out"))
        ways = {}
        for place, step in enumerate(steps, start=1):
            allowed = {move.to_step_id for move in step.moves_out.all()}
            if not step.is_terminal:
                allowed |= {following.pk for following in steps[place : place + 1]}
            ways[step] = [other for other in steps if other.pk in allowed]
        return ways

    def unreached(self, kind: InquiryType) -> list["PipelineStep"]:
        """The steps of a type that neither the order nor an allowed move leads to from the initial one, in order."""
        ways = self.ways(kind)
        reached = {step for step in ways if step.is_initial}
        ahead = list(reached)
        while ahead:
            found = set(ways[ahead.pop()]) - reached
            reached |= found
            ahead.extend(found)
        return [step for step in ways if step not in reached]


class PipelineStep(models.Model):
    """One step of a type's pipeline. An inquiry's `pipeline_status` is the key of the step it stands on."""

    inquiry_type = models.ForeignKey(
        InquiryType, models.CASCADE, related_name="steps", db_index=False, verbose_name=_("inquiry type")
    )
    key = models.CharField(_("key"), max_length=50, validators=[validate_key])
    label = models.CharField(_("label"), max_length=100)
    description = models.CharField(_("description"), max_length=500, blank=True)
    color = models.CharField(_("colour"), max_length=7, default="#6B7280", validators=[validate_color])
    sort_order = models.PositiveIntegerField(_("order"), validators=[MaxValueValidator(10_000)])
    is_initial = models.BooleanField(_("initial"), default=False)
    is_terminal = models.BooleanField(_("terminal"), default=False)
    maps_to_case_status = models.CharField(
        _("case status"),
        max_length=50,
        blank=True,
        help_text=_("What the status of a linked case should be, as an advice to the system of cases."),
    )

    objects = PipelineStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("pipeline step")
        verbose_name_plural = _("pipeline steps")
        ordering = ["inquiry_type_id", "sort_order"]
        constraints = [
            models.UniqueConstraint(fields=["inquiry_type", "key"], name="pipeline_step_key_unique"),
            models.UniqueConstraint(fields=["inquiry_type", "sort_order"], name="pipeline_step_order_unique"),
            models.UniqueConstraint(
                fields=["inquiry_type"], condition=Q(is_initial=True), name="pipeline_step_one_initial"
            ),
            models.CheckConstraint(
                condition=Q(is_initial=False) | Q(is_terminal=False), name="pipeline_step_not_both_ends"
            ),
        ]

    def __str__(self) -> str:
        return self.label
