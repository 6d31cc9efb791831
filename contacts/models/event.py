from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import ApiToken, User


class ContactEvent(models.Model):
    """Entry of a contact's record. `changes` is {field: [before, after]}, filled in for these kinds:

    - `changed`: the changed fields;
    - `merged` and `unmerged` of the kept contact: the changed fields, and `absorbed`: [id, name] of the merged one;
    - `unmerged` of the merged contact: `survivor`: [id, name] of the kept one;
    - `assigned` and `unassigned`: `assigned_to`: [before, after], each [id, name] of a user, None for nobody;
    - `unimported`: `import`: [id, name of the file]. An event of what that changed follows.
    """

    class Kind(models.TextChoices):
        CREATED = "created", _("Created")
        CHANGED = "changed", _("Changed")
        DELETED = "deleted", _("Archived")
        RESTORED = "restored", _("Restored")
        MERGED = "merged", _("Merged")
        UNMERGED = "unmerged", _("Merge undone")
        ASSIGNED = "assigned", _("Assigned to")
        UNASSIGNED = "unassigned", _("Back to nobody")
        UNIMPORTED = "unimported", _("Import undone")

    contact = models.ForeignKey("contacts.Contact", models.CASCADE, related_name="events")
    kind = models.CharField(_("event"), max_length=10, choices=Kind)
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
    def actor(self) -> str:
        """User or token name; "" when neither caused the event."""
        return str(self.user or (self.token.name if self.token else ""))
