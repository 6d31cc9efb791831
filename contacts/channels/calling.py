"""Call a provider's API, to send a message, to fetch a medium or to try a connection."""

import json
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from config.outgoing import Answer, AnswerTooLargeError, NoAnswerError, OutgoingError, send_request

from .message import MediumRefusedError, SendFailedError

MAX_ANSWER = 256 * 1024  # bytes
# Bytes of a medium, and how many times as long as a call fetching it may take.
MAX_MEDIUM, DOWNLOAD_PATIENCE = 25 * 1024 * 1024, 8
PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


def call(url: str, body: dict[str, Any] | None = None, *, token: str = "") -> tuple[int, dict[str, Any]]:
    """POST `body` as JSON, or GET without one; the status and the object that is answered, {} for anything else.

    Raises SendFailedError, without the address, which may hold a secret: not final when the provider cannot be reached,
    has too much to do or is broken; doubtful when it may have the body and gives no answer. An answer of 4xx is
    returned, for the provider's own words. Redirects are not followed.
    """
    headers = {"Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if body is not None:
        headers["Content-Type"] = "application/json"
    try:
        answer = send_request(
            "GET" if body is None else "POST",
            url,
            headers=headers,
            body=None if body is None else json.dumps(body).encode(),
            timeout=settings.CHANNEL_TIMEOUT,
            max_size=MAX_ANSWER,
            allow_private=True,
        )
    except OutgoingError as error:
        raise _failure(error, is_doubtful=body is not None and isinstance(error, NoAnswerError)) from None
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status in PASSING:
        is_doubtful = body is not None and answer.status == HTTPStatus.GATEWAY_TIMEOUT
        raise SendFailedError(answered(answer.status), is_final=False, is_doubtful=is_doubtful)
    return answer.status, _read_object(answer.body)


def download(url: str, *, token: str = "", allow_private: bool) -> Answer:
    """GET a medium of at most MAX_MEDIUM bytes: an answer below 500, of whatever status.

    Raises MediumRefusedError for a larger one, and SendFailedError, not final, as `call` does.
    """
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    timeout = settings.CHANNEL_TIMEOUT * DOWNLOAD_PATIENCE
    try:
        answer = send_request(
            "GET", url, headers=headers, timeout=timeout, max_size=MAX_MEDIUM, allow_private=allow_private
        )
    except AnswerTooLargeError:
        raise MediumRefusedError(too_large()) from None
    except OutgoingError as error:
        raise _failure(error, is_doubtful=False) from None
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status in PASSING:
        raise SendFailedError(answered(answer.status), is_final=False)
    return answer


def too_large() -> str:
    """Say that a medium is larger than MAX_MEDIUM."""
    return _("It is larger than %(n)s MB.") % {"n": MAX_MEDIUM // 1024**2}


def answered(status: int) -> str:
    """Say which status was answered, for an answer without words of its own."""
    return _("The provider answered %(status)s.") % {"status": status}


def _failure(error: OutgoingError, *, is_doubtful: bool) -> SendFailedError:
    what = {"what": error.reason}
    if is_doubtful:
        return SendFailedError(_("The provider gave no answer (%(what)s).") % what, is_final=True, is_doubtful=True)
    return SendFailedError(_("The provider cannot be reached (%(what)s).") % what, is_final=False)


def _read_object(content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
