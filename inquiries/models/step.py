from typing import Any, Self

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.web.compiled import Compiled, Question
from config.web.together import Answers

from .inquiry_type import InquiryType, validate_color

validate_key = RegexValidator(
    r"^[a-z][a-z0-9_]*\Z", _("Use lower-case letters, digits and underscores, such as in_review.")
)


class PipelineStepQuerySet(models.QuerySet["PipelineStep"]):
    def allowed_from(self, step: "PipelineStep") -> Self:
        """Steps that an inquiry on `step` may move to, in order: the next one, and those that allowed moves lead to.

        From a terminal step only allowed moves lead on.
        """
        siblings = self.filter(inquiry_type_id=step.inquiry_type_id)
        allowed = Q(pk__in=step.moves_out.values("to_step"))
        if not step.is_terminal:
            later = siblings.filter(sort_order__gt=step.sort_order).order_by("sort_order")
            allowed |= Q(pk__in=later.values("pk")[:1])
        return siblings.filter(allowed).order_by("sort_order")

    def allowed_by_step(
        self, inquiry_type: InquiryType, answers: Answers | None = None
    ) -> dict["PipelineStep", list["PipelineStep"]]:
        """`allowed_from` for every step of a type, in order, in one query."""
        if answers is None:
            answers = Answers()
            answers.ask(*ask_steps(inquiry_type))
        steps, moves = map(answers.rows, ask_steps(inquiry_type))
        allowed_by_step = {}
        for place, step in enumerate(steps, start=1):
            allowed = {to_step for from_step, to_step in moves if from_step == step.pk}
            if not step.is_terminal:
                allowed |= {following.pk for following in steps[place : place + 1]}
            allowed_by_step[step] = [other for other in steps if other.pk in allowed]
        return allowed_by_step

    def unreached(self, inquiry_type: InquiryType) -> list["PipelineStep"]:
        """Steps of a type, in order, that no chain of moves leads to from the initial step."""
        allowed_by_step = self.allowed_by_step(inquiry_type)
        reached = {step for step in allowed_by_step if step.is_initial}
        unvisited = list(reached)
        while unvisited:
            new = set(allowed_by_step[unvisited.pop()]) - reached
            reached |= new
            unvisited.extend(new)
        return [step for step in allowed_by_step if step not in reached]


class PipelineStep(models.Model):
    """One step of a type's pipeline. The `pipeline_status` of an inquiry is the key of its step."""

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
        help_text=_("The status suggested for a linked case."),
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


def ask_steps(inquiry_type: InquiryType) -> tuple[Question[PipelineStep], Question[Any]]:
    """The questions of `allowed_by_step`."""
    return _STEPS.question(inquiry_type), _MOVES.question(inquiry_type)


_STEPS = Compiled(
    lambda inquiry_type: PipelineStep.objects.filter(inquiry_type=inquiry_type).order_by("sort_order"), keeps_plan=True
)
_MOVES = Compiled(
    lambda inquiry_type: (
        PipelineStep.objects.filter(inquiry_type=inquiry_type, moves_out__isnull=False)
        .order_by()
        .values_list("pk", "moves_out__to_step")
    )
)
