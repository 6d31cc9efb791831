"""Storage of uploaded files: STORAGES["attachments"], a folder or an S3 bucket, and another one of identity documents.

A storage has no transactions. A LooseFile row keeps file and database consistent: it exists while no row holds the
file. It is committed before the file is stored, and deleted in the transaction that creates the row. It is created
again in the transaction that deletes the row, and deleted once the file is. `sweep_loose_files` deletes what a crash
leaves.
"""

import errno
import logging
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages
from django.db import DatabaseError, InterfaceError, transaction

from config.saving import insert_many

from .keeping import describe_kept_file
from .models import LooseFile
from .scanning import ScannerUnavailableError, check_for_virus
from .validation import FileInfo, check_file

logger = logging.getLogger("vestibule.files")

SWEEP_BATCH = 100
# Beginning of the keys of identity documents, which are in STORAGES["default"].
IDENTITY = "identity/"


class StorageUnavailableError(Exception):
    """The storage does not answer, is full, or is not writable."""


class StorageFullError(StorageUnavailableError):
    """The storage has no room for the file."""


class NewFile:
    """A file in the storage under `key`, loose until it is claimed."""

    def __init__(self, key: str, info: FileInfo) -> None:
        self.key, self.info, self.is_claimed = key, info, False

    def claim(self, *others: "NewFile") -> None:
        """Note that rows hold the file and others; to be called in the transaction that creates the rows."""
        new_files = [self, *others]
        LooseFile.objects.claim(*[new_file.key for new_file in new_files])
        for new_file in new_files:
            new_file.is_claimed = True


def store_file(file: File, filename: str) -> AbstractContextManager[NewFile]:
    """Validate `file` and store it as `store_unchecked` does. Raises ValidationError like `check_file`."""
    info = check_file(file, filename)
    scan(file)
    return store_unchecked(file, info)


def store_kept_file(content: bytes, filename: str) -> AbstractContextManager[NewFile]:
    """Store a file of any kind as `store_unchecked` does. Raises ValidationError like `describe_kept_file`."""
    info = describe_kept_file(content, filename)
    scan(ContentFile(content))
    return store_unchecked(ContentFile(content), info)


def scan(file: File) -> None:
    """Have a validated file scanned for viruses, where there is a scanner. Reads it, and leaves it at its start.

    Not to be called in a transaction. Raises ValidationError for one with a virus, and StorageUnavailableError where it
    has to be scanned and is not.
    """
    if not settings.CLAMAV_ADDRESS:
        return
    file.seek(0)
    content = file.read()
    file.seek(0)
    try:
        check_for_virus(content)
    except ScannerUnavailableError as error:
        raise StorageUnavailableError("cannot scan the file") from error


@contextmanager
def store_unchecked(file: File, info: FileInfo, prefix: str = "") -> Iterator[NewFile]:
    """Store `file`, under a key that begins with `prefix`; it is deleted at the end of the block unless it is claimed.

    Not to be called in a transaction: that would hold its locks while the storage works. Raises
    StorageUnavailableError; nothing is stored then.
    """
    with store_several_unchecked([(file, info)], prefix) as [new_file]:
        yield new_file


@contextmanager
def store_several_unchecked(files: Sequence[tuple[File, FileInfo]], prefix: str = "") -> Iterator[list[NewFile]]:
    """Store files as `store_unchecked` does one; when one cannot be stored, none is."""
    new_files = [NewFile(f"{prefix}{uuid.uuid4().hex}", info) for _file, info in files]
    with transaction.atomic(durable=True):
        insert_many([LooseFile(key=new_file.key) for new_file in new_files])
    try:
        for new_file, (file, _info) in zip(new_files, files, strict=True):
            _save(new_file.key, file)
        yield new_files
    except BaseException:
        _delete_all(new_files)
        raise
    _delete_all([new_file for new_file in new_files if not new_file.is_claimed])


def _delete_all(new_files: Iterable[NewFile]) -> None:
    for new_file in new_files:
        delete_loose_file(new_file.key)


def open_file(key: str) -> File:
    """Open a stored file for reading. Raises FileNotFoundError and StorageUnavailableError."""
    try:
        file = _storage(key).open(key, "rb")
        # A bucket fetches the file at the first read: fail before the response has begun.
        file.read(1)
        file.seek(0)
    except FileNotFoundError:
        raise
    except Exception as error:
        raise _unavailable("open", key, error) from error
    return file


def sign_download(key: str, *, filename: str, content_type: str) -> str:
    """Address of a bucket at which the file can be downloaded for a minute, "" where it is served from here.

    Raises StorageUnavailableError.
    """
    storage: Any = _storage(key)
    if not settings.ATTACHMENT_SIGNED_DOWNLOADS or not hasattr(storage, "sign_download"):
        return ""
    try:
        return storage.sign_download(key, filename=filename, content_type=content_type)
    except Exception as error:
        raise _unavailable("sign", key, error) from error


def delete_file_on_commit(key: str) -> None:
    """Delete the file once the transaction that deletes its row has committed. The storage may be down then."""
    LooseFile.objects.create(key=key)
    transaction.on_commit(partial(delete_loose_file, key))


def delete_loose_file(key: str) -> None:
    """Delete the file and its LooseFile, unless a row holds it. Failures are left to `sweep_loose_files`."""
    try:
        # Without the database there is no telling whether a row holds the file.
        if LooseFile.objects.filter(key=key).exists():
            _delete(key)
            LooseFile.objects.filter(key=key).delete()
    except (StorageUnavailableError, DatabaseError, InterfaceError):
        logger.warning("the file %s is left to the sweep", key)


def sweep_loose_files() -> None:
    """Delete files that have been loose for an hour. One that cannot be deleted is retried an hour later."""
    for loose_file in LooseFile.objects.due()[:SWEEP_BATCH]:
        try:
            _delete(loose_file.key)
        except StorageUnavailableError:
            loose_file.postpone()
            return  # the others would wait for the same storage
        loose_file.delete()


def _storage(key: str) -> Storage:
    return storages["default" if key.startswith(IDENTITY) else "attachments"]


def _save(key: str, file: File) -> None:
    try:
        stored_key = _storage(key).save(key, file)
        if stored_key != key:
            raise FileExistsError(f"stored as {stored_key}")
    except Exception as error:
        raise _unavailable("save", key, error) from error


def _delete(key: str) -> None:
    try:
        _storage(key).delete(key)
    except Exception as error:
        raise _unavailable("delete", key, error) from error


def _unavailable(verb: str, key: str, error: Exception) -> StorageUnavailableError:
    # Every storage raises its own errors: an OSError, or one of its library's.
    logger.error("the storage of files cannot %s %s: %s: %s", verb, key, type(error).__name__, error)
    is_full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return (StorageFullError if is_full else StorageUnavailableError)(f"cannot {verb} the file")
