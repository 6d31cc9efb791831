"""Write everything that an office has into a ZIP, such as before it is closed."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.accounts.models import Pro
from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.closing.exporting import write_export


class Command(BaseCommand):
    help = "Write all rows and files of one Pro into a ZIP, without passwords, tokens and secrets."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pro", type=int, help="the Pro's id, as the admin shows it")
        parser.add_argument("file", type=Path, help="a ZIP that is not there yet")

    def handle(self, *, pro: int, file: Path, **options: Any) -> None:
        try:
            office = Pro.objects.get(pk=pro)
        except (Pro.DoesNotExist, OverflowError) as error:
            raise CommandError(f"There is no Pro {pro}.") from error
        try:
            counts = write_export(office, file)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}") from error
        record_event(Kind.EXPORTED, office, pro=office, detail="office")
        self.stdout.write(f"{file}: {sum(counts.values())} rows of {len(counts)} tables.")
