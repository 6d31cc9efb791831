"""Count the reports' days of all offices anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.accounts.models import Pro
from contacts.reports.rollup import rebuild_reports
from contacts.waiting.first_responses import fill_abouts


class Command(BaseCommand):
    help = "Find what waiting items are about where that is not stored, and count the days of the reports anew."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pro", type=int, metavar="ID", help="of one office alone")

    def handle(self, *, pro: int | None, **options: Any) -> None:
        pros = Pro.objects.order_by("pk")
        if pro is not None and not (pros := pros.filter(pk=pro)):
            raise CommandError(f"There is no Pro {pro}.")
        for each in pros:
            fill_abouts(each)
            self.stdout.write(f"{each.pk} {each}: {rebuild_reports(each)}")
