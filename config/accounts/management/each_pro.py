"""Commands that do something for every Pro, or for one."""

from abc import abstractmethod
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ..models import Pro


class EachProCommand(BaseCommand):
    """Runs `work` for every Pro, or that of `--pro`, and prints what it returns."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pro", type=int, metavar="ID", help="of one office alone")

    def handle(self, *, pro: int | None, **options: Any) -> None:
        pros = Pro.objects.order_by("pk")
        if pro is not None and not (pros := pros.filter(pk=pro)):
            raise CommandError(f"There is no Pro {pro}.")
        for each in pros:
            self.stdout.write(f"{each.pk} {each}: {self.work(each)}")

    @abstractmethod
    def work(self, pro: Pro) -> object:
        """Do it for one Pro; returns what is printed beside its name."""
