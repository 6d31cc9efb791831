"""Where files from outside are kept: STORAGES["attachments"], a folder or an S3 bucket.

A storage knows no transactions. So that the row that holds a file and the file itself live and die together, a
LooseFile stands for the file while no row holds it: it is committed before the file is stored, and goes in the
transaction that makes the row; it comes back in the transaction that takes the row away, and goes when the file is
gone. What a crash leaves loose is taken away by `sweep_loose_files`.
"""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.db import DatabaseError, InterfaceError, transaction

from .kinds import FileFacts, check_file
from .models import LooseFile

logger = logging.getLogger("vestibule.files")

SWEPT_AT_ONCE = 100


class StorageUnavailable(Exception):
    """The storage does not answer, is full, or may not be written to."""


class KeptFile:
    """A file in the storage under `key`, loose until `take` is called."""

    def __init__(self, key: str, facts: FileFacts) -> None:
        self.key, self.facts, self.is_taken = key, facts, False

    def take(self) -> None:
        """Say that a row holds it from now on; call it in the transaction that makes the row."""
        LooseFile.objects.take(self.key)
        self.is_taken = True


@contextmanager
def keep(file: File, name: str) -> Iterator[KeptFile]:
    """Check `file` and store it. Unless the block takes it, it is gone again at its end.

    Not to be called in a transaction, which would have to wait for the storage, and other writers for it. Raises
    ValidationError as `check_file` does, and StorageUnavailable; then nothing is stored.
    """
    kept = KeptFile(uuid.uuid4().hex, check_file(file, name))
    with transaction.atomic(durable=True):
        LooseFile.objects.create(key=kept.key)
    try:
        _save(kept.key, file)
        yield kept
    except BaseException:
        discard(kept.key)
        raise
    if not kept.is_taken:
        discard(kept.key)


def open_file(key: str) -> File:
    """The stored file, ready to be read. Raises FileNotFoundError, and StorageUnavailable."""
    try:
        file = _storage().open(key, "rb")
        # A bucket's file is fetched when it is first read: before the answer has begun.
        file.read(1)
        file.seek(0)
    except FileNotFoundError:
        raise
    except Exception as error:
        raise _unavailable("open", key, error) from error
    return file


def release(key: str) -> None:
    """Take away the file when the present transaction stands, in which its row goes. The storage may be down then."""
    LooseFile.objects.create(key=key)
    transaction.on_commit(partial(discard, key))


def discard(key: str) -> None:
    """Take away the file and its LooseFile; does nothing when a row holds it. What fails is left to the sweeper."""
    try:
        # While the database is gone nobody knows whether a row holds it.
        if LooseFile.objects.filter(key=key).exists():
            _delete(key)
            LooseFile.objects.filter(key=key).delete()
    except (StorageUnavailable, DatabaseError, InterfaceError):
        logger.warning("the file %s is left to the sweeper", key)


def sweep_loose_files() -> None:
    """Take away the files that have been loose for an hour. One that cannot be deleted is tried again an hour later."""
    for loose in LooseFile.objects.due()[:SWEPT_AT_ONCE]:
        try:
            _delete(loose.key)
        except StorageUnavailable:
            loose.postpone()
            return  # the others would wait for the same storage
        loose.delete()


def _storage() -> Storage:
    return storages["attachments"]


def _save(key: str, file: File) -> None:
    try:
        stored = _storage().save(key, file)
        if stored != key:
            raise FileExistsError(f"stored as {stored}")
    except Exception as error:
        raise _unavailable("save", key, error) from error


def _delete(key: str) -> None:
    try:
        _storage().delete(key)
    except Exception as error:
        raise _unavailable("delete", key, error) from error


def _unavailable(verb: str, key: str, error: Exception) -> StorageUnavailable:
    # Every storage has errors of its own: an OSError, or one of its library's.
    logger.error("the storage of attachments cannot %s %s: %s: %s", verb, key, type(error).__name__, error)
    return StorageUnavailable(f"cannot {verb} the file")
