import time
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import OperationalError, connections

# Who comes behind a lock that is waited for waits as long; a request waits for five seconds before it gives up.
LOCK_SECONDS = 1
PAUSE_SECONDS = 4.0
# PostgreSQL's codes: a lock was not had in time; two waited for each other.
LOCKED = {"55P03", "40P01"}


class Command(migrate.Command):
    """Django's own, which on PostgreSQL waits for a lock only as long as running requests can wait behind it."""

    help = "Bring the database up to date, while the site may run: a lock that is not had at once is tried again."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--lock-minutes",
            type=float,
            default=60.0,
            help="how long to try again for what another transaction holds, such as a backup (default: 60)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        if connection.vendor != "postgresql":
            super().handle(*args, **options)
            return
        deadline = time.monotonic() + options["lock_minutes"] * 60
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{LOCK_SECONDS}s"])
        try:
            while not self._is_done(args, options, deadline):
                time.sleep(PAUSE_SECONDS)
        finally:
            if connection.is_usable():
                with connection.cursor() as cursor:
                    cursor.execute("RESET lock_timeout")

    def _is_done(self, args: tuple[Any, ...], options: dict[str, Any], deadline: float) -> bool:
        """Migrate as far as it goes; False where another transaction holds something. What was done stays done."""
        try:
            super().handle(*args, **options)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") not in LOCKED:
                raise
            reason = str(error).splitlines()[0]
            if time.monotonic() > deadline:
                raise CommandError(f"Another transaction holds what a migration needs ({reason}).") from error
            self.stderr.write(f"Another transaction holds what a migration needs ({reason}); trying again.")
            return False
        return True
