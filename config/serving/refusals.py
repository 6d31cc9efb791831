"""Requests that are refused unread, given to the application all the same: it knows whose address was meant."""

import io
import re
import sys
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from gunicorn.http import errors
from gunicorn.util import unquote_to_wsgi_str

# In the environment of such a request its status; no header field of a client is named so.
STATUS = "vestibule.unread"
LINE = re.compile(rb"(?:\r\n)?(?:(HEAD)|[A-Z]+) (?:https?://[^\s/?#]*)?(/[^\s?#]*)")
# Of the path, which is as long as a client likes.
MAX_PATH = 200
BEGINNING = 1024  # bytes


class RequestTimeoutError(errors.ParseException):
    """The rest of a request is waited for no longer."""


_STATUSES: dict[type[Exception], HTTPStatus] = {
    errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    errors.UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
    RequestTimeoutError: HTTPStatus.REQUEST_TIMEOUT,
}
_OURS = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName, errors.ConfigurationProblem)


def refused_status(error: Exception) -> HTTPStatus | None:
    """The status of what the parser refuses, None for an error that is not the client's."""
    if not isinstance(error, errors.ParseException) or isinstance(error, _OURS):
        return None
    return _STATUSES.get(type(error), HTTPStatus.BAD_REQUEST)


def word_refusal(
    application: Callable[..., Iterable[bytes]], beginning: bytes, status: HTTPStatus, address: str
) -> bytes:
    """The response of the application to a request that begins so, and cannot be read."""
    line: list[str] = []
    is_head, path = _read_line(beginning)

    def start_response(text: str, fields: list[tuple[str, str]], _error: Any = None) -> None:
        line[:] = [f"HTTP/1.1 {text}", *(f"{name}: {value}" for name, value in fields), "Connection: close"]

    answer = application(_environ("HEAD" if is_head else "GET", path, status, address), start_response)
    try:
        body = b"".join(answer)
    finally:
        getattr(answer, "close", lambda: None)()
    if not any(field.lower().startswith("content-length:") for field in line):
        line.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*line, "", ""]).encode("latin-1") + (b"" if is_head else body)


def _read_line(beginning: bytes) -> tuple[bool, str]:
    """Tell whether a HEAD was sent; the path, without a last part that may be cut off."""
    found = LINE.match(beginning)
    if not found:
        return False, "/"
    path = found[2].decode("latin-1")
    if len(path) > MAX_PATH:
        path = path[:MAX_PATH].rpartition("/")[0] or "/"
    return bool(found[1]), unquote_to_wsgi_str(path)


def _environ(method: str, path: str, status: HTTPStatus, address: str) -> dict[str, Any]:
    """The environment of the request. It says HTTPS, as a redirect would be of no use."""
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": address,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        STATUS: status.value,
    }
