"""Multipart forms with one file, which some routes accept instead of a JSON body."""

import hashlib
import html
from typing import Any

import msgspec
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParser

from .errors import Detail, ProblemError, invalid_fields
from .reading import Body

FILE = "file"

# Name -> text; "file" -> the uploaded file or None.
Form = dict[str, Any]


class RawNameParser(MultiPartParser):
    """Leaves a file's name as it was sent, so that a bad name is refused. Django would make a usable one of it."""

    def sanitize_file_name(self, file_name: str) -> str:
        # UploadedFile would cut the name at a slash. A backslash is refused as well.
        return html.unescape(file_name).replace("/", "\\")


def parse_form(request: HttpRequest, struct: type[Body]) -> Form:
    """Read the form, without validating it. Fields of `struct` that are missing from it are read from the query.

    Raises ProblemError: too_large, unsupported_media_type, unreadable; invalid for more than one file.
    """
    if request.content_type != "multipart/form-data":
        raise ProblemError("unsupported_media_type", "Send the body as multipart/form-data.")
    request.encoding = "utf-8"
    request.multipart_parser_class = RawNameParser  # type: ignore[assignment]
    try:
        fields, files = request.POST, request.FILES
    except RequestDataTooBig as error:
        raise ProblemError("too_large", "The fields beside the file are too large.") from error
    except (BadRequest, SuspiciousOperation, UnreadablePostError, ValueError) as error:
        raise ProblemError("unreadable", "The body is not readable as multipart/form-data.") from error
    if FILE in fields or set(files) - {FILE} or len(files.getlist(FILE)) > 1:
        raise invalid_fields(Detail(FILE, f"Send one file, as {FILE}."))
    # Merged before the digest is made: it must differ between users, also when `user_id` is in the query.
    names = {field.encode_name for field in msgspec.structs.fields(struct)}
    texts = {name: value for name, value in request.GET.dict().items() if name in names}
    return texts | fields.dict() | {FILE: files.get(FILE)}


def digest_form(form: Form) -> str:
    """SHA-256 of the fields and the file. The raw body will not do: a repeated form has another boundary."""
    file = form[FILE]
    digest = hashlib.sha256(repr(sorted(form.items() - {(FILE, file)})).encode())
    if file:
        digest.update(repr(file.name).encode())
        for chunk in file.chunks():
            digest.update(chunk)
    return digest.hexdigest()
