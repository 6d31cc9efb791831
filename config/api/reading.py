"""Reading JSON bodies and query parameters into validated Structs."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Annotated, Any, ClassVar, Self, get_args

import msgspec
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from .errors import Detail, ProblemError, invalid_fields

MAX_BODY = 1024 * 1024  # bytes
# Unknown fields named in one error: a body of a mebibyte has room for a hundred thousand.
MAX_UNKNOWN = 20
# Numbers and booleans sent as text. msgspec's lenient mode alone would also accept "1e1", "20.0" and "null".
TEXT_VALUE = re.compile(r"-?[0-9]+|true|false")
# An integer in JSON Schema too. msgspec would read it as a float, and so another number where it is large.
WHOLE_NUMBER = re.compile(r"(-?[0-9]+)\.0+")
# Beside the Meta of an id: some programs keep ids as text, and some cannot write a large number.
TEXT_TOO = object()
ID_TEXT = re.compile(r"[0-9]{1,19}", re.ASCII)
# ISO 8601 has more notations than RFC 3339, all that msgspec reads. A plus that nobody escaped is a space here.
ISO_TIME = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d[\d:.,]*(?:Z|[+ -]\d\d[\d:]*)?)?|\d{8}T\d\d[\d.,]*(?:Z|[+ -]\d{2,4})?", re.ASCII
)
LOST_PLUS = re.compile(r"(T[\d:.,]+) (?=[\d:]+$)")
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
# JSON Schema of a text that is not blank: blank is what `str.strip` takes away, which is more than "\s" of JavaScript.
NOT_BLANK = {"pattern": r"[^\s\x1c-\x1f\x85]"}


class Input(msgspec.Struct):
    """Parameters of a query. Unknown ones are ignored."""

    # Unknown field that callers are likely to send -> reason for refusing it.
    refused: ClassVar[Mapping[str, str]] = {}
    # A JSON body may hold the parameters too, and goes before the query.
    reads_body: ClassVar = False
    # Lists whose items are read later, each with an error of its own.
    unread: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def check_combination(cls, data: Mapping[str, Any]) -> list[Detail]:
        """Errors of fields that are each valid, but not together. `data` is what was sent."""
        return []


# Parameters of lists that are read in the order of the last change.
UpdatedSince = Annotated[
    datetime,
    msgspec.Meta(
        tz=True,
        description="Only rows changed since, ISO 8601, by UTC without a time zone; the oldest change first.",
    ),
]
IncludeDeleted = Annotated[
    bool, msgspec.Meta(description="In the order of changes; `changes.deleted` names the rows that left the list.")
]
ChangesCursor = Annotated[
    str, msgspec.Meta(max_length=500, description="`changes.next` of the answer before, for the rest of the changes.")
]


class Body(Input, forbid_unknown_fields=True):
    """Fields of a JSON body. Unknown ones are refused by name."""

    media_type: ClassVar = "application/json"
    # Fields that the body lacks are read from the query.
    reads_query: ClassVar = False

    @classmethod
    def receive(cls, request: HttpRequest) -> Any:
        """Bytes of the body, not validated. Raises ProblemError (too_large) before they are read."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > MAX_BODY:
            raise ProblemError("too_large", f"The body is larger than {MAX_BODY} bytes.")
        return request.body

    @classmethod
    def parse(cls, received: Any) -> Self:
        """Read what `receive` returned. Raises ProblemError: unreadable, or invalid with every bad field."""
        return read_fields(_read_json(received), cls)


def read_query[S: Input](request: HttpRequest, struct: type[S]) -> S:
    """Read the query parameters. Raises ProblemError: invalid."""
    # Otherwise Django decodes the query in the charset of the Content-Type.
    request.encoding = "utf-8"
    data: dict[str, Any] = request.GET.dict()
    if struct.reads_body and request.content_type == Body.media_type and (sent := Body.receive(request)):
        data |= _read_json(sent)
    return read_fields(data, struct, is_text=True)


def read_fields[S: Input](data: Mapping[str, Any], struct: type[S], *, is_text: bool = False) -> S:
    """Validate `data` as `struct`. With `is_text`, numbers and booleans are sent as text.

    Raises ProblemError (invalid) with all bad fields: field by field, as msgspec alone would stop at the first.
    """
    fields = _fields_by_name(struct)
    errors, values = [], dict[str, Any]()
    if struct.__struct_config__.forbid_unknown_fields:
        for name in [name for name in data if name not in fields][:MAX_UNKNOWN]:
            printable = name[:100].encode("utf-8", "replace").decode()
            errors.append(Detail(printable, struct.refused.get(name, "This field is not known here.")))
    for name, field in fields.items():
        try:
            if name in data:
                if name in struct.unread and isinstance(data[name], list):
                    values[field.name] = msgspec.convert(data[name], field.type)
                else:
                    value = _read_ids(data[name]) if name in _ids_of(struct) and not is_text else data[name]
                    values[field.name] = _convert_value(value, field.type, is_text)
            elif field.required:
                errors.append(Detail(name, "This field is required."))
        except (msgspec.ValidationError, OverflowError) as error:
            errors.append(Detail(name, _error_message(error, field.type)))
    if errors := [*errors, *struct.check_combination(data)]:
        raise invalid_fields(*errors)
    return struct(**values)


