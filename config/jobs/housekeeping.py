"""What the libraries keep and do not take away by themselves."""

from datetime import timedelta

from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

DONE_JOBS_KEPT = timedelta(days=7)
# What finally failed is there for staff to see, and to start again.
FAILED_JOBS_KEPT = timedelta(days=90)
ATTEMPTS_KEPT = timedelta(days=30)


def prune_sessions() -> None:
    """Sessions that have ended."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


def prune_jobs() -> None:
    """Finished background jobs."""
    now, results = timezone.now(), DBTaskResult.objects
    results.successful().filter(finished_at__lt=now - DONE_JOBS_KEPT).delete()
    results.failed().filter(finished_at__lt=now - FAILED_JOBS_KEPT).delete()


def prune_attempts() -> None:
    """Attempts to sign in with a wrong password."""
    AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - ATTEMPTS_KEPT).delete()
