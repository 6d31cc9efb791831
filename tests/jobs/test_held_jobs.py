"""Jobs that this worker runs, beside its search for those that nobody runs any more."""

from datetime import timedelta

from django.tasks import TaskResultStatus

from config.jobs.worker import requeue_jobs

from .rows import OURS, job, lease, status


def test_a_job_that_a_thread_takes_meanwhile_is_not_requeued(db):
    ours = lease(OURS, timedelta())
    taken = []

    def find_held():
        """Those of before: the job is taken by another thread right after."""
        taken.append(job(worker=ours, ago=timedelta()))
        return []

    assert (requeue_jobs(ours, find_held), status(taken[0])) == (0, TaskResultStatus.RUNNING)
    assert (requeue_jobs(ours), status(taken[0])) == (1, TaskResultStatus.READY)
