from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import connection, models
from django.utils.translation import gettext_lazy as _
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide

if TYPE_CHECKING:
    from .step import PipelineStep

validate_color = RegexValidator(r"^#[0-9A-Fa-f]{6}\Z", _("Use # and six hexadecimal digits, such as #3B82F6."))


def is_lucide(name: str) -> bool:
    """Whether an icon of this name can be drawn."""
    try:
        lucide(name)
    except IconDoesNotExist:
        return False
    return True


def check_steps(steps: "Iterable[PipelineStep]") -> None:
    """Raises ValidationError, with every fault, unless the steps make a pipeline."""
    steps = list(steps)
    errors = []
    if sum(step.is_initial for step in steps) != 1:
        errors.append(ValidationError(_("A pipeline has exactly one initial step."), code="initial"))
    if not any(step.is_terminal for step in steps):
        errors.append(ValidationError(_("A pipeline has at least one terminal step."), code="terminal"))
    if any(step.is_initial and step.is_terminal for step in steps):
        errors.append(ValidationError(_("No step is initial and terminal at once."), code="both_ends"))
    if len({step.key for step in steps}) < len(steps):
        errors.append(ValidationError(_("Every step of a pipeline has a key of its own."), code="keys"))
    if errors:
        raise ValidationError(errors)


def initial_of(steps: "Iterable[PipelineStep]") -> "PipelineStep":
    """The initial one of a pipeline's steps. Raises ValidationError, as `check_steps` does."""
    steps = list(steps)
    check_steps(steps)
    return next(step for step in steps if step.is_initial)


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

    def clean(self) -> None:
        """Raises ValidationError for a slug that reads as an id, and for an icon that there is not."""
        errors = {}
        # One that has inquiries keeps its slug, whatever it is.
        if self.slug.isdecimal() and not (self.pk and self.has_inquiries()):
            errors["slug"] = _("Use a letter too: programs read digits alone as the id of a type.")
        if self.icon_type == self.IconType.LUCIDE and self.icon and not is_lucide(self.icon):
            errors["icon"] = _("There is no Lucide icon with this name; all of them are on lucide.dev/icons.")
        if errors:
            raise ValidationError(errors)

    @property
    def icon_display(self) -> str:
        """What a program shows: an emoji is its own picture, a Lucide icon goes by its name."""
        return self.icon

    def hold_pipeline(self) -> None:
        """Keep the pipeline as it is until the transaction ends, and wait for whoever is changing it.

        Any number may hold it at once; `change_pipeline` and `allow_moves` are alone.
        """
        # On SQLite whoever writes is alone anyway. Django has no word for this lock, which is the one that a foreign
        # key takes.
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT 1 FROM {self._meta.db_table} WHERE id = %s FOR KEY SHARE", [self.pk])  # noqa: S608

    def has_inquiries(self) -> bool:
        return self.inquiries.exists()