def _read_json(received: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises ProblemError (unreadable)."""
    try:
        text = received.decode("utf-8")
        # NaN and Infinity are no JSON: `int` raises ValueError for them.
        data = json.loads(text, object_pairs_hook=_read_object, parse_float=_read_number, parse_constant=int)
    except (ValueError, RecursionError) as error:
        raise ProblemError("unreadable", "The body is not readable as a JSON object in UTF-8.") from error
    if not isinstance(data, dict):
        raise ProblemError("unreadable", "The body must be a JSON object.")
    return data


# msgspec reads the annotations anew at each call.
@cache
def _fields_by_name(struct: type[Input]) -> dict[str, msgspec.structs.FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(struct)}


@cache
def _ids_of(struct: type[Input]) -> set[str]:
    """Names of the fields that hold ids, or lists of them, which may be sent as text."""
    return {name for name, field in _fields_by_name(struct).items() if TEXT_TOO in _annotations(field.type)}


def _annotations(type_: Any) -> list[Any]:
    """Notes beside the types of an annotation, at any depth."""
    inner = [found for each in get_args(type_) for found in _annotations(each)]
    return [*getattr(type_, "__metadata__", ()), *inner]


def _read_ids(value: Any) -> Any:
    """Ids in digits as numbers; anything else as it is."""
    if isinstance(value, list):
        return [_read_ids(item) for item in value] if not any(isinstance(item, list) for item in value) else value
    return int(value) if isinstance(value, str) and ID_TEXT.fullmatch(value) else value


def _convert_value(value: Any, type_: Any, is_text: bool) -> Any:
    if any(UNSTORABLE.search(text) for text in _iter_texts(value)):
        raise msgspec.ValidationError("Text must not contain NUL or an unpaired surrogate.")
    if is_text and isinstance(value, str) and (whole := WHOLE_NUMBER.fullmatch(value)) and _is_integer(type_):
        value = whole[1]
    is_lenient = False
    if is_text and isinstance(value, str) and _is_time(type_):
        value = _normalize_time(value)
    elif is_text and isinstance(value, str):
        is_lenient = bool(TEXT_VALUE.fullmatch(value))
    converted = msgspec.convert(value, type_, strict=not is_lenient)
    if isinstance(converted, datetime) and converted.tzinfo:
        # Raises OverflowError for one of the year 0 or 10,000 by UTC, which no database stores.
        # PostgreSQL takes no offset of 16 hours or more.
        return converted.astimezone(UTC)
    return converted


def _normalize_time(text: str) -> str:
    """A date or time of ISO 8601 as RFC 3339 has it, by UTC where it names no zone; any other text as it is."""
    if not ISO_TIME.fullmatch(text):
        return text
    try:
        time = datetime.fromisoformat(LOST_PLUS.sub(r"\1+", text))
    except ValueError:
        return text
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).isoformat()


def _is_integer(type_: Any) -> bool:
    """True for a type that takes integers, and no text that looks like one."""
    schema = msgspec.json.schema(type_)
    kinds = {option.get("type") for option in (schema, *schema.get("anyOf", []))}
    return "integer" in kinds and "string" not in kinds


def _is_time(type_: Any) -> bool:
    """True for a type that takes times, as which msgspec's lenient mode would read seconds since 1970."""
    return any(issubclass(part, datetime) for part in _parts_of(type_))


@cache
def _parts_of(type_: Any) -> list[type]:
    """The classes in an annotation: int and None in `Annotated[int, …] | None`."""
    parts = [part for each in get_args(type_) for part in _parts_of(each)]
    return parts or ([type_] if isinstance(type_, type) else [])


def _error_message(error: Exception, type_: Any) -> str:
    if isinstance(error, OverflowError):
        return "This is out of range."
    if type_ is UploadedFile:
        return "Send a file."
    text = str(error).replace("`", "")
    if not text.startswith("Invalid enum value"):
        return text
    # msgspec repeats the wrong value; the allowed ones help more.
    schema = msgspec.json.schema(type_)
    places = (schema, schema.get("items", {}), *schema.get("anyOf", []))
    options: list[Any] = next((place["enum"] for place in places if "enum" in place), [])
    return f"Choose one of: {', '.join(map(str, options))}."


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate key")
    return members


def _read_number(text: str) -> float:
    """Read 5.0 as the integer 5, as JSON has one number type; but not 4.999… with more digits than a float has."""
    value = float(text)
    try:
        return int(value) if abs(value) < 2**63 and Decimal(text) == int(value) else value
    except InvalidOperation:  # An exponent of twenty digits.
        return value


def _iter_texts(value: Any) -> Iterator[str]:
    # Not recursive: JSON may be nested deeper than Python's stack.
    values = [value]
    while values:
        match values.pop():
            case str() as text:
                yield text
            case list() as items:
                values += items
            case dict() as members:
                values += [*members, *members.values()]
