"""`Idempotency-Key`: a POST that is sent again creates nothing again, and gets the answer it got before.

The key's row, the rows of the business and the stored answer commit together: after a crash either all are there, and
the repeat is answered from them, or none, and the repeat is the first. Refusals are raised, so nothing of them stays.
"""

import hashlib
import re
from collections.abc import Callable

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from .errors import FieldError, Problem, invalid
from .models import KEPT, IdempotencyKey

HEADER = "Idempotency-Key"
PRINTABLE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")


def once(
    request: HttpRequest, tenant: str, run: Callable[[], HttpResponse], *, sent: str | None = None
) -> HttpResponse:
    """The answer of `run`, or the stored one when `tenant` sent this key to this address before.

    `sent` tells what was sent from anything else; without it the body does. Raises Problem: invalid key;
    `idempotency_mismatch` for another body under the same key; `idempotency_in_progress` while the first is still
    running.
    """
    if (scope := _scope(request, tenant)) is None:
        return run()
    with transaction.atomic():
        _hold(scope)
        if stored := _find(scope):
            return _replay(stored, sent or _digest(request.body))
        response = run()
        if response.status_code < 400:
            _store(scope, sent or _digest(request.body), response)
        return response


def answered(request: HttpRequest, tenant: str, sent: str | None = None) -> HttpResponse | None:
    """The stored answer, if there is one already: for what has work to do before the transaction of `once`."""
    scope = _scope(request, tenant)
    stored = _find(scope) if scope else None
    return _replay(stored, sent or _digest(request.body)) if stored else None


def _scope(request: HttpRequest, tenant: str) -> str | None:
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not PRINTABLE.fullmatch(key):
        raise invalid(FieldError(HEADER, "The key must be 1 to 255 printable ASCII characters."))
    return _digest(f"{tenant}\n{request.method}\n{request.path}\n{key}".encode())


def _find(scope: str) -> IdempotencyKey | None:
    return IdempotencyKey.objects.filter(scope=scope, created_at__gt=timezone.now() - KEPT).first()


def _hold(scope: str) -> None:
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


def _replay(stored: IdempotencyKey, sent: str) -> HttpResponse:
    if stored.request != sent:
        raise Problem("idempotency_mismatch", "This key was sent before with another body.")
    response = HttpResponse(bytes(stored.body), status=stored.status, content_type="application/json")
    if stored.location:
        response.headers["Location"] = stored.location
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _store(scope: str, sent: str, response: HttpResponse) -> None:
    values = {
        "request": sent,
        "status": response.status_code,
        "body": response.content,
        "location": response.headers.get("Location", ""),
        "created_at": timezone.now(),
    }
    IdempotencyKey.objects.update_or_create(scope=scope, defaults=values)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
