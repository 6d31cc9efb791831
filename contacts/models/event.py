from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import ApiToken, User


class ContactEvent(models.Model):
    """What was done to a contact, by whom. `changes` is {field: [before, after]}, empty but for what follows.

    `merged` and `unmerged` of a survivor have the changed fields too, and `absorbed`: [id, name] of the other;
    `unmerged` of the other has `survivor`: [id, name].
    """

    class Kind(models.TextChoices):
        CREATED = "created", _("Created")
        CHANGED = "changed", _("Changed")
        DELETED = "deleted", _("Archived")
        RESTORED = "restored", _("Restored")
        MERGED = "merged", _("Merged")
        UNMERGED = "unmerged", _("Merge undone")

    contact = models.ForeignKey("contacts.Contact", models.CASCADE, related_name="events")
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    changes = models.JSONField(_("changes"), default=dict)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    token = models.ForeignKey(ApiToken, models.SET_NULL, null=True, related_name="+", verbose_name=_("by program"))
    created_at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("contact event")
        verbose_name_plural = _("contact events")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def who(self) -> str:
        """Who did it: a person, a program by its token's name, or "" for what came in by itself."""
        return str(self.user or (self.token.name if self.token else ""))
