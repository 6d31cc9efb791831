from pathlib import PurePosixPath

from django.core.files.base import File
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro
from config.web import storing


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def for_pro(self, pro: Pro) -> "AttachmentQuerySet":
        return self.filter(inquiry__pro=pro)


class Attachment(models.Model):
    """A file of an inquiry. The storage knows it by `key` alone; `filename` is what its owner called it, as text.

    `size` is in bytes, `sha256` in hexadecimal digits, `uploaded_by` a UserHub id.
    """

    # Goes with its file, so nothing else takes it along.
    inquiry = models.ForeignKey(
        "inquiries.Inquiry", models.PROTECT, related_name="attachments", verbose_name=_("inquiry")
    )
    key = models.CharField(_("key in the storage"), max_length=100, unique=True, editable=False)
    filename = models.CharField(_("file name"), max_length=255)
    mime_type = models.CharField(_("kind"), max_length=100)
    size = models.BigIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.BigIntegerField(_("uploaded by UserHub user"), null=True)
    created_at = models.DateTimeField(_("uploaded at"), default=timezone.now, editable=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.filename

    @property
    def kind(self) -> str:
        """What people call its kind: "PDF"."""
        return PurePosixPath(self.filename).suffix[1:].upper().replace("JPEG", "JPG")

    def open(self) -> File:
        """The file, to be read. Raises FileNotFoundError, and StorageUnavailable."""
        return storing.open_file(self.key)

    def remove(self) -> None:
        """Take it away, and the file after the transaction. Raises DoesNotExist when somebody else did meanwhile."""
        with transaction.atomic():
            if not Attachment.objects.filter(pk=self.pk).delete()[0]:
                raise Attachment.DoesNotExist
            storing.release(self.key)
