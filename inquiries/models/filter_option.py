from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class FilterOption(models.Model):
    """A label for sorting inquiries, such as "Groningen" in the group "Region". The same for all Pros."""

    group = models.CharField(_("group"), max_length=100)
    label = models.CharField(_("label"), max_length=100)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Off: new inquiries cannot have it; existing ones keep it.")
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
        """Raise ValidationError when another option differs in upper and lower case alone."""
        names = {option.pk: str(option) for option in FilterOption.objects.all()}
        # An existing twin may still be switched off. Exact duplicates are left to the constraint.
        if str(self) in names.values():
            return
        # Compared in Python: SQLite folds the case of ASCII alone.
        for pk, name in names.items():
            if pk != self.pk and name.casefold() == str(self).casefold():
                raise ValidationError(_("“%(option)s” already exists."), params={"option": name})


def find_options(
    ids: Collection[int], rows: QuerySet[FilterOption] | None = None, *, kept: Collection[int] = ()
) -> list[FilterOption]:
    """The active options with these ids; an inactive one is found among those that are `kept`. Raises ValidationError.

    `rows` are all options, or these with a lock.
    """
    # Most have none.
    if not ids:
        return []
    rows = FilterOption.objects.all() if rows is None else rows
    options = rows.filter(Q(is_active=True) | Q(pk__in=kept)).in_bulk(list(ids))
    if missing := sorted(set(ids) - set(options)):
        text = gettext("There is no active filter option with these ids: %(ids)s.")
        raise ValidationError({"filter_option_ids": text % {"ids": ", ".join(map(str, missing))}})
    return list(options.values())
