"""From what came over the wire to a checked Struct."""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

import msgspec
from django.http import HttpRequest, UnreadablePostError

from .errors import FieldError, Problem, invalid

MAX_BODY = 1024 * 1024  # bytes
# A body of a mebibyte has room for a hundred thousand unknown fields; nobody reads more than a few.
MAX_UNKNOWN = 20
# What a query parameter may say beside text. msgspec's lenient mode would also read "1e1", "20.0" and "null".
PLAIN = re.compile(r"-?[0-9]+|true|false")


def check_length(request: HttpRequest) -> None:
    """Raises Problem (413) for a body that is larger than JSON may be, before anybody reads it."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > MAX_BODY:
        raise Problem("too_large", f"The body is larger than {MAX_BODY} bytes.")


def read_body[S: msgspec.Struct](request: HttpRequest, kind: type[S]) -> S:
    """The JSON body as `kind`. Raises Problem: 415, unreadable, or invalid with every field at fault."""
    try:
        if request.content_type != "application/json":
            raise Problem("unsupported_media_type", "Send the body as application/json.")
        text = request.body.decode("utf-8")
        data = json.loads(text, object_pairs_hook=_object, parse_float=_number, parse_constant=_no_constant)
    except (ValueError, RecursionError, UnreadablePostError) as error:
        raise Problem("unreadable", "The body is not readable as a JSON object in UTF-8.") from error
    if not isinstance(data, dict):
        raise Problem("unreadable", "The body must be a JSON object.")
    return read_fields(data, kind, strict=True)


def read_query[S: msgspec.Struct](request: HttpRequest, kind: type[S]) -> S:
    """The query parameters as `kind`; unknown ones are ignored."""
    # Django would decode the query in whatever charset the Content-Type names.
    request.encoding = "utf-8"
    return read_fields(request.GET.dict(), kind, strict=False)


def read_fields[S: msgspec.Struct](data: Mapping[str, Any], kind: type[S], *, strict: bool) -> S:
    """`data` as `kind`; all fields at fault are named at once (a Struct alone would stop at the first)."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    unknown = [name for name in data if strict and name not in fields]
    # A Struct may know better why it does not take a field that callers are likely to send.
    reasons: Mapping[str, str] = getattr(kind, "refused", {})
    faults = [
        FieldError(_printable(name), reasons.get(name, "This field is not known here."))
        for name in unknown[:MAX_UNKNOWN]
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
            values[field.name] = _convert(data[name], field.type, strict=strict)
        except (msgspec.ValidationError, OverflowError) as error:
            faults.append(FieldError(name, _message(error, field.type)))
    # What one field alone does not tell, a Struct says in `faults_together`.
    if together := getattr(kind, "faults_together", None):
        faults += together(data)
    if faults:
        raise invalid(*faults)
    return kind(**values)


def _convert(value: Any, kind: Any, *, strict: bool) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        if strict or not PLAIN.fullmatch(value):
            raise
        return msgspec.convert(value, kind, strict=False)


def _message(error: Exception, kind: Any) -> str:
    text = str(error).replace("`", "")
    if not text.startswith("Invalid enum value"):
        return text
    # msgspec repeats the wrong value; what helps is the right ones.
    schema = msgspec.json.schema(kind)
    options = [option["enum"] for option in (schema, *schema.get("anyOf", [])) if "enum" in option]
    return f"Choose one of: {', '.join(map(str, options[0]))}." if options else text


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _number(text: str) -> float:
    """JSON has one kind of number: 5.0 is the integer 5; 4.9… with more digits than a float has is not."""
    value = float(text)
    try:
        return int(value) if abs(value) < 2**63 and Decimal(text) == int(value) else value
    except InvalidOperation:  # An exponent of twenty digits.
        return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _texts(value: Any) -> Iterator[str]:
    # With a stack of its own: JSON may be nested deeper than Python calls.
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text:
                yield text
            case list() as items:
                waiting.extend(items)
            case dict() as members:
                waiting.extend([*members.keys(), *members.values()])


def _is_unstorable(text: str) -> bool:
    return "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text)


def _printable(name: str) -> str:
    return name[:100].encode("utf-8", "replace").decode()
