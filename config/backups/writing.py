"""Write an archive of one moment, while the installation goes on."""

import io
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec
from django.core.files.storage import storages
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from .contents import (
    End,
    Head,
    UploadedFile,
    applied_migrations,
    kept_models,
    mark_of_secret_key,
    read_rows,
    uploaded_files,
)

CHUNK = 1024 * 1024


class MissingFileError(Exception):
    """A file is not in its storage, though the row that names it is still there."""


def write_archive(target: IO[bytes], folder: Path) -> End:
    """Write everything as it is at this moment; `folder` has room for the largest table and file.

    The database must not be in a transaction. Files that are gone because their rows were deleted meanwhile are named
    in the answer. Raises MissingFileError for others, and as the storages and the database do.
    """
    end = End(rows={}, files=0, missing=[])
    missing: list[tuple[type[Model], UploadedFile]] = []
    with tarfile.open(fileobj=target, mode="w:gz", compresslevel=6) as archive:
        with _snapshot():
            _add_entry(archive, "head.json", msgspec.json.encode(_make_head()))
            for model in kept_models():
                end.rows[model._meta.label] = _add_rows(archive, model, folder)
            for model in kept_models():
                for file in uploaded_files(model):
                    if _add_upload(archive, file, folder):
                        end.files += 1
                    else:
                        missing.append((model, file))
        for model, file in missing:
            if file in uploaded_files(model):
                raise MissingFileError(file.member)
            end.missing.append(file.member)
        _add_entry(archive, "end.json", msgspec.json.encode(end))
    return end


@contextmanager
def _snapshot() -> Iterator[None]:
    """A transaction that sees the database as it is at this moment, and that no writer waits for."""
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    # As the settings have it, it would begin as a writer's.
    wrapper: Any = connection
    mode, wrapper.transaction_mode = wrapper.transaction_mode, "DEFERRED"
    try:
        with transaction.atomic(durable=True):
            yield
    finally:
        wrapper.transaction_mode = mode


def _make_head() -> Head:
    return Head(
        created_at=timezone.now(),
        database=connection.vendor,
        migrations=applied_migrations(),
        secret_key=mark_of_secret_key(),
    )


def _add_rows(archive: tarfile.TarFile, model: type[Model], folder: Path) -> int:
    """Add the rows of a table; returns their number."""
    count = 0
    with tempfile.TemporaryFile(dir=folder) as rows:
        for values in read_rows(model):
            rows.write(msgspec.json.encode(values) + b"\n")
            count += 1
        _add_file(archive, f"rows/{model._meta.label}.jsonl", rows)
    return count


def _add_entry(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    _add_file(archive, name, io.BytesIO(content))


def _add_file(archive: tarfile.TarFile, name: str, file: IO[bytes]) -> None:
    """Add a file from its beginning to its end."""
    member = tarfile.TarInfo(name)
    member.size = file.seek(0, io.SEEK_END)
    member.mtime = int(timezone.now().timestamp())
    member.mode = 0o600
    file.seek(0)
    archive.addfile(member, file)


def _add_upload(archive: tarfile.TarFile, file: UploadedFile, folder: Path) -> bool:
    """Add an uploaded file; returns False when the storage has none of that name."""
    with tempfile.TemporaryFile(dir=folder) as copy:
        try:
            with storages[file.storage].open(file.name, "rb") as content:
                for chunk in content.chunks(CHUNK):
                    copy.write(chunk)
        except FileNotFoundError:
            return False
        _add_file(archive, file.member, copy)
    return True
