"""Counters of the rate limits, shared by all worker processes."""

import time

from django.db import connection, models


class RateCountQuerySet(models.QuerySet["RateCount"]):
    def hit(self, key: str, *, seconds: int, times: int = 1) -> int:
        """Add `times` to the count of `key` in the current window of `seconds`; returns the new count.

        One statement, so that concurrent workers each get their own number. Windows are aligned to the clock.
        """
        window = int(time.time()) // seconds * seconds
        sql = (
            "INSERT INTO web_ratecount (key, expires_at, count) VALUES (%s, %s, %s) "
            "ON CONFLICT (key, expires_at) DO UPDATE SET count = web_ratecount.count + excluded.count "
            "RETURNING count"
        )
        with connection.cursor() as cursor:
            # The key may be user input, and PostgreSQL stores no NUL.
            cursor.execute(sql, [key.replace("\x00", "")[:200], window + seconds, times])
            return cursor.fetchone()[0]


class RateCount(models.Model):
    """Count of `key` in the window that ends at `expires_at` (Unix seconds)."""

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
    """Delete the counts of past windows; returns their number."""
    return RateCount.objects.filter(expires_at__lt=int(time.time())).delete()[0]
