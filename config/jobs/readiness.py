"""State of the worker, by its lease: for /readyz, and for staff."""

from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError
from django.db.models.functions import Now

from .models import WorkerLease

# A worker that is restarted, or loses the database for a moment, is missed by nobody.
RESTART = timedelta(minutes=1)


def worker_silence() -> timedelta | None:
    """How long no worker has renewed a lease, by the database's clock; None where none did for a day."""
    newest = WorkerLease.objects.annotate(now=Now()).order_by("-renewed_at").values_list("now", "renewed_at").first()
    return newest and max(newest[0] - newest[1], timedelta())


def worker_state() -> str:
    """ "ok", or for how long no worker has been heard of. Raises DatabaseError."""
    if (silence := worker_silence()) is None:
        return "none"
    is_missed = silence > RESTART + timedelta(seconds=settings.WORKER_LEASE_SECONDS)
    return f"silent for {silence.total_seconds():.0f} s" if is_missed else "ok"


def state() -> dict[str, str]:
    """The part of /readyz that the worker is."""
    try:
        return {"worker": worker_state()}
    except DatabaseError:
        return {"worker": "unknown"}
