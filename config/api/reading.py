"""JSON bodies and query parameters, read into checked Structs."""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

import msgspec
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, UnreadablePostError

from .errors import Detail, Problem, invalid

MAX_BODY = 1024 * 1024  # bytes
# A body of a mebibyte has room for a hundred thousand unknown fields; nobody reads more than a few.
MAX_UNKNOWN = 20
# What a query parameter may say beside text. msgspec's lenient mode would also read "1e1", "20.0" and "null".
PLAIN = re.compile(r"-?[0-9]+|true|false")
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


class Input(msgspec.Struct):
    """The parameters of a query. Unknown ones are ignored."""

    # Reasons for refusing an unknown field that callers are likely to send.
    refused: ClassVar[Mapping[str, str]] = {}
    # Rules that the fields alone do not tell, for the OpenAPI document.
    extra_json_schema: ClassVar[Mapping[str, Any]] = {}

    @classmethod
    def check_together(cls, data: Mapping[str, Any]) -> list[Detail]:
        """The faults that one field alone does not tell."""
        return []


class Body(Input, forbid_unknown_fields=True):
    """The fields of a JSON body or of a form. Unknown ones are refused by name."""


def check_length(request: HttpRequest) -> None:
    """Raises Problem (413) for a body that is larger than JSON may be, before anybody reads it."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > MAX_BODY:
        raise Problem("too_large", f"The body is larger than {MAX_BODY} bytes.")


def read_body[S: Body](request: HttpRequest, struct: type[S]) -> S:
    """The JSON body as `struct`. Raises Problem: 415, unreadable, or invalid with every field at fault."""
    if request.content_type != "application/json":
        raise Problem("unsupported_media_type", "Send the body as application/json.")
    try:
        text = request.body.decode("utf-8")
        # `int` takes neither NaN nor Infinity.
        data = json.loads(text, object_pairs_hook=_unique, parse_float=_number, parse_constant=int)
    except (ValueError, RecursionError, UnreadablePostError) as error:
        raise Problem("unreadable", "The body is not readable as a JSON object in UTF-8.") from error
    if not isinstance(data, dict):
        raise Problem("unreadable", "The body must be a JSON object.")
    return read_fields(data, struct)


def read_query[S: Input](request: HttpRequest, struct: type[S]) -> S:
    """The query parameters as `struct`."""
    # Django would decode the query in whatever charset the Content-Type names.
    request.encoding = "utf-8"
    return read_fields(request.GET.dict(), struct, is_text=True)


def read_fields[S: Input](data: Mapping[str, Any], struct: type[S], *, is_text: bool = False) -> S:
    """`data` as `struct`; all fields at fault are named at once (a Struct alone would stop at the first).

    With `is_text` numbers and booleans are sent as text.
    """
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    errors, values = [], dict[str, Any]()
    if struct.__struct_config__.forbid_unknown_fields:
        for name in [name for name in data if name not in fields][:MAX_UNKNOWN]:
            printable = name[:100].encode("utf-8", "replace").decode()
            errors.append(Detail(printable, struct.refused.get(name, "This field is not known here.")))
    for name, field in fields.items():
        try:
            if name in data:
                values[field.name] = _convert(data[name], field.type, is_text)
            elif field.required:
                errors.append(Detail(name, "This field is required."))
        except (msgspec.ValidationError, OverflowError) as error:
            errors.append(Detail(name, _message(error, field.type)))
    if errors := [*errors, *struct.check_together(data)]:
        raise invalid(*errors)
    return struct(**values)


def _convert(value: Any, type_: Any, is_text: bool) -> Any:
    if any(UNSTORABLE.search(text) for text in _texts(value)):
        raise msgspec.ValidationError("Text must not contain NUL or an unpaired surrogate.")
    is_plain = is_text and isinstance(value, str) and PLAIN.fullmatch(value)
    return msgspec.convert(value, type_, strict=not is_plain)


def _message(error: Exception, type_: Any) -> str:
    if type_ is UploadedFile:
        return "Send a file."
    text = str(error).replace("`", "")
    if not text.startswith("Invalid enum value"):
        return text
    # msgspec repeats the wrong value; what helps is the right ones.
    schema = msgspec.json.schema(type_)
    options: list[Any] = next((option["enum"] for option in (schema, *schema.get("anyOf", [])) if "enum" in option), [])
    return f"Choose one of: {', '.join(map(str, options))}."


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key stands twice")
    return members


def _number(text: str) -> float:
    """JSON has one kind of number: 5.0 is the integer 5; 4.9… with more digits than a float has is not."""
    value = float(text)
    try:
        return int(value) if abs(value) < 2**63 and Decimal(text) == int(value) else value
    except InvalidOperation:  # An exponent of twenty digits.
        return value


def _texts(value: Any) -> Iterator[str]:
    # Without recursion: JSON may be nested deeper than Python calls.
    values = [value]
    while values:
        match values.pop():
            case str() as text:
                yield text
            case list() as items:
                values += items
            case dict() as members:
                values += [*members, *members.values()]
