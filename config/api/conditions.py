"""Conditional requests: `ETag`, `If-None-Match` and `If-Match`, as RFC 9110 has them."""

import hashlib

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags

from .errors import ProblemError


def make_etag(body: bytes) -> str:
    """ETag of the bytes of an answer, a strong one."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def with_etag(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Set the ETag of a response; returns 304 instead if a GET or HEAD names it in If-None-Match."""
    etag = response.headers["ETag"] = make_etag(response.content)
    known = request.headers.get("If-None-Match")
    if known is None or request.method not in ("GET", "HEAD"):
        return response
    # Weak comparison: a proxy that compresses may have marked it.
    if "*" in (tags := parse_etags(known)) or etag in {tag.removeprefix("W/") for tag in tags}:
        return HttpResponse(status=304, headers={"ETag": etag})
    return response


def check_match(expected: str, current: msgspec.Struct) -> None:
    """Raise ProblemError (precondition_failed) unless If-Match names the ETag of the current answer."""
    tags = parse_etags(expected)
    if "*" not in tags and make_etag(msgspec.json.encode(current)) not in tags:
        raise ProblemError("precondition_failed", "This was changed since it was read. Read it again.")
