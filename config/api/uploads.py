"""Multipart forms with one file, which some routes accept instead of a JSON body."""

import hashlib
import html
from typing import Any, ClassVar, Self

import msgspec
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParser

from .errors import Detail, ProblemError, invalid_fields
from .reading import Body, read_fields

FILE = "file"


class RawNameParser(MultiPartParser):
    """Leaves a file's name as it was sent, so that a bad name is refused. Django would make a usable one of it."""

    def sanitize_file_name(self, file_name: str) -> str:
        # UploadedFile would cut the name at a slash. A backslash is refused as well.
        return html.unescape(file_name).replace("/", "\\")


class Form(Body):
    """Fields of a multipart body, one of them `file`. Unknown ones are refused by name."""

    media_type: ClassVar = "multipart/form-data"
    reads_query: ClassVar = True

    @classmethod
    def receive(cls, request: HttpRequest) -> dict[str, Any]:
        """Read name -> text and "file" -> the uploaded file or None. Fields that are missing are read from the query.

        Raises ProblemError: unreadable; invalid for more than one file.
        """
        request.encoding = "utf-8"
        request.multipart_parser_class = RawNameParser  # type: ignore[assignment]
        try:
            fields, files = request.POST, request.FILES
        except (BadRequest, SuspiciousOperation, UnreadablePostError, ValueError) as error:
            raise ProblemError("unreadable", "The body is not readable as multipart/form-data.") from error
        if FILE in fields or set(files) - {FILE} or len(files.getlist(FILE)) > 1:
            raise invalid_fields(Detail(FILE, f"Send one file, as {FILE}."))
        # Merged before the digest is made: it must differ between users, also when `user_id` is in the query.
        names = {field.encode_name for field in msgspec.structs.fields(cls)}
        texts = {name: value for name, value in request.GET.dict().items() if name in names}
        return texts | fields.dict() | {FILE: files.get(FILE)}

    @classmethod
    def parse(cls, received: dict[str, Any]) -> Self:
        """Validate what `receive` returned. Raises ProblemError: invalid."""
        return read_fields(received, cls, is_text=True)


def digest_form(form: dict[str, Any]) -> str:
    """SHA-256 of the fields and the file. The raw body will not do: a repeated form has another boundary."""
    file = form[FILE]
    digest = hashlib.sha256(repr(sorted(form.items() - {(FILE, file)})).encode())
    if file:
        digest.update(repr(file.name).encode())
        hashlib.file_digest(file, lambda: digest)
    return digest.hexdigest()
