"""Restore an archive into a database that has only just been migrated; the same or another kind of database."""

import json
import tarfile
from collections.abc import Iterable, Iterator
from itertools import batched
from typing import IO

import msgspec
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import File
from django.core.files.storage import storages
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model
from django.tasks import TaskResultStatus
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from config.counts.keeping import compare_counts, kept_counts

from .contents import (
    FORMAT,
    End,
    Head,
    applied_migrations,
    kept_fields,
    kept_models,
    mark_of_secret_key,
    stored_values,
)

# Rows of these say that the database is in use.
IN_USE = ("accounts.Pro", "accounts.User", "audit.AuditEvent")
BATCH = 500


class RestoreError(Exception):
    """The archive cannot be restored here; the text is the reason, for whoever gave the command."""


def restore_archive(source: IO[bytes], checks: Iterable[str] = ()) -> tuple[Head, End, list[str]]:
    """Store every row and file of an archive, in one transaction; `checks` are dotted paths of what is called last.

    What these return are flaws that the archive had already, the last part of the answer.

    Files are stored before the rows are committed; a second try finds them and goes on. Raises RestoreError, and as the
    storages and the database do; no row is stored then.
    """
    with transaction.atomic(durable=True):
        try:
            with tarfile.open(fileobj=source, mode="r|gz") as archive:
                head, end = _restore_members(archive)
        except (tarfile.TarError, EOFError, OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise RestoreError(f"the archive cannot be read: {error}") from error
        _reset_sequences()
        _requeue_jobs()
        connection.check_constraints()
        _check_counts(end)
        flaws = [flaw for check in checks for flaw in import_string(check)()]
    ContentType.objects.clear_cache()
    return head, end, flaws


def has_other_secret_key(head: Head) -> bool:
    """True where secrets of the archive will not open with this SECRET_KEY."""
    return head.secret_key != mark_of_secret_key()


def _restore_members(archive: tarfile.TarFile) -> tuple[Head, End]:
    head: Head | None = None
    models = {f"rows/{model._meta.label}.jsonl": model for model in kept_models()}
    files = 0
    for member in archive:
        content = archive.extractfile(member)
        if content is None:
            raise RestoreError(f"{member.name} is no file")
        if head is None:
            head = _read_head(member.name, content.read())
            _empty_tables()
        elif member.name in models:
            _store_rows(models[member.name], content)
        elif member.name.startswith("files/"):
            _store_file(member.name, content)
            files += 1
        elif member.name == "end.json":
            end = msgspec.json.decode(content.read(), type=End)
            if files != end.files:
                raise RestoreError(f"it has {files} files, not {end.files}")
            return head, end
        else:
            raise RestoreError(f"it has rows of something unknown here: {member.name}")
    raise RestoreError("the archive is not whole: its end is missing")


def _read_head(name: str, content: bytes) -> Head:
    """Read the beginning. Raises RestoreError where it does not fit this release and database."""
    if name != "head.json":
        raise RestoreError("this is no backup of Vestibule")
    head = msgspec.json.decode(content, type=Head)
    if head.format != FORMAT:
        raise RestoreError(f"it has the format {head.format}, and this release reads {FORMAT}")
    here, there = set(applied_migrations()), set(head.migrations)
    if here != there:
        example = ".".join(sorted(here ^ there)[0])
        raise RestoreError(
            f"it was made by another release (they differ by the migration {example}): restore it with that release, "
            "and upgrade afterwards"
        )
    return head


def _empty_tables() -> None:
    """Delete what the migrations stored. Raises RestoreError for a database that is in use."""
    if any(apps.get_model(label)._base_manager.exists() for label in IN_USE):
        raise RestoreError("the database is in use; restore into a new one, after `manage.py migrate`")
    with connection.cursor() as cursor:
        for model in reversed(kept_models()):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608


def _store_rows(model: type[Model], content: IO[bytes]) -> None:
    quote, fields = connection.ops.quote_name, kept_fields(model)
    columns, marks = ", ".join(quote(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608
    with connection.cursor() as cursor:
        for lines in batched(content, BATCH):
            rows = [stored_values(model, json.loads(line)) for line in lines]
            cursor.executemany(sql, rows)


def _store_file(name: str, content: IO[bytes]) -> None:
    _files, alias, path = name.split("/", 2)
    storage = storages[alias]
    try:
        if storage.exists(path):
            # Of an earlier try.
            storage.delete(path)
        stored = storage.save(path, File(content, name=path))
    except OSError as error:
        raise RestoreError(f"the file {path} cannot be stored: {error}") from error
    if stored != path:
        raise RestoreError(f"the file {path} was stored as {stored}")


def _reset_sequences() -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), kept_models()):
            cursor.execute(statement)


def _requeue_jobs() -> None:
    """Put jobs that ran when the backup was made back into the queue: no worker of this database holds them."""
    DBTaskResult.objects.running().update(status=TaskResultStatus.READY)


def _check_counts(end: End) -> None:
    """Compare the number of rows of each table, and the counts that triggers kept. Raises RestoreError."""
    differing = list(_differing_tables(end))
    differing += [model._meta.label for model in kept_counts() if compare_counts(model)]
    if differing:
        raise RestoreError(f"not every row has arrived, or more than these: {', '.join(differing)}")


def _differing_tables(end: End) -> Iterator[str]:
    models = {model._meta.label: model for model in kept_models()}
    for label in sorted({*models, *end.rows}):
        if label not in models or models[label]._base_manager.count() != end.rows.get(label):
            yield label
