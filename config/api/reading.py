"""From what came over the wire to a checked Struct."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import msgspec
from django.http import HttpRequest, UnreadablePostError

from .errors import FieldError, Problem, invalid

MAX_BODY = 1024 * 1024  # bytes


def read_body[S: msgspec.Struct](request: HttpRequest, kind: type[S]) -> S:
    """The JSON body as `kind`. Raises Problem: 413, 415, unreadable, or invalid with every field at fault."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        raise Problem("too_large", f"The body is larger than {MAX_BODY} bytes.")
    if request.content_type != "application/json":
        raise Problem("unsupported_media_type", "Send the body as application/json.")
    try:
        data = json.loads(request.body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant)
    except (ValueError, RecursionError, UnreadablePostError) as error:
        raise Problem("unreadable", "The body is not readable as a JSON object in UTF-8.") from error
    if not isinstance(data, dict):
        raise Problem("unreadable", "The body must be a JSON object.")
    return read_fields(data, kind, strict=True)


def read_query[S: msgspec.Struct](request: HttpRequest, kind: type[S]) -> S:
    """The query parameters as `kind`; unknown ones are ignored."""
    return read_fields(request.GET.dict(), kind, strict=False)


def read_fields[S: msgspec.Struct](data: Mapping[str, Any], kind: type[S], *, strict: bool) -> S:
    """`data` as `kind`; all fields at fault are named at once (a Struct alone would stop at the first)."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    faults = [
        FieldError(_printable(name), "This field is not known here.") for name in data if strict and name not in fields
    ]
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name not in data:
            if field.required:
                faults.append(FieldError(name, "This field is required."))
            continue
        if any(_is_unstorable(text) for text in _texts(data[name])):
            faults.append(FieldError(name, "Text must not contain NUL or an unpaired surrogate."))
            continue
        try:
            values[field.name] = msgspec.convert(data[name], field.type, strict=strict)
        except (msgspec.ValidationError, OverflowError) as error:
            faults.append(FieldError(name, str(error).replace("`", "")))
    if faults:
        raise invalid(*faults)
    return kind(**values)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _texts(item)
        case dict():
            for key, item in value.items():
                yield key
                yield from _texts(item)


def _is_unstorable(text: str) -> bool:
    return "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text)


def _printable(name: str) -> str:
    return name[:100].encode("utf-8", "replace").decode()
