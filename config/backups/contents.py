"""Tables and files that belong into a backup, and the form of their rows in it."""

import hmac
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import F, FileField, GeneratedField, JSONField, Model, TextField
from django.db.models.functions import Cast

from config.counts.models import KeptCount
from config.files.models import LooseFile
from config.files.stored_file import StoredFile
from config.jobs.models import WorkerLease
from config.web.models import MetricCount, RateCount
from config.web.secret_field import SecretField

FORMAT = 1
ROWS_AT_ONCE = 1000
# Kept by triggers while rows are stored; of the last minutes; of files without a row; and everybody signs in anew.
LEFT_OUT = (KeptCount, RateCount, MetricCount, LooseFile, WorkerLease, AbstractBaseSession)


class Head(msgspec.Struct, kw_only=True):
    """The beginning of an archive. `secret_key` shows whether another installation has the same SECRET_KEY."""

    format: int = FORMAT
    created_at: datetime
    database: str
    migrations: list[tuple[str, str]]
    secret_key: str


class End(msgspec.Struct, kw_only=True):
    """The end of an archive: the number of rows by table, of files, and the names of files that were not there."""

    rows: dict[str, int]
    files: int
    missing: list[str]


class UploadedFile(msgspec.Struct, frozen=True):
    """A file that a row names, in one of STORAGES."""

    storage: str
    name: str

    @property
    def member(self) -> str:
        return f"files/{self.storage}/{self.name}"


def mark_of_secret_key() -> str:
    """A text that is the same for the same SECRET_KEY, and does not tell it."""
    return hmac.digest(settings.SECRET_KEY.encode(), b"vestibule backup", "sha256").hex()


def applied_migrations() -> list[tuple[str, str]]:
    """The migrations of the database, sorted: not the squashed, of which a database need not know that it has them."""
    squashed = MigrationLoader(None).replacements.keys()
    return sorted(MigrationRecorder(connection).applied_migrations().keys() - squashed)


def kept_models() -> list[type[Model]]:
    """The models whose rows are kept, each after those that it refers to, as far as there is such an order."""
    chosen = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and not issubclass(model, LEFT_OUT)
    ]
    ordered: dict[type[Model], None] = {}

    def add(model: type[Model], above: frozenset[type[Model]]) -> None:
        if model in ordered or model in above:
            return
        for field in model._meta.concrete_fields:
            if field.related_model in chosen:
                add(field.related_model, above | {model})
        ordered[model] = None

    for model in chosen:
        add(model, frozenset())
    return list(ordered)


def kept_fields(model: type[Model]) -> list[Any]:
    """The columns of a model that the database does not make itself."""
    return [field for field in model._meta.concrete_fields if not isinstance(field, GeneratedField)]


def read_rows(model: type[Model]) -> Iterator[list[Any]]:
    """The rows of a table by their keys: the values of `kept_fields`, secrets as they are stored."""
    # As text, a secret is not decrypted on its way.
    columns = [
        Cast(F(field.attname), TextField()) if isinstance(field, SecretField) else F(field.attname)
        for field in kept_fields(model)
    ]
    rows = model._base_manager.order_by("pk").values_list("pk", *columns)
    last: dict[str, Any] = {}
    while page := list(rows.filter(**last)[:ROWS_AT_ONCE]):
        for _key, *values in page:
            yield [bytes(value) if isinstance(value, memoryview) else value for value in values]
        last = {"pk__gt": page[-1][0]}


def stored_values(model: type[Model], values: list[Any]) -> list[Any]:
    """The values of a row of an archive, as the database's driver takes them."""
    return [_stored_value(field, value) for field, value in zip(kept_fields(model), values, strict=True)]


def _stored_value(field: Any, value: Any) -> Any:
    if value is None or isinstance(field, SecretField):
        return value
    # What a column refers to gives its form.
    field = getattr(field, "target_field", field)
    return field.get_db_prep_save(value if isinstance(field, JSONField) else field.to_python(value), connection)


def uploaded_files(model: type[Model]) -> Iterator[UploadedFile]:
    """The files that the rows of a table name."""
    columns = [(field.attname, "default") for field in model._meta.concrete_fields if isinstance(field, FileField)]
    if issubclass(model, StoredFile):
        columns.append(("key", "attachments"))
    for column, storage in columns:
        names = model._base_manager.order_by("pk").values_list(column, flat=True)
        for name in names.iterator(ROWS_AT_ONCE):
            if name:
                yield UploadedFile(storage, name)
