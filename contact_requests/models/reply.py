import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import User


class Reply(models.Model):
    """A Pro's answer to a contact request, mailed by a background task.

    Sent when `sent_at` is set; `error` holds the last failure while the worker keeps trying.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contact_request = models.ForeignKey("contact_requests.ContactRequest", models.CASCADE, related_name="replies")
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("author"))
    body = models.TextField(_("text"), max_length=10_000)
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    error = models.CharField(_("last failure"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.body[:50]
