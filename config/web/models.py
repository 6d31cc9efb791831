"""What every worker process has to know: counters, and the files that no row holds."""

import time
from datetime import datetime, timedelta

from django.db import connection, models
from django.utils import timezone

# How long a file may stay loose, and until when a row may take it: a request takes seconds, so the two never meet.
LOOSE_FOR = timedelta(hours=1)
TAKEN_WITHIN = timedelta(minutes=30)


class RateCountQuerySet(models.QuerySet["RateCount"]):
    def hit(self, key: str, *, seconds: int, times: int = 1) -> int:
        """Count `times` for `key` in the present window of `seconds`; returns the count so far.

        One statement, so workers that count at once each see their own number. Windows are aligned to the
        clock.
        """
        window = int(time.time()) // seconds * seconds
        sql = (
            "INSERT INTO web_ratecount (key, expires_at, count) VALUES (%s, %s, %s) "
            "ON CONFLICT (key, expires_at) DO UPDATE SET count = web_ratecount.count + excluded.count "
            "RETURNING count"
        )
        with connection.cursor() as cursor:
            # The key may be what somebody typed, and PostgreSQL stores no NUL.
            cursor.execute(sql, [key.replace("\x00", "")[:200], window + seconds, times])
            return cursor.fetchone()[0]

    def prune(self) -> int:
        """Take away the counts whose window has passed."""
        return self.filter(expires_at__lt=int(time.time())).delete()[0]


class RateCount(models.Model):
    """How often `key` was seen in the window that ends at `expires_at` (Unix seconds)."""

    key = models.CharField(max_length=200)
    expires_at = models.BigIntegerField()
    count = models.PositiveBigIntegerField()

    objects = RateCountQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "expires_at"], name="web_ratecount_key")]
        indexes = [models.Index(fields=["expires_at"], name="web_ratecount_expires")]

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"


def prune_rate_counts() -> int:
    return RateCount.objects.prune()


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
    """A file of the storage, on its way in or out, that no row holds; `config.web.storing` says when."""

    key = models.CharField(max_length=100, primary_key=True)
    due_at = models.DateTimeField(default=in_an_hour, db_index=True)

    objects = LooseFileQuerySet.as_manager()

    def __str__(self) -> str:
        return self.key

    def postpone(self) -> None:
        """Try again in an hour, unless another worker has taken it away meanwhile."""
        LooseFile.objects.filter(pk=self.pk).update(due_at=in_an_hour())
