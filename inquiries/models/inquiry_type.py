from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import connection, models
from django.utils.translation import gettext_lazy as _
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide

from config.cursors import execute
from config.round_trips import Asked

if TYPE_CHECKING:
    from .step import PipelineStep

validate_color = RegexValidator(r"^#[0-9A-Fa-f]{6}\Z", _("Use # and six hexadecimal digits, such as #3B82F6."))


def is_lucide(name: str) -> bool:
    """Tell whether lucide has an icon of this name."""
    try:
        lucide(name)
    except IconDoesNotExist:
        return False
    return True


def check_steps(steps: "Iterable[PipelineStep]") -> None:
    """Raise ValidationError with every error unless the steps make a valid pipeline."""
    steps = list(steps)
    errors = []
    if sum(step.is_initial for step in steps) != 1:
        errors.append(ValidationError(_("A pipeline has exactly one initial step."), code="initial"))
    if not any(step.is_terminal for step in steps):
        errors.append(ValidationError(_("A pipeline has at least one terminal step."), code="terminal"))
    if any(step.is_initial and step.is_terminal for step in steps):
        errors.append(ValidationError(_("A step cannot be both initial and terminal."), code="both_ends"))
    if len({step.key for step in steps}) < len(steps):
        errors.append(ValidationError(_("Each step of a pipeline needs its own key."), code="keys"))
    if errors:
        raise ValidationError(errors)


def find_initial_step(steps: "Iterable[PipelineStep]") -> "PipelineStep":
    """Find the initial step of a pipeline. Raises ValidationError as `check_steps` does."""
    steps = list(steps)
    check_steps(steps)
    return next(step for step in steps if step.is_initial)


class InquiryType(models.Model):
    """A type of inquiry with its pipeline: the steps that its inquiries go through. The same for all Pros."""

    class IconType(models.TextChoices):
        EMOJI = "emoji", _("Emoji")
        LUCIDE = "lucide", _("Name of a Lucide icon")

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("slug"), max_length=50, unique=True)
    icon = models.CharField(_("icon"), max_length=50, blank=True)
    icon_type = models.CharField(_("icon type"), max_length=10, choices=IconType, default=IconType.EMOJI)
    color = models.CharField(_("colour"), max_length=7, default="#6B7280", validators=[validate_color])
    description = models.CharField(_("description"), max_length=500, blank=True)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Off: no new inquiries; existing ones continue.")
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
        """Raise ValidationError for a slug that reads as an id, and for an unknown icon."""
        errors = {}
        # A type with inquiries keeps its slug, even a numeric one.
        if self.slug.isdecimal() and not (self.pk and self.has_inquiries()):
            errors["slug"] = _("Use at least one letter: programs take a number for the id of a type.")
        if self.icon_type == self.IconType.LUCIDE and self.icon and not is_lucide(self.icon):
            errors["icon"] = _("There is no Lucide icon with this name. See lucide.dev/icons for all names.")
        if errors:
            raise ValidationError(errors)

    @property
    def icon_display(self) -> str:
        """The emoji itself, or the name of the Lucide icon. Source: inquiries API, "Types"."""
        return self.icon

    def hold_pipeline(self) -> None:
        """Lock the pipeline against changes until the transaction ends; waits for a change under way.

        The lock is shared among moves; `change_pipeline` and `allow_moves` take it exclusively.
        """
        # On SQLite a write transaction is exclusive anyway. Django cannot express this lock, the one that a foreign
        # key takes.
        if connection.vendor == "postgresql":
            execute(connection, *self.ask_pipeline(), keeps_plan=True)

    def ask_pipeline(self) -> Asked:
        """The question of `hold_pipeline` on PostgreSQL, for `ask_ahead`."""
        return f"SELECT 1 FROM {self._meta.db_table} WHERE id = %s FOR KEY SHARE", [self.pk]  # noqa: S608

    def has_inquiries(self) -> bool:
        return self.inquiries.exists()
