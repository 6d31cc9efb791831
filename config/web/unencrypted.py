"""Services beyond this machine that are talked to without TLS: `check --deploy` and `manage.py doctor` name them."""

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Tags, Warning, register

# Of PostgreSQL's: the others encrypt nothing, or also for whoever stands in between.
VERIFYING = {"verify-ca", "verify-full"}


@register(Tags.security, deploy=True)
def check_encryption(app_configs: Any, **_: Any) -> Iterable[Warning]:
    """Warn of each service whose connection anybody on the way could read."""
    for name, hint in _unencrypted():
        yield Warning(f"{name} names another machine, and no verified TLS to it.", hint=hint, id="vestibule.W003")


def _unencrypted() -> Iterator[tuple[str, str]]:
    for setting in ("USERHUB_URL", "WHATSAPP_API_URL", "TELEGRAM_API_URL"):
        if _is_plain(getattr(settings, setting)):
            yield setting, "Let it begin with https://."
    for setting, options in _buckets():
        if _is_plain(options.get("endpoint_url") or ""):
            yield setting, "Let it begin with https://."
    # It knows no TLS: it listens on this machine, or in a network of containers.
    if _is_elsewhere(settings.CLAMAV_ADDRESS.rpartition(":")[0].strip("[]")):
        yield "CLAMAV_ADDRESS", "Let clamd listen on this machine, or behind a tunnel."
    mail = settings.MAILERS["default"].get("OPTIONS", {})
    if _is_elsewhere(mail.get("host", "")) and not (mail.get("use_tls") or mail.get("use_ssl")):
        yield "EMAIL_URL", "Let it begin with smtp+tls:// or smtp+ssl://."
    for setting, alias in (("DATABASE_URL", "default"), ("DATABASE_REPLICA_URL", "replica")):
        entry = settings.DATABASES.get(alias, {})
        if _is_elsewhere(entry.get("HOST") or "") and entry.get("OPTIONS", {}).get("sslmode") not in VERIFYING:
            yield setting, "Add ?sslmode=verify-full, with the authority as sslrootcert."


def _buckets() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "ATTACHMENT_ENDPOINT", settings.STORAGES["attachments"].get("OPTIONS", {})
    yield "BACKUP_ENDPOINT", settings.BACKUP_BUCKET or {}


def _is_plain(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and _is_elsewhere(parts.hostname or "")


def _is_elsewhere(host: str) -> bool:
    """True for an address beyond this machine; a name without a dot is of this machine, or of its containers."""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return "." in host and not host.startswith("/") and not host.endswith(".localhost")
