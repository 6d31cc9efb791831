import uuid
from datetime import timedelta
from typing import Self

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.accounts.models import ApiToken, Pro, TenantQuerySet, User
from config.files.storage import NewFile
from config.files.stored_file import StoredFile

from .contact import Contact

KEPT_FOR = timedelta(days=3)


class PersonExportQuerySet(TenantQuerySet["PersonExport"]):
    def of_requester(self, requester: User | ApiToken) -> Self:
        """Exports that this user or program asked for: nobody else may download them."""
        return self.filter(user=requester) if isinstance(requester, User) else self.filter(token=requester)

    def delete_with_files(self) -> None:
        """Delete these exports, and their files after the transaction."""
        with transaction.atomic():
            for file in PersonExportFile.objects.filter(export__in=self.values("pk")):
                file.delete_with_file()
            self.delete()


class PersonExport(models.Model):
    """A ZIP of everything about a person, made by a job; it can be downloaded until `expires_at`."""

    class State(models.TextChoices):
        MAKING = "making", pgettext_lazy("export", "Being made")
        READY = "ready", pgettext_lazy("export", "Ready")
        FAILED = "failed", pgettext_lazy("export", "Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", verbose_name=_("Pro"))
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+", verbose_name=_("contact"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.MAKING)
    # Of the pages in it.
    language = models.CharField(_("language"), max_length=5)
    # Without either, nobody can download it any more, and it goes when its time is over.
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    token = models.ForeignKey(ApiToken, models.SET_NULL, null=True, related_name="+", verbose_name=_("by program"))
    created_at = models.DateTimeField(_("asked at"), default=timezone.now)
    ready_at = models.DateTimeField(_("ready at"), null=True)
    expires_at = models.DateTimeField(_("kept until"), null=True)

    objects = PersonExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export of a person")
        verbose_name_plural = _("exports of persons")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["created_at"], name="person_export_oldest")]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.created_at:%Y-%m-%d %H:%M}"

    def keep(self, new_file: NewFile) -> None:
        """Note that it is ready, once. Raises DoesNotExist when it was deleted meanwhile."""
        with transaction.atomic():
            self.refresh_from_db(from_queryset=PersonExport.objects.select_for_update(of=("self",)))
            if self.state == self.State.READY:
                return
            new_file.claim()
            PersonExportFile.objects.create(export=self, key=new_file.key, **new_file.info._asdict())
            self.state, self.ready_at = self.State.READY, timezone.now()
            self.expires_at = self.ready_at + KEPT_FOR
            self.save(update_fields=["state", "ready_at", "expires_at"])


class PersonExportFile(StoredFile):
    """The ZIP of an export."""

    # Only `delete_with_file` deletes a row: it deletes the file too.
    export = models.OneToOneField(PersonExport, models.PROTECT, related_name="file", verbose_name=_("export"))

    class Meta(StoredFile.Meta):
        verbose_name = _("file of an export")
        verbose_name_plural = _("files of exports")


def prune_person_exports() -> None:
    """Delete exports past their time, those that never became ready too; called by the housekeeping."""
    now = timezone.now()
    is_past = models.Q(expires_at__lt=now) | models.Q(expires_at=None, created_at__lt=now - KEPT_FOR)
    PersonExport.objects.filter(is_past).delete_with_files()
