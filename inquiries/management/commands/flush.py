"""Django's `flush`, which empties every table: the one place where the history gives way too."""

from typing import Any

from django.core.management.commands import flush

from inquiries.history.db_constraints import released


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        # Nobody can write to the history while the question is being answered.
        with released(options["database"]):
            super().handle(**options)
