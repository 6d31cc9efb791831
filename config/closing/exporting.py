"""Everything that an office has as one ZIP: a file of JSON lines for each table, and all files."""

import base64
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.storage import storages
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

from config.accounts.models import ApiToken, CodeApp, Passkey, Pro, RecoveryCode, Session
from config.files.storage import IDENTITY
from config.notifications.models import PushDevice
from config.web.secret_field import SecretField

from .owned import file_keys, holds_files, owned_models, rows_of

# They give access, and are of use here alone.
LEFT_OUT = {Session, CodeApp, Passkey, RecoveryCode, PushDevice}
SECRET_NAMES = {(ApiToken, "hash")}
SECRETS = {"password", "secret", "token"}
UNSAFE = re.compile(r"[^\w.\- ]+")
BATCH, CHUNK = 500, 1024 * 1024


def write_export(pro: Pro, path: Path) -> dict[str, int]:
    """Write the ZIP to a new file that its owner alone can read; returns the numbers of rows by table.

    Raises OSError, such as for a file that is there already. Nothing stays of one that was not finished.
    """
    counts: dict[str, int] = {}
    with path.open("xb") as target:
        path.chmod(0o600)
        try:
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
                _write_rows(archive, Pro, [pro])
                for model in reversed(owned_models()):
                    if model not in LEFT_OUT and (count := _write_table(archive, model, pro)):
                        counts[model._meta.label_lower] = count
        except BaseException:
            path.unlink()
            raise
    return counts


def _write_table(archive: zipfile.ZipFile, model: Any, pro: Pro) -> int:
    rows = rows_of(model, pro).order_by("pk")
    if not rows.exists():
        return 0
    count = _write_rows(archive, model, rows.iterator(BATCH))
    for row in rows.iterator(BATCH) if holds_files(model) else ():
        for key in file_keys(row):
            _write_file(archive, row, key)
    return count


def _write_rows(archive: zipfile.ZipFile, model: Any, rows: Any) -> int:
    count = 0
    with archive.open(f"data/{model._meta.label_lower}.jsonl", "w", force_zip64=True) as target:
        for row in rows:
            text = json.dumps(dict(_exported_values(row)), ensure_ascii=False, cls=_Encoder)
            target.write(text.encode("utf-8", "replace") + b"\n")
            count += 1
    return count


def _exported_values(row: Model) -> Iterator[tuple[str, Any]]:
    """The columns of a row without what gives access."""
    for field in row._meta.concrete_fields:
        is_secret = isinstance(field, SecretField) or field.name in SECRETS or (type(row), field.name) in SECRET_NAMES
        if not is_secret or field.is_relation:
            yield field.attname, getattr(row, field.attname)


class _Encoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        if isinstance(o, bytes | memoryview):
            try:
                return bytes(o).decode()
            except UnicodeDecodeError:
                return base64.b64encode(bytes(o)).decode()
        return str(o) if hasattr(o, "storage") else super().default(o)


def _write_file(archive: zipfile.ZipFile, row: Model, key: str) -> None:
    """Write a file as it is stored; one that is gone is left out."""
    storage = storages["default" if key.startswith(IDENTITY) else "attachments"]
    name = UNSAFE.sub("_", str(getattr(row, "filename", "")) or key)[-100:]
    prefix = "thumbnail-" if key == getattr(row, "thumbnail_key", None) else ""
    try:
        source = storage.open(key, "rb")
    except FileNotFoundError:
        return
    with source, archive.open(f"files/{row._meta.model_name}/{prefix}{row.pk}-{name}", "w", force_zip64=True) as target:
        for chunk in source.chunks(CHUNK):
            target.write(chunk)
