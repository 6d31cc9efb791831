"""A form with one file (multipart/form-data), as some routes take it in place of a JSON body."""

import hashlib
import html
from typing import Any

import msgspec
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParser

from .errors import FieldError, Problem, invalid
from .reading import read_fields

FILE = "file"


class KeepingParser(MultiPartParser):
    """Leaves the name of a file as it was sent, for the rules to refuse: Django's own makes a usable one of it."""

    def sanitize_file_name(self, file_name: str) -> str:
        # What keeps the name would cut it at a slash; a backslash is refused as well.
        return html.unescape(file_name).replace("/", "\\")


class SentForm(msgspec.Struct):
    """What was sent: `fields` as text, the file where there is one."""

    fields: dict[str, str]
    file: UploadedFile | None

    def digest(self) -> str:
        """The same for the same form; the boundary between its parts is another each time it is sent."""
        found = hashlib.sha256(repr(sorted(self.fields.items())).encode())
        if self.file:
            found.update(repr(self.file.name).encode())
            for chunk in self.file.chunks():
                found.update(chunk)
        return found.hexdigest()

    def read[S: msgspec.Struct](self, kind: type[S]) -> S:
        """The fields as `kind`. Raises Problem: invalid."""
        known = _names(kind)
        try:
            found = read_fields(self.fields, kind, strict=False)
        except Problem as problem:
            raise invalid(*problem.details, *self._faults(known)) from problem
        if faults := self._faults(known):
            raise invalid(*faults)
        return found

    def _faults(self, known: set[str]) -> list[FieldError]:
        unknown = [name for name in self.fields if name not in known]
        faults = [FieldError(name[:100], "This field is not known here.") for name in unknown[:20]]
        return faults if self.file else [*faults, FieldError(FILE, "Send a file.")]


def _names(kind: type[msgspec.Struct]) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(kind)}


def read_form(request: HttpRequest, kind: type[msgspec.Struct]) -> SentForm:
    """The form in the body; a field of `kind` that is not in it may stand in the query.

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
    others = [name for name in files if name != FILE]
    if others or len(files.getlist(FILE)) > 1:
        raise invalid(FieldError(FILE, f"Send one file, as {FILE}."))
    known = _names(kind)
    # Here, so that the digest tells who asks wherever that stands: an answer is not replayed to somebody else.
    texts: dict[str, Any] = {name: value for name, value in request.GET.dict().items() if name in known}
    return SentForm(texts | fields.dict(), files.get(FILE))
