from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...keeping import compare_counts, correct_counts, kept_counts


class Command(BaseCommand):
    help = "Compare the kept counts with the rows that they count, and correct those that differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="correct nothing; fail when one differs")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        differing = 0
        for model in kept_counts():
            groups = compare_counts(model) if check else correct_counts(model)
            differing += len(groups)
            self.stdout.write(f"{model.counted.table}: {len(groups)} {'differ' if check else 'corrected'}")
        if check and differing:
            raise CommandError(f"{differing} kept counts differ from their rows.")
