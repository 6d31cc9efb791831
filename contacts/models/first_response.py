from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.accounts.models import Pro, TenantQuerySet, User

from .waiting import WaitingItem


class FirstResponse(models.Model):
    """Time that somebody waited for the first answer by a human, from their first word that nobody had answered.

    One row for each answer and thing that it answered: a contact request, an inquiry, an answer to an offer, or the
    messages of a contact by one channel. `item` is that of the first word; without it (its person was erased)
    the row says nothing of anybody but the office. `property_id` and `inquiry_type_id` are those of what was asked
    about, `source` that of a contact request or inquiry. Written by `contacts.waiting.first_responses` alone.
    """

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False, verbose_name=_("Pro"))
    item = models.OneToOneField(
        WaitingItem, models.SET_NULL, null=True, related_name="first_response", verbose_name=_("waiting item")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=WaitingItem.Kind)
    channel = models.CharField(_("channel"), max_length=20, blank=True)
    # No foreign keys: these tables are of the apps above, and what is deleted there was asked about all the same.
    property_id = models.UUIDField(_("property"), null=True)
    inquiry_type_id = models.BigIntegerField(_("type"), null=True)
    source = models.CharField(_("source"), max_length=100, blank=True)
    asked_at = models.DateTimeField(_("asked at"))
    answered_at = models.DateTimeField(_("answered at"))
    # Null for a program, for an e-mail that was sent from a mailbox, and for somebody who was deleted since.
    answered_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("answered by"))
    outcome = models.CharField(_("answered"), max_length=20, choices=WaitingItem.Outcome)
    office_seconds = models.PositiveIntegerField(_("seconds of office hours"))
    real_seconds = models.PositiveIntegerField(_("seconds"))
    # What the office meant to keep at that time, in seconds of office hours; 0 for no target.
    target_seconds = models.PositiveIntegerField(_("target"), default=0)

    objects = TenantQuerySet["FirstResponse"].as_manager()

    class Meta:
        verbose_name = pgettext_lazy("report", "first response")
        verbose_name_plural = pgettext_lazy("report", "first responses")
        indexes = [models.Index(fields=["pro", "answered_at"], name="first_response_answered")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.asked_at:%Y-%m-%d %H:%M}"
