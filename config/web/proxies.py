"""A proxy that is not in TRUSTED_PROXIES: noticed, and named instead of an endless redirect to HTTPS."""

import contextlib
import ipaddress
import json
import logging
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Tags, Warning, register
from django.http import HttpRequest, HttpResponse

from .client import is_proxy
from .errors import untrusted_proxy

logger = logging.getLogger("vestibule.proxies")

# How often a process notes that such a request came.
NOTE_SECONDS = 60.0
# `check --deploy` reads what was noted since.
REMEMBERED = 24 * 3600.0
WORDS = (
    "A request said that it came by HTTPS (X-Forwarded-Proto), from an address that is not listed in TRUSTED_PROXIES. "
    "Whoever runs this site has to add the address of the proxy, which the log names, to TRUSTED_PROXIES, and reload."
)


class UntrustedProxyMiddleware:
    """Answers a request that HTTPS alone would be redirected for ever: its proxy says HTTPS, and is not believed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.noted_at = -NOTE_SECONDS

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_untrusted(request):
            return self.get_response(request)
        if time.monotonic() - self.noted_at >= NOTE_SECONDS:
            self.noted_at = time.monotonic()
            address = request.META.get("REMOTE_ADDR") or ""
            logger.warning("%s says that visitors come by HTTPS, and is not in TRUSTED_PROXIES", address)
            _note(address)
        response = untrusted_proxy(request, WORDS)
        # For the dialects, which tell a program the same.
        response.refusal = WORDS  # type: ignore[attr-defined]
        return response


def _is_untrusted(request: HttpRequest) -> bool:
    if not settings.SECURE_SSL_REDIRECT or request.is_secure():
        return False
    scheme = request.META.get("HTTP_X_FORWARDED_PROTO", "").partition(",")[0].strip().lower()
    path = request.path.lstrip("/")
    return scheme == "https" and not any(re.search(exempt, path) for exempt in settings.SECURE_REDIRECT_EXEMPT)


def _notes() -> Path:
    return Path(settings.VAR_DIR) / "untrusted-proxy.json"


def _note(address: str) -> None:
    """Keep the address for `check --deploy`, which runs in another process. A full disk keeps nothing."""
    with contextlib.suppress(OSError), tempfile.NamedTemporaryFile("w", dir=settings.VAR_DIR, delete=False) as file:
        json.dump({"address": address, "at": time.time()}, file)
        file.close()
        os.replace(file.name, _notes())  # noqa: PTH105 - two paths


def _noted_address() -> str:
    """The last such address of a day that is still not listed, "" without one."""
    try:
        note = json.loads(_notes().read_text())
        address, is_recent = str(ipaddress.ip_address(note["address"])), time.time() - note["at"] < REMEMBERED
    except (OSError, ValueError, TypeError, KeyError):
        return ""
    return address if is_recent and not is_proxy(address) else ""


@register(Tags.security, deploy=True)
def check_proxies(app_configs: Any, **_: Any) -> Iterable[Warning]:
    """Warn where visitors come by HTTPS and no proxy, or not the one that was seen, is believed about it."""
    if address := _noted_address():
        text = f"{address} said that visitors came by HTTPS, and is not in TRUSTED_PROXIES, so they got an error."
        return [Warning(text, hint="Add it to TRUSTED_PROXIES if it is your proxy.", id="vestibule.W002")]
    if settings.SITE_URL.startswith("https://") and not settings.TRUSTED_PROXIES:
        text = "TRUSTED_PROXIES is empty: behind a proxy all visitors count as one, and HTTPS is not seen."
        return [Warning(text, hint="Set it to the address of the proxy.", id="vestibule.W001")]
    return []
