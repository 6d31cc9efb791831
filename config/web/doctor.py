"""Try everything that the installation leans on, each for real and without a trace, for `manage.py doctor`.

An app has further checks in a submodule `doctor`: CHECKS, functions by the name of what they try, which yield (name,
state, text, advice). ASKED_CHECKS are tried with `--dns` alone.
"""

import shutil
import socket
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core import mail
from django.core.checks import Tags, run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from config.outgoing import OutgoingError, send_request
from config.provider_mail import ProviderBackend, is_key_refused

from .hooks import hooks
from .logs import mask
from .mail_records import check_mail_records
from .readiness import static_state, waiting_migrations

OK, WARN, FAIL = "ok", "warn", "fail"
# Bytes that should be free, and seconds by which two clocks may differ.
FREE = 500 * 1024 * 1024
SKEW = 5.0


class Finding(NamedTuple):
    """Outcome of trying one thing: `state` is OK, WARN or FAIL; `advice` says what to do."""

    name: str
    state: str
    text: str
    advice: str = ""


type Check = Callable[[], Iterable[tuple[str, str, str, str]]]


def find_out(*, asks_dns: bool = False) -> Iterator[Finding]:
    """Try everything, and yield what came of it, one by one. A check that fails itself is a finding too."""
    names = ["CHECKS", "ASKED_CHECKS"] if asks_dns else ["CHECKS"]
    for attribute in names:
        for module in hooks("doctor", attribute):
            for name, check in getattr(module, attribute).items():
                try:
                    for what, state, text, advice in check():
                        yield Finding(what, state, mask(text), advice)
                except Exception as error:
                    reason = mask(f"{type(error).__name__}: {' '.join(str(error).split())[:300]}")
                    cause = "database" if isinstance(error, DatabaseError | InterfaceError) else name
                    yield Finding(name, FAIL, reason, ADVICE.get(cause, "Look at its settings."))


ADVICE = {
    "database": "Look at DATABASE_URL, and whether the database runs.",
    "files": "Look at the rights and the room of VAR_DIR, and at the ATTACHMENT_… settings for a bucket.",
    "mail": "Look at EMAIL_URL: server, port, TLS, user and password.",
    "site": "Look at SITE_URL, its name in DNS, and the proxy.",
}


