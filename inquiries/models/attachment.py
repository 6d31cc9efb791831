from django.db import models
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro
from config.files.stored_file import StoredFile


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def for_pro(self, pro: Pro) -> "AttachmentQuerySet":
        return self.filter(inquiry__pro=pro)


class Attachment(StoredFile):
    """A file of an inquiry; `uploaded_by` is a UserHub id."""

    # Deleted together with its stored file, so never by a cascade.
    inquiry = models.ForeignKey(
        "inquiries.Inquiry", models.PROTECT, related_name="attachments", verbose_name=_("inquiry")
    )
    uploaded_by = models.BigIntegerField(_("uploaded by UserHub user"), null=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta(StoredFile.Meta):
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
