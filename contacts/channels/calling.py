"""How a provider's API is called, to send a message or to try a connection."""

import json
import time
from http import HTTPStatus
from typing import Any

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from requests.exceptions import ChunkedEncodingError, ContentDecodingError
from urllib3.exceptions import MaxRetryError

from .message import SendFailed

MAX_ANSWER = 256 * 1024  # bytes
PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


def call(url: str, body: dict[str, Any] | None = None, *, token: str = "") -> tuple[int, dict[str, Any]]:
    """POST `body` as JSON, or GET without one; the status and the object that is answered.

    Raises SendFailed, without the address, which may hold a secret: not final when the provider cannot be reached, has
    too much to do or is broken, doubtful when it has got the body and does not answer. An answer of 4xx is returned,
    for the provider's own words. Redirects are not followed.
    """
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    ends = time.monotonic() + settings.CHANNEL_TIMEOUT
    try:
        with requests.request(
            "GET" if body is None else "POST",
            url,
            json=body,
            headers=headers,
            timeout=settings.CHANNEL_TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as response:
            status, answer = response.status_code, _read(response, ends)
    except (requests.RequestException, ValueError) as error:
        raise _unreached(error, is_doubtful=body is not None and _has_arrived(error)) from None
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in PASSING:
        is_doubtful = body is not None and status == HTTPStatus.GATEWAY_TIMEOUT
        raise SendFailed(answered(status), is_final=False, is_doubtful=is_doubtful)
    return status, answer


def answered(status: int) -> str:
    """What is said of an answer without words of its own."""
    return _("The provider answered %(status)s.") % {"status": status}


def _unreached(error: Exception, *, is_doubtful: bool) -> SendFailed:
    what = {"what": type(error).__name__}
    if is_doubtful:
        return SendFailed(_("The provider gave no answer (%(what)s).") % what, is_final=True, is_doubtful=True)
    return SendFailed(_("The provider cannot be reached (%(what)s).") % what, is_final=False)


def _has_arrived(error: Exception) -> bool:
    """Whether what was sent may be with the provider: all was well until the answer was waited for."""
    if isinstance(error, requests.ConnectionError):
        # MaxRetryError is how urllib3 says that no connection came about.
        return not isinstance(error.args[0] if error.args else None, MaxRetryError)
    return isinstance(error, requests.Timeout | ChunkedEncodingError | ContentDecodingError)


def _read(response: requests.Response, ends: float) -> dict[str, Any]:
    """The object that is answered, {} for anything else. One who sends a byte now and then keeps nobody for long."""
    found = bytearray()
    # A larger piece would be waited for until it is whole.
    for piece in response.iter_content(1):
        found += piece
        if len(found) > MAX_ANSWER or time.monotonic() > ends:
            raise requests.Timeout
    try:
        answer = json.loads(found)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