def check_database() -> Iterator[Finding]:
    """Ask the database for the time, its migrations, and on PostgreSQL its extensions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    yield Finding("database", OK, f"{connection.vendor} answers")
    waiting = waiting_migrations()
    yield Finding("migrations", FAIL if waiting else OK, f"{waiting} wait", "Run manage.py migrate." if waiting else "")
    if connection.vendor == "postgresql":
        yield from _check_postgresql()


def _check_postgresql() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension WHERE extname IN ('pg_trgm', 'btree_gin')")
        missing = {"pg_trgm", "btree_gin"} - {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT clock_timestamp()")
        skew = abs((cursor.fetchone()[0] - timezone.now()).total_seconds())
    advice = f"Run CREATE EXTENSION {'; CREATE EXTENSION '.join(sorted(missing))}; in the database." if missing else ""
    yield Finding("extensions", FAIL if missing else OK, f"{len(missing)} missing", advice)
    advice = "Have both machines set their clocks by NTP." if skew > SKEW else ""
    yield Finding("clock", WARN if skew > SKEW else OK, f"differs from the database's by {skew:.1f} s", advice)


def check_files() -> Iterator[Finding]:
    """Write, read and delete a file in each storage, a bucket too; look at the room that is left."""
    for alias in ("default", "attachments"):
        storage, content = storages[alias], uuid.uuid4().bytes
        name = storage.save(f"doctor-{uuid.uuid4().hex}", ContentFile(content))
        try:
            with storage.open(name) as file:
                is_same = file.read() == content
        finally:
            storage.delete(name)
        place = "a bucket" if hasattr(storage, "bucket_name") else "a folder"
        advice = "" if is_same else ADVICE["files"]
        yield Finding(f"files: {alias}", OK if is_same else FAIL, f"written, read and deleted in {place}", advice)
    free = shutil.disk_usage(settings.VAR_DIR).free
    advice = "Make room, or move VAR_DIR." if free < FREE else ""
    yield Finding("disk", WARN if free < FREE else OK, f"{free // 1024 // 1024} MB free in VAR_DIR", advice)


def check_static() -> Iterator[Finding]:
    state = static_state()
    advice = "" if state == "ok" else "Run manage.py collectstatic."
    yield Finding("static files", OK if state == "ok" else FAIL, "all there" if state == "ok" else state, advice)


def check_mail() -> Iterator[Finding]:
    """Connect to the mail server and sign in, or ask the provider; nothing is sent."""
    backend: Any = mail.mailers["default"]
    if settings.MAIL_PROVIDER:
        yield _check_provider(backend)
        return
    if not hasattr(backend, "host"):
        yield Finding("mail", WARN, f"goes to {type(backend).__module__}, and to nobody", "Set EMAIL_URL.")
        return
    try:
        backend.open()
    finally:
        with suppress(OSError):
            backend.close()
    how = "and signed in" if backend.username else "without a user"
    yield Finding("mail", OK, f"connected to {backend.host}:{backend.port}, {how}")


def _check_provider(backend: ProviderBackend) -> Finding:
    """Ask the provider of mail for something that takes the key."""
    name = backend.provider.name
    try:
        status = backend.check_key()
    except OutgoingError as error:
        advice = "Look at the host in EMAIL_URL, and whether this machine may call others."
        return Finding("mail", FAIL, f"{name} cannot be reached ({error.reason})", advice)
    if is_key_refused(status):
        advice = (
            f"Look at the key in EMAIL_URL. {name} refuses one that may only send mails here too: send a test mail."
        )
        return Finding("mail", WARN, f"{name} refuses the key ({status})", advice)
    if status != HTTPStatus.OK:
        return Finding("mail", FAIL, f"{name} answered {status}", "Look at the provider's state, and try again.")
    if not settings.MAIL_EVENTS_SECRET:
        advice = "Set MAIL_EVENTS_SECRET, and have the provider call /channels/mail-events."
        return Finding("mail", WARN, f"{name} takes the key, and its reports on mails do not come back", advice)
    return Finding("mail", OK, f"{name} takes the key")


def check_settings() -> Iterator[Finding]:
    """Look at what Django and we warn of before a deployment: TLS, cookies, the proxy."""
    found = run_checks(tags=[Tags.security, Tags.database], include_deployment_checks=True)
    for message in found:
        if not message.is_silenced():
            yield Finding(f"settings: {message.id}", WARN, str(message.msg), str(message.hint or ""))
    if settings.DEBUG:
        yield Finding("settings", WARN, "DEBUG is on", "Leave DEBUG unset where others can reach the site.")
    elif not found:
        yield Finding("settings", OK, "TLS, cookies and proxy are set")


def check_site() -> Iterator[Finding]:
    """Ask the site for its health at the address that others use."""
    address = f"{settings.SITE_URL}/healthz"
    try:
        answer = send_request("GET", address, timeout=10, max_size=10_000, allow_private=True)
    except OutgoingError as error:
        yield Finding("site", FAIL, f"{address} cannot be reached from here ({error.reason})", ADVICE["site"])
        return
    is_ours = answer.status == HTTPStatus.OK and answer.body == b"ok"
    advice = "" if is_ours else "Something else answers there: look at the proxy and at ALLOWED_HOSTS."
    yield Finding("site", OK if is_ours else FAIL, f"{address} answered {answer.status}", advice)


def check_names() -> Iterator[Finding]:
    """Look for the site's host in DNS."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    try:
        addresses = sorted({str(entry[4][0]) for entry in socket.getaddrinfo(host, None)})
    except OSError:
        yield Finding("dns: site", FAIL, f"{host} has no address", "Add an A or AAAA record for it.")
        return
    yield Finding("dns: site", OK, f"{host} is {', '.join(addresses)}")


CHECKS: dict[str, Check] = {
    "database": check_database,
    "files": check_files,
    "static files": check_static,
    "mail": check_mail,
    "settings": check_settings,
    "site": check_site,
}
ASKED_CHECKS: dict[str, Check] = {"dns": check_names, "dns: mail": check_mail_records}
