from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from config.database import limit_waits
from config.jobs.worker import ResilientWorker, current_worker_id

LOCK_SECONDS, STATEMENT_SECONDS = 60, 600


class Command(BaseCommand):
    help = "Run the background worker, which sends mails and runs the other jobs of the task queue."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--interval", type=float, default=1.0, help="seconds between two checks of the queue (default: 1)"
        )
        parser.add_argument("--queue", action="append", help="take jobs from this queue alone; may be given twice")
        parser.add_argument("--except-queue", action="append", help="leave this queue to another worker")
        parser.add_argument("--batch", action="store_true", help="run the jobs in the queue and stop")

    def handle(self, *, interval: float, batch: bool, **options: Any) -> None:
        worker = ResilientWorker(
            queue_names=options["queue"] or ["*"],
            excluded_queue_names=options["except_queue"] or [],
            interval=interval,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=current_worker_id(),
        )
        if batch:
            worker.run_batch()
        else:
            limit_waits(settings.DATABASES, lock=LOCK_SECONDS, statement=STATEMENT_SECONDS)
            worker.configure_signals()
            worker.run()
