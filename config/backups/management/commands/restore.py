"""Restore a backup into a new database, of the same kind or another."""

import tempfile
from argparse import FileType
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import import_string

from ...encryption import SUFFIX, UnusableKeyError, decrypt
from ...places import PlaceError, open_archive
from ...restoring import RestoreError, has_other_secret_key, restore_archive


class Command(BaseCommand):
    help = "Store all rows and files of a backup in a database that has only just been migrated."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("archive", help="a file, or s3://bucket/folder/name")
        parser.add_argument(
            "--identity", type=Path, metavar="FILE", help="the secret key of age, as age-keygen writes it"
        )
        parser.add_argument(
            "--erasures",
            type=FileType(),
            metavar="FILE",
            help="a list of erasures, as `manage.py erasures` prints it, beside the one in the storage of files",
        )

    def handle(self, *, archive: str, identity: Path | None, erasures: IO[str] | None, **options: Any) -> None:
        try:
            with _opened(archive, identity) as source:
                head, end, flaws = restore_archive(source, settings.RESTORE_CHECKS)
        except (PlaceError, UnusableKeyError, RestoreError) as error:
            raise CommandError(f"Nothing is restored: {error}.") from error
        self.stdout.write(
            f"{sum(end.rows.values())} rows and {end.files} files of {head.created_at:%Y-%m-%d %H:%M} UTC"
        )
        for flaw in flaws:
            self.stderr.write(f"As it was in the backup: {flaw}")
        lines = list(erasures or ())
        for path in settings.RESTORE_LAST:
            try:
                if done := import_string(path)(lines):
                    self.stdout.write(done)
            except Exception as error:
                raise CommandError(
                    f"Everything is restored, but not what was erased since is erased again: {error}. "
                    "Do not open it to anybody before `manage.py erase_again` has worked."
                ) from error
        if has_other_secret_key(head):
            self.stderr.write(
                "SECRET_KEY is not that of the backup: put the former one into SECRET_KEY_FALLBACKS, or enter the "
                "tokens of channels and the passwords of mailboxes again."
            )


@contextmanager
def _opened(archive: str, identity: Path | None) -> Iterator[IO[bytes]]:
    """Open an archive, decrypted."""
    with open_archive(archive) as source:
        if not archive.endswith(SUFFIX):
            yield source
            return
        if identity is None:
            raise UnusableKeyError("it is encrypted, so --identity has to name the file of its secret key")
        with tempfile.TemporaryFile(dir=settings.VAR_DIR) as plain:
            decrypt(source, plain, identity)
            plain.seek(0)
            yield plain
