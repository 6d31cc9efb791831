"""Verify the seals of the history of all inquiries; export the seals of days, and compare them with exported ones."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser

from inquiries.history.chain import Flaw, head_fields, verify_chains, verify_heads
from inquiries.models import HistoryDeletion, HistoryErasure, HistoryHead, InquiryHistory


class ExportedHead(msgspec.Struct, forbid_unknown_fields=True):
    """A line of an export."""

    day: date
    last_id: int
    rows: int
    seal: str


class Command(BaseCommand):
    help = "Verify that no status change of an inquiry was changed, deleted or added behind the application."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--export", action="store_true", help="print the seals of days as JSON lines, and no more")
        parser.add_argument("--against", metavar="FILE", type=Path, help="compare with exported seals, too")

    def handle(self, *, export: bool, against: Path | None, **options: Any) -> None:
        if export:
            for head in HistoryHead.objects.exclude(seal=""):
                self.stdout.write(msgspec.json.encode(head_fields(head)).decode())
            return
        kept = list(_read_heads(against)) if against else []
        flaws = self._show([*verify_chains(), *verify_heads(kept)])
        count, heads = InquiryHistory.objects.count(), HistoryHead.objects.exclude(seal="").count() + len(kept)
        if flaws:
            raise CommandError(f"The history is not as it was written: {flaws} of its seals do not fit.")
        self.stdout.write(f"All seals fit: {count} status changes, {heads} seals of days.")
        if erased := HistoryErasure.objects.count():
            self.stdout.write(
                f"Words were erased {erased} times, and the inquiry sealed anew; its former seal is kept."
            )
        if gone := sum(len(marks) for marks in HistoryDeletion.objects.values_list("marks", flat=True)):
            self.stdout.write(f"{gone} status changes went with closed offices; their seals are kept.")

    def _show(self, flaws: list[Flaw]) -> int:
        for flaw in flaws:
            self.stderr.write(str(flaw))
        return len(flaws)


def _read_heads(path: Path) -> Iterator[HistoryHead]:
    """Read exported seals. Raises CommandError for what is no export."""
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        try:
            yield HistoryHead(**msgspec.structs.asdict(msgspec.json.decode(line, type=ExportedHead)))
        except msgspec.MsgspecError as error:
            raise CommandError(f"{path}, line {number}: {error}") from error
