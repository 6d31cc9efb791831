"""Base of every table of uploaded files."""

from pathlib import PurePosixPath

from django.core.files.base import File
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import storage
from .keeping import is_risky, served_type


class StoredFile(models.Model):
    """A file under `key` in the storage; `filename` is the name that its sender gave it, stored as text only.

    `size` is in bytes, `sha256` in hexadecimal digits.
    """

    key = models.CharField(_("key in the storage"), max_length=100, unique=True, editable=False)
    filename = models.CharField(_("file name"), max_length=255)
    mime_type = models.CharField(_("kind"), max_length=100)
    size = models.BigIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("uploaded at"), default=timezone.now, editable=False)

    class Meta:
        abstract = True
        ordering = ["id"]

    def __str__(self) -> str:
        return self.filename

    @property
    def type_label(self) -> str:
        """Short name of the file type: "PDF"."""
        return PurePosixPath(self.filename).suffix[1:].upper().replace("JPEG", "JPG")

    @property
    def is_risky(self) -> bool:
        """True when it may run something on the computer of whoever opens it."""
        return is_risky(self.filename, self.mime_type)

    @property
    def served_type(self) -> str:
        """Content type of its download."""
        return served_type(self.mime_type)

    def open(self) -> File:
        """Open the file for reading. Raises FileNotFoundError and StorageUnavailableError."""
        return storage.open_file(self.key)

    def delete_with_file(self) -> None:
        """Delete the row, and the file after the transaction. Raises DoesNotExist when the row is gone already."""
        with transaction.atomic():
            if not type(self)._default_manager.filter(pk=self.pk).delete()[0]:
                raise type(self).DoesNotExist
            storage.delete_file_on_commit(self.key)
