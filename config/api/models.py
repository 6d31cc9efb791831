"""What a creating POST answered, kept for the caller who asks again."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

KEPT = timedelta(hours=24)


class IdempotencyKey(models.Model):
    """One answered request. `scope` is the SHA-256 of tenant, method, path and key; `request` that of the body."""

    scope = models.CharField(max_length=64, unique=True)
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    location = models.CharField(max_length=2000, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.scope


def prune_idempotency_keys() -> int:
    """Take away what has been kept long enough; returns how many."""
    return IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
