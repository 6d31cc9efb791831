"""A form with one file (multipart/form-data), as some routes take it in place of a JSON body."""

import hashlib
import html
from typing import Any

import msgspec
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParser

from .errors import Detail, Problem, invalid
from .reading import Body

FILE = "file"

# The fields as text, and the file where there is one, else None.
Form = dict[str, Any]


class KeepingParser(MultiPartParser):
    """Leaves the name of a file as it was sent, for the rules to refuse: Django's own makes a usable one of it."""

    def sanitize_file_name(self, file_name: str) -> str:
        # What keeps the name would cut it at a slash; a backslash is refused as well.
        return html.unescape(file_name).replace("/", "\\")


def parse_form(request: HttpRequest, struct: type[Body]) -> Form:
    """The form in the body, not checked yet; a field of `struct` that is not in it may stand in the query.

    Raises Problem: 413, 415, unreadable, or invalid for more than the one file.
    """
    if request.content_type != "multipart/form-data":
        raise Problem("unsupported_media_type", "Send the body as multipart/form-data.")
    request.encoding = "utf-8"
    request.multipart_parser_class = KeepingParser  # type: ignore[assignment]
    try:
        fields, files = request.POST, request.FILES
    except RequestDataTooBig as error:
        raise Problem("too_large", "The fields beside the file are too large.") from error
    except (BadRequest, SuspiciousOperation, UnreadablePostError, ValueError) as error:
        raise Problem("unreadable", "The body is not readable as multipart/form-data.") from error
    if FILE in fields or set(files) - {FILE} or len(files.getlist(FILE)) > 1:
        raise invalid(Detail(FILE, f"Send one file, as {FILE}."))
    # Here, so that the digest tells who asks wherever that stands: an answer is not replayed to somebody else.
    names = {field.encode_name for field in msgspec.structs.fields(struct)}
    texts = {name: value for name, value in request.GET.dict().items() if name in names}
    return texts | fields.dict() | {FILE: files.get(FILE)}


def digest_form(form: Form) -> str:
    """The same for the same form; the boundary between its parts is another each time it is sent."""
    file = form[FILE]
    digest = hashlib.sha256(repr(sorted(form.items() - {(FILE, file)})).encode())
    if file:
        digest.update(repr(file.name).encode())
        for chunk in file.chunks():
            digest.update(chunk)
    return digest.hexdigest()
