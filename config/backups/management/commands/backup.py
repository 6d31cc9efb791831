"""Back up all rows and files into a folder or a bucket, while the installation goes on."""

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ...encryption import UnusableKeyError, encrypt, read_recipients
from ...places import Place, PlaceError, find_place, make_name, superfluous
from ...writing import MissingFileError, write_archive

PREFIX = "backup-"
LEFT_AFTER = 24 * 3600  # seconds


class Command(BaseCommand):
    help = "Write everything the installation knows, as it is at this moment, into one archive."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("place", help="a folder, or s3://bucket/folder")
        parser.add_argument(
            "--recipient",
            action="append",
            metavar="age1…",
            help="encrypt for this public key of age; may be given several times (BACKUP_RECIPIENTS by default)",
        )
        parser.add_argument(
            "--thin", action="store_true", help="then delete older archives but those of 7 days, 5 weeks and 12 months"
        )

    def handle(self, *, place: str, recipient: list[str] | None, thin: bool, **options: Any) -> None:
        try:
            recipients = read_recipients(recipient or settings.BACKUP_RECIPIENTS)
            target = find_place(place)
            moment = timezone.now()
            name = make_name(moment, is_encrypted=bool(recipients))
            _delete_leftovers()
            with tempfile.TemporaryDirectory(prefix=PREFIX, dir=settings.VAR_DIR) as folder:
                path = Path(folder) / "archive"
                with path.open("wb") as file:
                    end = write_archive(file, Path(folder))
                if recipients:
                    encrypted = path.with_name(name)
                    encrypt(path, encrypted, recipients)
                    path = encrypted
                target.put(path, name)
            self.stdout.write(f"{name}: {sum(end.rows.values())} rows, {end.files} files")
            if end.missing:
                self.stdout.write(f"{len(end.missing)} files were deleted while the backup was written")
            if thin:
                self._thin(target)
        except (PlaceError, UnusableKeyError) as error:
            raise CommandError(f"No backup: {error}.") from error
        except MissingFileError as error:
            raise CommandError(f"No backup: {error} is missing in the storage, though a row names it.") from error

    def _thin(self, place: Place) -> None:
        for name in superfluous(place.names(), timezone.now()):
            place.delete(name)
            self.stdout.write(f"{name}: deleted")


def _delete_leftovers() -> None:
    """Delete what a backup that was killed has left: it may be large, and holds everything."""
    for folder in settings.VAR_DIR.glob(f"{PREFIX}*"):
        if folder.is_dir() and folder.stat().st_mtime < time.time() - LEFT_AFTER:
            shutil.rmtree(folder, ignore_errors=True)
