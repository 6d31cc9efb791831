"""Loose files: files in the storage that no row holds."""

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

# A loose file is deleted after LOOSE_FOR, and can be claimed by a row within CLAIMABLE_FOR. A request takes seconds, so
# that the two never meet.
LOOSE_FOR = timedelta(hours=1)
CLAIMABLE_FOR = timedelta(minutes=30)


class LooseFileQuerySet(models.QuerySet["LooseFile"]):
    def due(self) -> "LooseFileQuerySet":
        """Filter those whose file is to be deleted."""
        return self.filter(due_at__lte=timezone.now()).order_by("due_at")

    def claim(self, *keys: str) -> None:
        """Note that rows hold the files. Raises DoesNotExist when one of the files was loose for too long."""
        latest = timezone.now() + LOOSE_FOR - CLAIMABLE_FOR
        if self.filter(key__in=keys, due_at__gt=latest).delete()[0] < len(keys):
            raise self.model.DoesNotExist(f"A file of {', '.join(keys)} can no longer be claimed.")


def in_an_hour() -> datetime:
    return timezone.now() + LOOSE_FOR


class LooseFile(models.Model):
    """A file in the storage that no row holds, yet or any more: see `config.files.storage`."""

    key = models.CharField(max_length=100, primary_key=True)
    due_at = models.DateTimeField(default=in_an_hour, db_index=True)

    objects = LooseFileQuerySet.as_manager()

    class Meta:
        db_table = "web_loosefile"

    def __str__(self) -> str:
        return self.key

    def postpone(self) -> None:
        """Retry in an hour, unless another worker has deleted the file meanwhile."""
        LooseFile.objects.filter(pk=self.pk).update(due_at=in_an_hour())
