"""Pushes and mails that are due and have no job are enqueued; old rows go."""

from datetime import timedelta

from django.utils import timezone

from config.jobs.backend import AT_ONCE
from config.jobs.worker import unfinished_jobs

from .mailing import mail_one, mail_together
from .models import Notification
from .pushing import push_due

# For so long a mail that is due may have been missed.
LATE = timedelta(minutes=2)
KEPT_FOR = timedelta(days=30)
BATCH = 1000


def keep_notifications() -> None:
    """Do both; housekeeping calls it once a minute."""
    wake_notifications()
    prune_notifications()


def wake_notifications() -> None:
    """Enqueue pushes and mails that are due and have no job."""
    now = timezone.now()
    for user_id in set(Notification.objects.to_push(now - LATE).values_list("user", flat=True)[:BATCH]):
        push_due.enqueue(user_id)
    late = Notification.objects.due(now - LATE).order_by("due_at")[:BATCH]
    if not (rows := list(late.values_list("pk", "user", "is_together"))):
        return
    tasks = (mail_one, mail_together)
    jobs = [job for each in tasks for job in unfinished_jobs(each.module_path)]
    # The job of a user's next digest is none of what the last one missed.
    known = {job.args_kwargs["args"][0] for job in jobs if not now + LATE < job.run_after < AT_ONCE}
    for user_id in {user for _id, user, is_together in rows if is_together} - known:
        mail_together.enqueue(user_id)
    for id in {str(id) for id, _user, is_together in rows if not is_together} - known:
        mail_one.enqueue(id)


def prune_notifications() -> None:
    """Delete what was over a month ago, and pushes without a mail that nobody has seen since."""
    before = timezone.now() - KEPT_FOR
    Notification.objects.waiting().filter(due_at=None, created_at__lt=before).end(Notification.State.OVER)
    old = Notification.objects.filter(ended_at__lt=before).order_by("ended_at")
    Notification.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:BATCH])).delete()
