"""Erase again what a restored backup has brought back, where `manage.py restore` could not."""

from argparse import FileType
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contacts.privacy.again import erase_again


class Command(BaseCommand):
    help = "Erase everybody who stands on the list of erasures and is in the database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--erasures", type=FileType(), metavar="FILE", help="a list, beside the one in the storage")

    def handle(self, *, erasures: IO[str] | None, **options: Any) -> None:
        try:
            self.stdout.write(erase_again(list(erasures or ())) or "The list of erasures is empty.")
        except ValueError as error:
            raise CommandError(str(error)) from error
