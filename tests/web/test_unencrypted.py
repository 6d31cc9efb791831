"""Services beyond this machine that are talked to without TLS are named before production."""

from copy import deepcopy
from types import SimpleNamespace

import pytest

from config.web.unencrypted import check_encryption

POSTGRES = "django.db.backends.postgresql"


def named():
    return [str(warning.msg).partition(" ")[0] for warning in check_encryption(None)]


@pytest.fixture
def services(monkeypatch):
    """Settings of a check alone, each service by TLS."""
    database = {"ENGINE": POSTGRES, "HOST": "db.example.com", "OPTIONS": {"sslmode": "verify-full"}}
    settings = SimpleNamespace(
        USERHUB_URL="https://hub.example.com/api",
        WHATSAPP_API_URL="https://graph.example.com",
        TELEGRAM_API_URL="https://api.example.com",
        MAILERS={"default": {"OPTIONS": {"host": "mail.example.com", "use_tls": True, "use_ssl": False}}},
        DATABASES={"default": database},
        STORAGES={"attachments": {"OPTIONS": {"endpoint_url": "https://s3.example.com"}}},
        BACKUP_BUCKET={"endpoint_url": None},
        CLAMAV_ADDRESS="/run/clamav/clamd.ctl",
    )
    monkeypatch.setattr("config.web.unencrypted.settings", settings)
    return settings


def test_none_is_named_where_each_has_tls(services):
    assert named() == []


def test_each_without_is_named(services):
    services.USERHUB_URL = "http://hub.example.com/api"
    services.MAILERS["default"]["OPTIONS"]["use_tls"] = False
    services.DATABASES["default"]["OPTIONS"] = {"sslmode": "require"}
    services.DATABASES["replica"] = deepcopy(services.DATABASES["default"])
    services.STORAGES["attachments"]["OPTIONS"]["endpoint_url"] = "http://10.0.0.9:9000"
    services.BACKUP_BUCKET = {"endpoint_url": "http://s3.example.com"}
    services.CLAMAV_ADDRESS = "10.0.0.9:3310"
    assert named() == [
        "USERHUB_URL",
        "ATTACHMENT_ENDPOINT",
        "BACKUP_ENDPOINT",
        "CLAMAV_ADDRESS",
        "EMAIL_URL",
        "DATABASE_URL",
        "DATABASE_REPLICA_URL",
    ]


@pytest.mark.parametrize("host", ["", "localhost", "127.0.0.1", "::1", "/run/postgresql", "database"])
def test_what_is_on_this_machine_needs_none(services, host):
    services.DATABASES["default"] |= {"HOST": host, "OPTIONS": {}}
    services.MAILERS["default"]["OPTIONS"] |= {"host": host, "use_tls": False}
    services.CLAMAV_ADDRESS = f"{host}:3310" if host and not host.startswith("/") else host
    assert named() == []
