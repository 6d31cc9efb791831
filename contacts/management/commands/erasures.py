"""Print the list of erasures, to be kept elsewhere and handed to `manage.py restore --erasures`."""

from typing import Any

import msgspec
from django.core.management.base import BaseCommand

from contacts.privacy.erased_list import read_list


class Command(BaseCommand):
    help = "Print the erasures that were done, as JSON lines with ids alone."

    def handle(self, **options: Any) -> None:
        for entry in read_list():
            self.stdout.write(msgspec.json.encode(entry).decode())
