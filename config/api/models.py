"""Stored responses to requests with an Idempotency-Key."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

KEY_LIFETIME = timedelta(hours=24)


class IdempotencyKey(models.Model):
    """Answered request. `scope` is the SHA-256 of tenant, method, path and key; `request` is that of the body."""

    scope = models.CharField(max_length=64, unique=True)
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    location = models.CharField(max_length=2000, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.scope


def prune_idempotency_keys() -> int:
    """Delete the keys that are past their lifetime; returns their number."""
    return IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEY_LIFETIME).delete()[0]
