"""Leases of workers: which of them are alive."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, F, When
from django.db.models.functions import Now

# Rows of workers that have ended.
KEPT_FOR = timedelta(days=1)


def _a_lease_ago() -> models.Expression:
    return Now() - timedelta(seconds=settings.WORKER_LEASE_SECONDS)


class WorkerLeaseQuerySet(models.QuerySet["WorkerLease"]):
    def renew(self, worker_id: str) -> None:
        """Note that this worker is alive."""
        since = Case(When(renewed_at__lt=_a_lease_ago(), then=Now()), default=F("since"))
        if not self.filter(pk=worker_id).update(since=since, renewed_at=Now()):
            self.create(worker_id=worker_id, since=Now(), renewed_at=Now())

    def end(self, worker_id: str) -> None:
        """Note that this worker has ended: a job that it left running is anybody's."""
        self.filter(pk=worker_id).update(renewed_at=_a_lease_ago() - timedelta(seconds=1))

    def expired(self) -> Self:
        return self.filter(renewed_at__lt=_a_lease_ago())

    def is_settled(self, worker_id: str) -> bool:
        """True when this worker's own lease has stood for as long as a lease lasts.

        Before that the database may have been gone for all, and then the others have not been able to renew either.
        """
        return self.filter(pk=worker_id, since__lt=_a_lease_ago()).exists()


class WorkerLease(models.Model):
    """A worker that is alive, by the database's clock. `since` is the beginning of its unbroken renewals."""

    worker_id = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField()
    renewed_at = models.DateTimeField()

    objects = WorkerLeaseQuerySet.as_manager()

    def __str__(self) -> str:
        return self.worker_id


def prune_leases() -> None:
    """Delete leases of workers that ended long ago."""
    WorkerLease.objects.filter(renewed_at__lt=Now() - KEPT_FOR).delete()
