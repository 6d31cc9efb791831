"""Rows as one parameter, a JSON document that PostgreSQL reads as a table.

A statement with a place for each value of many rows is thousands of places long: its driver and PostgreSQL then take
longer to read the SQL than to store the rows. A statement with one place is short, whatever the number of rows.
"""

import json
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec
from django.db.models import FileField
from psycopg.types.json import Json, Jsonb

# What a document holds of a field of each kind, by the type of its column; a length is checked where it is stored.
_TYPES = {
    **dict.fromkeys(("CharField", "EmailField", "FileField", "SlugField", "TextField", "URLField"), "text"),
    **dict.fromkeys(("AutoField", "BigAutoField", "BigIntegerField", "IntegerField", "SmallIntegerField"), "bigint"),
    **dict.fromkeys(("PositiveBigIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField"), "bigint"),
    "BooleanField": "boolean",
    "DateField": "date",
    "DateTimeField": "timestamptz",
    "DecimalField": "numeric",
    "JSONField": "jsonb",
    "UUIDField": "uuid",
}
# Values that need no preparation. Times do: one without a zone is given one.
_PLAIN: dict[str, type] = {"text": str, "bigint": int, "boolean": bool, "uuid": uuid.UUID}
# What gives a column of rows, whose values are prepared for the connection.
type Reader = Callable[[Sequence[Any], Any], Iterable[Any]]


def record_types(fields: Iterable[Any]) -> list[str] | None:
    """Types of the columns of a document with these fields, None if it cannot hold one of them."""
    kinds = [_kind_of_field(field) for field in fields]
    return [_TYPES[kind] for kind in kinds] if all(kind in _TYPES for kind in kinds) else None


def _kind_of_field(field: Any) -> str:
    while field.is_relation:
        field = field.target_field
    return field.get_internal_type()


def document_readers(fields: Iterable[Any], *, is_new: bool) -> list[Reader]:
    """Columns of rows for a document; most values stand in it as they are."""
    return [_reader(field, is_new) for field in fields]


def _reader(field: Any, is_new: bool) -> Reader:
    prepare, kind = field.get_db_prep_save, _TYPES[_kind_of_field(field)]
    is_set_by_clock = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    if is_set_by_clock or isinstance(field, FileField) or not type(field).__module__.startswith("django.db.models."):
        return lambda rows, connection: [prepare(field.pre_save(row, is_new), connection) for row in rows]
    read = attrgetter(field.attname)
    if kind == "timestamptz":
        return lambda rows, connection: [
            value if _is_at_utc(value) else _at_utc(prepare(value, connection)) for value in map(read, rows)
        ]
    if kind == "jsonb":
        return lambda rows, connection: [
            value if _is_empty(value) else prepare(value, connection) for value in map(read, rows)
        ]
    plain = {_PLAIN[kind], type(None)} if kind in _PLAIN else set()

    def read_plain(rows: Iterable[Any], connection: Any) -> list[Any]:
        values = list(map(read, rows))
        # Texts of a class of their own, such as choices, stand in it as well.
        if all(each in plain or (kind == "text" and issubclass(each, str)) for each in {*map(type, values)}):
            return values
        return [value if type(value) in plain else prepare(value, connection) for value in values]

    return read_plain


def _is_empty(value: Any) -> bool:
    """True for what every encoder of JSON writes alike, and most fields hold."""
    return not value and type(value) in (dict, list)


def _is_at_utc(time: Any) -> bool:
    return time is None or (type(time) is datetime and time.tzinfo is UTC)


def _at_utc(time: datetime | None) -> datetime | None:
    """The time by UTC: JSON has no seconds of an offset, as those of a zone before it had whole minutes."""
    return time and time.astimezone(UTC)


def recordset_sql(types: Sequence[str]) -> str:
    """The table "v" with columns "c0", "c1" … of a document that `encode_records` makes."""
    columns = ", ".join(f"{name} {type_}" for name, type_ in zip(column_names(len(types)), types, strict=True))
    return f"json_to_recordset(%s::json) AS v({columns})"


def column_names(count: int) -> list[str]:
    return [f"c{at}" for at in range(count)]


def encode_records(columns: Sequence[Iterable[Any]]) -> str:
    """The document of columns of values as Django gives them to the driver of PostgreSQL."""
    return _ENCODER.encode(list(map(_record_class(len(columns)), *columns))).decode()


@cache
def _record_class(count: int) -> Any:
    """The class of a row. A value that is left out is NULL."""
    fields: Any = [(name, Any, None) for name in column_names(count)]
    return msgspec.defstruct("Record", fields, omit_defaults=True, gc=False)


def _convert(value: Any) -> Any:
    if isinstance(value, Json | Jsonb):
        dumps = value.dumps or json.dumps
        text = dumps(value.obj)
        return msgspec.Raw(text if isinstance(text, bytes) else text.encode())
    # Of a class of its own, such as a text that is safe in HTML, or a number that names its column's width.
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    raise TypeError(f"{type(value).__name__} cannot stand in a document")


_ENCODER = msgspec.json.Encoder(enc_hook=_convert)
