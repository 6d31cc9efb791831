"""Store the first responses of all offices anew, by their hours and targets of today."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.accounts.models import Pro
from contacts.waiting.first_responses import rebuild_responses


class Command(BaseCommand):
    help = "Store the first responses anew, by the office hours and targets of today."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pro", type=int, metavar="ID", help="of one office alone")

    def handle(self, *, pro: int | None, **options: Any) -> None:
        pros = Pro.objects.order_by("pk")
        if pro is not None and not (pros := pros.filter(pk=pro)):
            raise CommandError(f"There is no Pro {pro}.")
        for each in pros:
            self.stdout.write(f"{each.pk} {each}: {rebuild_responses(each)}")
