"""The files that no row holds."""

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

# How long a file may stay loose, and until when a row may take it: a request takes seconds, so the two never meet.
LOOSE_FOR = timedelta(hours=1)
TAKEN_WITHIN = timedelta(minutes=30)


class LooseFileQuerySet(models.QuerySet["LooseFile"]):
    def due(self) -> "LooseFileQuerySet":
        """Those whose file is to be taken away."""
        return self.filter(due_at__lte=timezone.now()).order_by("due_at")

    def take(self, key: str) -> None:
        """From now on a row holds the file. Raises DoesNotExist when it was loose for too long."""
        latest = timezone.now() + LOOSE_FOR - TAKEN_WITHIN
        if not self.filter(key=key, due_at__gt=latest).delete()[0]:
            raise self.model.DoesNotExist(f"The file {key} is not to be had any more.")


def in_an_hour() -> datetime:
    return timezone.now() + LOOSE_FOR


class LooseFile(models.Model):
    """A file of the storage, on its way in or out, that no row holds; `config.files.storage` says when."""

    key = models.CharField(max_length=100, primary_key=True)
    due_at = models.DateTimeField(default=in_an_hour, db_index=True)

    objects = LooseFileQuerySet.as_manager()

    class Meta:
        db_table = "web_loosefile"

    def __str__(self) -> str:
        return self.key

    def postpone(self) -> None:
        """Try again in an hour, unless another worker has taken it away meanwhile."""
        LooseFile.objects.filter(pk=self.pk).update(due_at=in_an_hour())
