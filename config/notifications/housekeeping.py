"""Pushes and mails that are due and have no job are enqueued, those of a job that was given up too; old rows go."""

from datetime import timedelta

from django.utils import timezone

from config.jobs.backend import AT_ONCE
from config.jobs.worker import unfinished_jobs

from .mailing import mail_one, mail_together
from .models import Notification
from .pushing import push_due

# For so long a mail that is due may have been missed.
LATE = timedelta(minutes=2)
# For so long a mail is tried by one job after another, each of which tries for half a day.
TRIED_FOR = timedelta(days=3)
TASKS = (mail_one, mail_together)
KEPT_FOR = timedelta(days=30)
BATCH = 1000


def keep_notifications() -> None:
    """Do all of it; housekeeping calls it once a minute."""
    free_notifications()
    wake_notifications()
    prune_notifications()


def free_notifications() -> None:
    """Let what a job took that is gone, or was given up, wait for another one; what was tried for long is refused."""
    claimed = Notification.objects.filter(state=Notification.State.CLAIMED)
    if not (jobs := set(claimed.values_list("claimed_by", flat=True).distinct()[:BATCH])):
        return
    gone = jobs - {job.pk for task in TASKS for job in unfinished_jobs(task.module_path)}
    rows = claimed.filter(claimed_by__in=gone)
    rows.filter(created_at__lt=timezone.now() - TRIED_FOR).end(Notification.State.REFUSED)
    rows.update(state=Notification.State.WAITING, claimed_by=None)


def wake_notifications() -> None:
    """Enqueue pushes and mails that are due and have no job."""
    now = timezone.now()
    for user_id in set(Notification.objects.to_push(now - LATE).values_list("user", flat=True)[:BATCH]):
        push_due.enqueue(user_id)
    late = Notification.objects.due(now - LATE).order_by("due_at")[:BATCH]
    if not (rows := list(late.values_list("pk", "user", "is_together"))):
        return
    jobs = [job for each in TASKS for job in unfinished_jobs(each.module_path)]
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
