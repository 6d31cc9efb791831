import uuid
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet, User

from .contact import Contact


class ContactMergeQuerySet(TenantQuerySet["ContactMerge"]):
    def not_undone(self) -> Self:
        """Merges that were not undone."""
        return self.filter(undone_at=None)


class ContactMerge(models.Model):
    """Merge of two contacts, with the data to undo it.

    `survivor` is the kept contact, `absorbed` the merged one. `fields` is {field: [before, after]} of the kept
    contact, times as ISO 8601. `moved` is {relation: [id, …]} of the moved rows, the relation as "app.model.field".
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", verbose_name=_("Pro"))
    survivor = models.ForeignKey(Contact, models.CASCADE, related_name="merges", verbose_name=_("contact that stayed"))
    absorbed = models.ForeignKey(Contact, models.CASCADE, related_name="+", verbose_name=_("contact merged into it"))
    fields = models.JSONField(_("changed fields"), default=dict)
    moved = models.JSONField(_("moved rows"), default=dict)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("at"), default=timezone.now)
    undone_at = models.DateTimeField(_("undone at"), null=True)
    undone_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("undone by"))

    objects = ContactMergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge of contacts")
        verbose_name_plural = _("merges of contacts")
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.absorbed} → {self.survivor}"
