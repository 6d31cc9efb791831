"""Django's `flush`, with the triggers of the history and the audit dropped while it empties every table."""

from typing import Any

from django.core.management.commands import flush

from config.audit import db_constraints as audit
from inquiries.history import db_constraints as history


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        # The transaction also blocks writes while the command waits for its confirmation.
        with history.released(options["database"]), audit.released(options["database"]):
            super().handle(**options)
