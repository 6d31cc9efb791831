from django.core.management.base import BaseCommand, CommandParser

from config.jobs.worker import SteadyWorker, own_id


class Command(BaseCommand):
    help = "Run the background worker: mails and whatever else waits in the task queue."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--interval", type=float, default=1.0, help="seconds between two looks (default: 1)")
        parser.add_argument("--batch", action="store_true", help="work the queue empty and stop")

    def handle(self, *, interval: float, batch: bool, **options: object) -> None:
        worker = SteadyWorker(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=interval,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=own_id(),
        )
        if batch:
            worker.run_batch()
        else:
            worker.configure_signals()
            worker.run()
