from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Case, F, Max, Value, When
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .step import PipelineStep

validate_color = RegexValidator(r"^#[0-9A-Fa-f]{6}\Z", _("Use # and six hexadecimal digits, such as #3B82F6."))


class InquiryType(models.Model):
    """A kind of inquiry, with its pipeline: the steps that every inquiry of it goes through. The same for all Pros."""

    class IconType(models.TextChoices):
        EMOJI = "emoji", _("Emoji")
        LUCIDE = "lucide", _("Name of a Lucide icon")

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("slug"), max_length=50, unique=True)
    icon = models.CharField(_("icon"), max_length=50, blank=True)
    icon_type = models.CharField(_("kind of icon"), max_length=10, choices=IconType, default=IconType.EMOJI)
    color = models.CharField(_("colour"), max_length=7, default="#6B7280", validators=[validate_color])
    description = models.CharField(_("description"), max_length=500, blank=True)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Off: nothing new comes in; what has begun goes on.")
    )
    sort_order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("inquiry type")
        verbose_name_plural = _("inquiry types")
        ordering = ["sort_order", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(icon_type__in=["emoji", "lucide"]), name="inquiry_type_icon_type_known"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def icon_display(self) -> str:
        """What a program shows: an emoji is its own picture, a Lucide icon goes by its name."""
        return self.icon

    def check_pipeline(self) -> None:
        """Raises ValidationError unless there is exactly one initial step and at least one terminal step."""
        steps = list(self.steps.all())
        errors = []
        if sum(step.is_initial for step in steps) != 1:
            errors.append(ValidationError(_("A pipeline has exactly one initial step."), code="initial"))
        if not any(step.is_terminal for step in steps):
            errors.append(ValidationError(_("A pipeline has at least one terminal step."), code="terminal"))
        if errors:
            raise ValidationError(errors)

    def initial_step(self) -> "PipelineStep":
        """Raises ValidationError when there is none."""
        self.check_pipeline()
        return self.steps.get(is_initial=True)

    def arrange(self, keys: list[str]) -> None:
        """Put the steps into this order, 1, 2, 3 … Raises ValidationError unless `keys` names each step once."""
        with transaction.atomic():
            InquiryType.objects.select_for_update().get(pk=self.pk)
            if sorted(keys) != sorted(self.steps.values_list("key", flat=True)):
                raise ValidationError(_("Name every step of the pipeline once."), code="steps")
            # Not two may have one place, not for a moment either, as SQLite cannot defer a constraint: first all go
            # behind the last one, then each to its own.
            last = self.steps.aggregate(last=Max("sort_order"))["last"] or 0
            self.steps.update(sort_order=F("sort_order") + last)
            places = [When(key=key, then=Value(place)) for place, key in enumerate(keys, start=1)]
            if places:
                self.steps.update(sort_order=Case(*places))
