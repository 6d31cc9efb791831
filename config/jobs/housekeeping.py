"""Pruning of rows that libraries store and never delete."""

from datetime import timedelta
from importlib import import_module

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

SUCCESSFUL_JOBS_KEPT_FOR = timedelta(days=7)
# Staff see failed jobs in the admin, and can run them again.
FAILED_JOBS_KEPT_FOR = timedelta(days=90)
SIGN_IN_ATTEMPTS_KEPT_FOR = timedelta(days=30)


def prune_sessions() -> None:
    """Delete expired sessions, and those that earlier releases kept in Django's own table."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


def prune_jobs() -> None:
    """Delete finished background jobs."""
    now, results = timezone.now(), DBTaskResult.objects
    results.successful().filter(finished_at__lt=now - SUCCESSFUL_JOBS_KEPT_FOR).delete()
    results.failed().filter(finished_at__lt=now - FAILED_JOBS_KEPT_FOR).delete()


def prune_attempts() -> None:
    """Delete counts of failed sign-in attempts."""
    AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - SIGN_IN_ATTEMPTS_KEPT_FOR).delete()
