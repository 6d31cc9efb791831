"""Django's `flush`, with the triggers of the history dropped while it empties every table."""

from typing import Any

from django.core.management.commands import flush

from inquiries.history.db_constraints import released


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        # The transaction also blocks writes while the command waits for its confirmation.
        with released(options["database"]):
            super().handle(**options)
