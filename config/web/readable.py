"""Requests without what a library stumbles over: each header is read once here, where the error is expected."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.http import parse_header_parameters

MAX_CONTENT_TYPE = 500  # characters
# Headers with an address, which is taken apart by whoever reads it.
ADDRESSES = ["HTTP_HX_CURRENT_URL", "HTTP_REFERER", "HTTP_ORIGIN"]
# Errors of the standard library's reader of parameters (RFC 2231): an unknown charset, numbered parts beside a whole
# one, text that its charset does not have.
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)


def readable_content_type(text: str) -> str:
    """`text` with its boundary alone, "" when it cannot be parsed.

    Django reads the charset before any middleware stands guard, and one such as "hex" would end outside of every
    dialect. Everything here is UTF-8 anyway.
    """
    try:
        kind, parameters = parse_header_parameters(text, max_length=MAX_CONTENT_TYPE)
    except UNREADABLE:
        return ""
    boundary = parameters.get("boundary")
    if not boundary:
        return kind
    return f'{kind}; boundary="{boundary}"' if boundary.isascii() else ""


class FormParser(MultiPartParser):
    """Reader of forms with files; a part whose header cannot be read is an error of the request (400)."""

    def parse(self) -> Any:
        try:
            return super().parse()
        except UNREADABLE as error:
            raise MultiPartParserError("A part of the form has a header that cannot be read.") from error


class ReadableMiddleware:
    """Leaves out cookies with control characters and addresses that are none.

    A cookie's value may hide a NUL, which PostgreSQL refuses as the key of a session.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.multipart_parser_class = FormParser  # type: ignore[assignment] # the stubs say an instance
        if "HTTP_COOKIE" in request.META:
            request.COOKIES = {name: value for name, value in request.COOKIES.items() if value.isprintable()}
        for name in ADDRESSES:
            if name in request.META and not _is_address(request.META[name]):
                del request.META[name]
        return self.get_response(request)


def _is_address(text: str) -> bool:
    try:
        urlsplit(text)
    except ValueError:
        return False
    return True
