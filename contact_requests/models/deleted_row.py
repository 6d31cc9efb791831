import uuid
from typing import Self

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet


class DeletedRowQuerySet(TenantQuerySet["DeletedRow"]):
    def requests(self, pro: Pro) -> Self:
        """Those that were contact requests of a Pro."""
        return self.for_pro(pro).filter(kind=DeletedRow.Kind.REQUEST)

    def properties(self, pro: Pro) -> Self:
        """Those that were properties of a Pro."""
        return self.for_pro(pro).filter(kind=DeletedRow.Kind.PROPERTY)


class DeletedRow(models.Model):
    """The id of a contact request or property that was deleted for good, for programs that keep a copy."""

    class Kind(models.TextChoices):
        REQUEST = "request", _("Contact request")
        PROPERTY = "property", _("Property")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False, verbose_name=_("Pro"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    # Under the name by which lists in the order of changes are read.
    updated_at = models.DateTimeField(_("deleted at"), default=timezone.now, db_default=Now())

    objects = DeletedRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("deleted row")
        verbose_name_plural = _("deleted rows")
        indexes = [models.Index(fields=["pro", "kind", "updated_at", "id"], name="deleted_row_changed")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
