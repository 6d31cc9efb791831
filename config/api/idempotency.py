"""`Idempotency-Key`: a POST that is sent again creates nothing again, and gets the answer it got before.

The key's row, the rows of the business and the stored answer commit together: after a crash either all are there, and
the repeat is answered from them, or none, and the repeat is the first. Refusals are raised, so nothing of them stays.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from .errors import Detail, Problem, invalid
from .models import KEPT, IdempotencyKey
from .uploads import Form, digest_form

HEADER = "Idempotency-Key"
PRINTABLE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")


class AlreadyAnsweredError(Exception):
    """A request that was answered before; `response` is the stored answer."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__("This request was answered before.")
        self.response = response


@dataclass
class RequestKey:
    """The Idempotency-Key of one request. Without that header `scope` is empty, and nothing is stored.

    `scope` is the SHA-256 of tenant, method, path and key; `sent` tells what was sent from anything else.
    """

    scope: str = ""
    sent: str = ""
    response: HttpResponse | None = None

    def replay(self) -> None:
        """Raise AlreadyAnsweredError for a stored answer, Problem (`idempotency_mismatch`) for that of another body."""
        if not self.scope:
            return
        stored = IdempotencyKey.objects.filter(scope=self.scope, created_at__gt=timezone.now() - KEPT).first()
        if stored is None:
            return
        if stored.request != self.sent:
            raise Problem("idempotency_mismatch", "This key was sent before with another body.")
        headers = {"Location": stored.location} if stored.location else {}
        headers |= {"Content-Type": "application/json", "Idempotency-Replayed": "true"}
        raise AlreadyAnsweredError(HttpResponse(bytes(stored.body), status=stored.status, headers=headers))

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Store what the block gives to `answer`, in one transaction with what the block writes.

        Raises as `replay` does, and Problem (`idempotency_in_progress`) while the first request is still running.
        """
        if not self.scope:
            yield
            return
        with transaction.atomic():
            _lock(self.scope)
            self.replay()
            yield
            _store(self)

    def answer(self, response: HttpResponse) -> HttpResponse:
        """Note the answer of the block that holds the key, and return it."""
        self.response = response
        return response


def read_key(request: HttpRequest, tenant: str, form: Form | None) -> RequestKey:
    """The key that `tenant` sent with a body or `form`. Raises Problem for a key that cannot be one."""
    key = request.headers.get(HEADER)
    if key is None:
        return RequestKey()
    if not PRINTABLE.fullmatch(key):
        raise invalid(Detail(HEADER, "The key must be 1 to 255 printable ASCII characters."))
    scope = _digest(f"{tenant}\n{request.method}\n{request.path}\n{key}".encode())
    return RequestKey(scope, _digest(request.body) if form is None else digest_form(form))


def _lock(scope: str) -> None:
    """Keep everybody else with this key out until the transaction ends.

    On SQLite the transaction itself has been holding every writer out since it began, so the second waits and is
    answered from what the first has stored; on PostgreSQL it is told to come back.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int(scope[:15], 16)])
        if not cursor.fetchone()[0]:
            message = "The first request with this key is still running. Try again."
            raise Problem("idempotency_in_progress", message, headers={"Retry-After": "1"})


def _store(key: RequestKey) -> None:
    if key.response is None:
        raise RuntimeError("The block that held the key gave no answer.")
    if key.response.status_code >= 400:
        return
    values = {
        "request": key.sent,
        "status": key.response.status_code,
        "body": key.response.content,
        "location": key.response.headers.get("Location", ""),
        "created_at": timezone.now(),
    }
    IdempotencyKey.objects.update_or_create(scope=key.scope, defaults=values)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
