"""The files of an export: `data/<part>.json`, `pages/<part>.html`, `files/<part>/…` and `index.html`."""

import base64
import json
import math
import re
import zipfile
import zoneinfo
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import batched
from typing import Any
from uuid import UUID

from django.db.models import BinaryField, JSONField, Model
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import localize

from config.files.stored_file import StoredFile

from .book_parts import BOOK_PARTS
from .parts import Part, Rows, all_parts
from .person import Person

# Where a row or file is stored, and what is made of other fields.
DERIVED = {"pro_id", "search_text", "key", "thumbnail_key", "thumbnail_width", "thumbnail_height", "job_id"}
UNSAFE = re.compile(r"[^\w.\- ]+")
CHUNK = 1024 * 1024
MAX_NAME = 100
# Rows that are read in one go, and that stand on one page.
BATCH, ON_PAGE = 100, 500


def write_archive(archive: zipfile.ZipFile, person: Person, language: str) -> None:
    """Write everything about a person; pages are in `language`, their times in the Pro's time zone.

    Rows are read some at a time: those of years of messages have no room in memory at once.
    """
    parts = [part for part in (*BOOK_PARTS[::-1], *all_parts()) if part.is_exported]
    with translation.override(language), timezone.override(zoneinfo.ZoneInfo(person.pro.time_zone)):
        counts = [(part, _write_part(archive, part, part.exported_rows(person), language)) for part in parts]
        written = [(part, count) for part, count in counts if count]
        context = {"person": person, "parts": written, "language": language, "made_at": timezone.now()}
        archive.writestr("index.html", render_to_string("contacts/privacy/export_index.html", context))


def _write_part(archive: zipfile.ZipFile, part: Part, rows: Rows, language: str) -> int:
    """Write the files, data and pages of a part; returns the number of its rows."""
    if not (count := rows.count()):
        return 0
    files = dict(_write_files(archive, part, rows))
    _write_data(archive, part, rows, files)
    names = [_page_name(part, number) for number in range(math.ceil(count / ON_PAGE))]
    common = {"part": part, "language": language, "names": names}
    for number, page in enumerate(batched(rows.iterator(BATCH), ON_PAGE)):
        context = {**common, "name": _page_name(part, number), "rows": [_read_shown(row, files) for row in page]}
        text = render_to_string("contacts/privacy/export_part.html", context)
        archive.writestr(f"pages/{context['name']}", text)
    return count


def _page_name(part: Part, number: int) -> str:
    return f"{part.key}-{number + 1}.html" if number else f"{part.key}.html"


def _write_data(archive: zipfile.ZipFile, part: Part, rows: Rows, files: dict[Any, str]) -> None:
    with archive.open(f"data/{part.key}.json", "w", force_zip64=True) as target:
        before = "[\n"
        for row in rows.iterator(BATCH):
            data = {**_column_values(row), **({"file": files[row.pk]} if row.pk in files else {})}
            target.write((before + json.dumps(data, ensure_ascii=False, indent=1, default=_plain)).encode())
            before = ",\n"
        target.write(b"\n]\n" if before[0] == "," else b"[]\n")


def _column_values(row: Model) -> dict[str, Any]:
    """The columns of a row by their names, without what is derived from others."""
    fields = [field for field in row._meta.concrete_fields if field.attname not in DERIVED]
    return {field.attname: getattr(row, field.attname) for field in fields}


def _plain(value: Any) -> Any:
    """Values that JSON does not know."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return _text_of(bytes(value))
    return str(value)


def _text_of(content: bytes) -> str:
    """Text as it is, anything else in base64."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return base64.b64encode(content).decode()


def _read_shown(row: Model, files: dict[Any, str]) -> dict[str, Any]:
    """A row as its page shows it: title, and (label, text) of each field that holds something."""
    return {"title": str(row), "fields": list(_labelled(row)), "file": files.get(row.pk, "")}


def _labelled(row: Model) -> Iterator[tuple[str, str]]:
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if field.attname in DERIVED or value in (None, "", [], {}, b""):
            continue
        if field.choices:
            text = str(getattr(row, f"get_{field.name}_display")())
        elif isinstance(field, JSONField):
            text = json.dumps(value, ensure_ascii=False, indent=1, default=_plain)
        elif isinstance(field, BinaryField):
            text = _text_of(bytes(value))
        else:
            text = localize(timezone.localtime(value) if isinstance(value, datetime) else value)
        yield str(field.verbose_name), str(text)


def _write_files(archive: zipfile.ZipFile, part: Part, rows: Rows) -> Iterator[tuple[Any, str]]:
    """Write the files of rows; their keys with the names in the archive. A file that is gone is left out."""
    if not issubclass(rows.model, StoredFile):
        return
    for row in rows.iterator(BATCH):
        name = f"files/{part.key}/{row.pk}-{UNSAFE.sub('_', row.filename)[-MAX_NAME:]}"
        try:
            source = row.open()
        except FileNotFoundError:
            continue
        with source, archive.open(name, "w", force_zip64=True) as target:
            for chunk in source.chunks(CHUNK):
                target.write(chunk)
        yield row.pk, name
