from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class FilterOption(models.Model):
    """A word that inquiries are sorted by, such as "Groningen" in the group "Region". The same for all Pros."""

    group = models.CharField(_("group"), max_length=100)
    label = models.CharField(_("label"), max_length=100)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Off: no new inquiry gets it; those that have it keep it.")
    )
    sort_order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("filter option")
        verbose_name_plural = _("filter options")
        ordering = ["group", "sort_order", "id"]
        constraints = [models.UniqueConstraint(fields=["group", "label"], name="filter_option_unique")]

    def __str__(self) -> str:
        return f"{self.group}: {self.label}"

    def clean(self) -> None:
        """Raises ValidationError when there is one that differs in capitals alone."""
        names = {option.pk: str(option) for option in FilterOption.objects.all()}
        # Twins that stand may be put out of use; and the constraint tells of one with the same capitals.
        if str(self) in names.values():
            return
        # Not asked of the database: SQLite knows the capitals of ASCII alone.
        for pk, name in names.items():
            if pk != self.pk and name.casefold() == str(self).casefold():
                raise ValidationError(_("“%(option)s” is there already."), params={"option": name})
