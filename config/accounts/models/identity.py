import uuid

from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.files.storage import IDENTITY, delete_file_on_commit, scan, store_unchecked
from config.files.validation import check_file

from .pro import Pro
from .tenancy import TenantQuerySet
from .user import User

SUFFIXES = (".pdf", ".jpg", ".jpeg", ".png")
REFUSAL = _("Choose a PDF, JPEG or PNG file; name and content must agree.")


def _random_path(document: "IdentityDocument", filename: str) -> str:
    return f"{IDENTITY}{uuid.uuid4().hex}"


class IdentityDocumentQuerySet(TenantQuerySet["IdentityDocument"]):
    def submit(self, pro: Pro, file: UploadedFile, *, by: User) -> "IdentityDocument":
        """Store an uploaded document for review; it replaces one that is still pending.

        Raises ValidationError for an empty or too large file or one of another kind, and StorageUnavailableError; then
        nothing is stored.
        """
        info = check_file(file, file.name or "", suffixes=SUFFIXES, refusal=REFUSAL)
        scan(file)
        with store_unchecked(file, info, IDENTITY) as new_file, transaction.atomic():
            # Lock the Pro, so that of two uploads at once one pending document is left.
            Pro.objects.select_for_update().get(pk=pro.pk)
            for pending in self.for_pro(pro).filter(state="pending"):
                pending.replace()
            new_file.claim()
            return self.create(
                pro=pro,
                file=new_file.key,
                content_type=info.mime_type,
                filename=info.filename[:200],
                size=info.size,
                sha256=info.sha256,
                uploaded_by=by,
            )


class IdentityDocument(models.Model):
    """A CNI (or passport) that a Pro uploaded; staff approve or reject it."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for review")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        REPLACED = "replaced", _("Replaced by a newer one")

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="identity_documents", verbose_name=_("Pro"))
    file = models.FileField(_("file"), upload_to=_random_path)
    filename = models.CharField(_("original name"), max_length=200)
    content_type = models.CharField(_("type"), max_length=50)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField("SHA-256", max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    uploaded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    reviewed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True)

    objects = IdentityDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("identity document")
        verbose_name_plural = _("identity documents")
        ordering = ["-uploaded_at", "-id"]
        # In the admin those without a review come first; PostgreSQL keeps them there in this index.
        indexes = [models.Index(fields=["-reviewed_at", "-id"], name="identity_unreviewed_first")]

    def __str__(self) -> str:
        return f"{self.pro}: {self.filename}"

    def replace(self) -> None:
        """Mark the document as replaced by a newer one. Its row stays; its file is deleted after the transaction."""
        self.state, self.reviewed_at = self.State.REPLACED, timezone.now()
        self.save(update_fields=["state", "reviewed_at"])
        delete_file_on_commit(self.file.name or "")
