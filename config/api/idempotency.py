"""`Idempotency-Key`: a repeated request changes nothing, and gets the response that the first one got.

The key's row, the rows that the handler writes and the stored response commit together. After a crash either all of
them exist, and the repeat gets the stored response, or none, and the repeat is processed like the first. Refusals are
raised, so that the transaction rolls back and nothing is stored.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from config.cursors import execute
from config.saving import insert_or_replace

from .errors import Detail, ProblemError, invalid_fields
from .models import KEY_LIFETIME, IdempotencyKey
from .uploads import digest_form

HEADER = "Idempotency-Key"
_STORED = f"""SELECT request, status, body, location FROM {IdempotencyKey._meta.db_table}
WHERE scope = %s AND created_at > %s"""  # noqa: S608 - a constant
PRINTABLE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")


@dataclass(eq=False)
class AlreadyAnsweredError(Exception):
    """Repeated request; `response` is the stored response."""

    response: HttpResponse


@dataclass
class RequestKey:
    """Idempotency-Key of one request. Without the header `scope` is empty, and nothing is locked or stored.

    `scope` is the SHA-256 of tenant, method, path and key; `digest` is that of the body.
    """

    scope: str = ""
    digest: str = ""
    response: HttpResponse | None = None

    def replay(self) -> None:
        """Raise AlreadyAnsweredError if a response is stored, ProblemError (idempotency_mismatch) if bodies differ."""
        since = connection.ops.adapt_datetimefield_value(timezone.now() - KEY_LIFETIME)
        stored = execute(connection, _STORED, [self.scope, since], keeps_plan=True).fetchall()
        if not stored:
            return
        [(request, status, body, location)] = stored
        if request != self.digest:
            raise ProblemError("idempotency_mismatch", "This key was sent before with another body.")
        headers = {"Location": location} if location else {}
        headers |= {"Content-Type": "application/json", "Idempotency-Replayed": "true"}
        response = HttpResponse(bytes(body), status=status, headers=headers)
        if not body:
            del response.headers["Content-Type"]
        raise AlreadyAnsweredError(response)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Run the block in a transaction that also stores the response given to `answer`.

        Raises as `replay` does, and ProblemError (idempotency_in_progress) while another request holds the key.
        """
        if not self.scope:
            yield
            return
        with transaction.atomic():
            _lock_scope(self.scope)
            self.replay()
            yield
            _store_response(self)

    def answer(self, response: HttpResponse) -> HttpResponse:
        """Set the response to store, and return it. Call it inside `hold`."""
        self.response = response
        return response


def read_key(request: HttpRequest, tenant: str, received: bytes | dict[str, Any]) -> RequestKey:
    """Read the key of a request, of whose body the bytes or the form were received.

    Raises ProblemError for a malformed key, and as `RequestKey.replay` does.
    """
    header = request.headers.get(HEADER)
    if header is None:
        return RequestKey()
    if not PRINTABLE.fullmatch(header):
        raise invalid_fields(Detail(HEADER, "The key must be 1 to 255 printable ASCII characters."))
    digest = digest_form(received) if isinstance(received, dict) else _sha256(received)
    key = RequestKey(_sha256(f"{tenant}\n{request.method}\n{request.path}\n{header}".encode()), digest)
    key.replay()
    return key


def _lock_scope(scope: str) -> None:
    """Lock the key until the transaction ends.

    SQLite needs no lock: its transaction has locked out other writers since it began. There a concurrent repeat waits
    and gets the stored response; on PostgreSQL it is refused with 409.
    """
    if connection.vendor != "postgresql":
        return
    sql = "SELECT pg_try_advisory_xact_lock(%s)"
    if not execute(connection, sql, [int(scope[:15], 16)], keeps_plan=True).fetchone()[0]:
        message = "The first request with this key is still running. Try again."
        raise ProblemError("idempotency_in_progress", message, headers={"Retry-After": "1"})


def _store_response(key: RequestKey) -> None:
    if key.response is None:
        raise RuntimeError("The block that held the key gave no response.")
    row = IdempotencyKey(
        scope=key.scope,
        request=key.digest,
        status=key.response.status_code,
        body=key.response.content,
        location=key.response.headers.get("Location", ""),
    )
    # One that is past its lifetime is overwritten.
    insert_or_replace(row, "scope")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
