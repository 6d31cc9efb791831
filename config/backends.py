"""Entries of DATABASES, STORAGES, MAILERS and TEMPLATES, some made from the environment."""

import re
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from config.environment import close_to_others, is_site_url, read, read_bool, read_choice, read_int, stop
from config.files import s3_client
from config.mail_providers import PROVIDERS, provider_options

SQLITE_OPTIONS = {
    # A write transaction takes its lock at the start; a reader that turns writer would fail at once instead.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # WAL lets readers go on beside a writer; FULL keeps an acknowledged write through a power cut. What is deleted is
    # overwritten with zeros.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
}


POSTGRESQL_OPTIONS = {
    "connect_timeout": 5,  # seconds
    # A server that is gone without a word: asked after 10 idle seconds, given up after 15 more, or when what was sent
    # is not acknowledged for as long. The address in DATABASE_URL may say otherwise ("?tcp_user_timeout=…").
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
    # After 5 times the plan of a statement is kept, where `config.cursors` says so.
    "prepare_threshold": 5,
}


def databases(var_dir: Path) -> dict[str, Any]:
    """The setting DATABASES: `default` from DATABASE_URL, and `replica` if there is a DATABASE_REPLICA_URL."""
    default = database(
        "DATABASE_URL", read("str", "DATABASE_URL", f"sqlite:///{var_dir / 'vestibule.sqlite3'}"), var_dir
    )
    if not (url := read("str", "DATABASE_REPLICA_URL", "")):
        return {"default": default}
    replica = database("DATABASE_REPLICA_URL", url, var_dir)
    if {default["ENGINE"], replica["ENGINE"]} != {"django.db.backends.postgresql"}:
        stop("DATABASE_REPLICA_URL names no standby of the database in DATABASE_URL; both must be PostgreSQL.")
    return {"default": default, "replica": replica | {"TEST": {"MIRROR": "default"}}}


ALL_PROS = "-c vestibule.pro=*"


def read_wall(databases: dict[str, Any]) -> bool:
    """The setting DATABASE_WALL. Where it is on, connections begin with all Pros named (`config.wall`)."""
    if not read_bool("DATABASE_WALL", False):
        return False
    entry = databases["default"]
    if (
        entry["ENGINE"] != "django.db.backends.postgresql"
        or len(databases) > 1
        or "DISABLE_SERVER_SIDE_CURSORS" in entry
    ):
        stop("DATABASE_WALL needs PostgreSQL, without DATABASE_POOLER=transaction and without DATABASE_REPLICA_URL.")
    entry["OPTIONS"]["options"] = f"{entry['OPTIONS'].get('options', '')} {ALL_PROS}".strip()
    return True


def database(variable: str, url: str, var_dir: Path) -> dict[str, Any]:
    """An entry of DATABASES from the address in `variable`."""
    requirement = "it must be like postgres://user:password@host/name or sqlite:////path/to/file"
    try:
        # The library only warns of some faults, with the password in the warning; they are refused here.
        with warnings.catch_warnings(action="error"):
            entry = environ.Env.db_url_config(url)
    except (ImproperlyConfigured, ValueError, KeyError, UserWarning):
        stop(f"{variable} cannot be read; {requirement}.")
    engine = entry.get("ENGINE", "")
    # Web server and worker would each have an in-memory database of their own.
    if engine == "django.db.backends.sqlite3" and entry["NAME"] != ":memory:":
        entry["OPTIONS"] = SQLITE_OPTIONS
        # Tests use a file: threads do not share an in-memory database.
        entry["TEST"] = {"NAME": str(var_dir / "test.sqlite3")}
        close_to_others(Path(entry["NAME"]))
    elif engine == "django.db.backends.postgresql" and entry["NAME"]:
        entry["CONN_HEALTH_CHECKS"] = True
        entry["OPTIONS"] = POSTGRESQL_OPTIONS | entry.get("OPTIONS", {})
        if read_choice("DATABASE_POOLER", "none", ("none", "transaction"), "it must be none or transaction") != "none":
            # What outlives a transaction is on another connection then: cursors with a name, prepared statements.
            entry["DISABLE_SERVER_SIDE_CURSORS"] = True
            entry["OPTIONS"]["prepare_threshold"] = None
    else:
        # The value may hold a password, so it is not repeated.
        stop(f"{variable} names no PostgreSQL or SQLite database; {requirement}.")
    # On SQLite too: closing the last connection empties the WAL, which costs more than a submission.
    entry["CONN_MAX_AGE"] = read_int("CONN_MAX_AGE", 600, 0, 86400)
    return entry


def storages(var_dir: Path, *, is_debug: bool) -> dict[str, Any]:
    """The setting STORAGES."""
    static = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
        if is_debug
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    )
    return {
        "default": identity_storage(),
        "attachments": attachment_storage(var_dir),
        "staticfiles": {"BACKEND": static},
    }


def attachment_storage(var_dir: Path) -> dict[str, Any]:
    """The `attachments` entry of STORAGES: a folder, or a bucket of S3 or a compatible service."""
    if read_choice("ATTACHMENT_STORAGE", "files", ("files", "s3"), "it must be files or s3") == "s3":
        return {"BACKEND": "config.files.bucket.BucketStorage", "OPTIONS": bucket()}
    options = {
        "location": var_dir / "attachments",
        "file_permissions_mode": 0o600,
        "directory_permissions_mode": 0o700,
    }
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}


def identity_storage() -> dict[str, Any]:
    """The `default` entry of STORAGES, for identity documents: MEDIA_ROOT, or below `identity/` in the same bucket."""
    if read_choice("IDENTITY_STORAGE", "files", ("files", "s3"), "it must be files or s3") == "s3":
        return {"BACKEND": "config.files.bucket.BucketStorage", "OPTIONS": bucket()}
    return {"BACKEND": "django.core.files.storage.FileSystemStorage"}


def bucket() -> dict[str, Any]:
    """The options of django-storages for the ATTACHMENT_… variables."""
    if not s3_client.is_installed():
        stop(f"ATTACHMENT_STORAGE or IDENTITY_STORAGE is s3, and {s3_client.MISSING}")

    def is_bucket(value: str) -> object:
        return re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", value)

    def is_endpoint(value: str) -> bool:
        return not value or is_site_url(value)

    def is_region(value: str) -> object:
        return re.fullmatch(r"[a-z0-9-]*", value)

    name = read("str", "ATTACHMENT_BUCKET", "", is_bucket, "it must be the name of a bucket")
    endpoint = read("str", "ATTACHMENT_ENDPOINT", "", is_endpoint, "it must be like https://s3.example.com")
    region = read("str", "ATTACHMENT_REGION", "", is_region, "it must be like eu-west-3")
    access_key, secret_key = read("str", "ATTACHMENT_ACCESS_KEY", ""), read("str", "ATTACHMENT_SECRET_KEY", "")
    if bool(access_key) != bool(secret_key):
        missing, present = ("SECRET", "ACCESS") if access_key else ("ACCESS", "SECRET")
        stop(f"ATTACHMENT_{missing}_KEY is not set; it must be, as ATTACHMENT_{present}_KEY is.")
    return {
        "bucket_name": name,
        "endpoint_url": endpoint or None,
        "region_name": region or None,
        # Without keys boto3 uses the role of the machine.
        "access_key": access_key or None,
        "secret_key": secret_key or None,
        "default_acl": None,
        "querystring_auth": True,
        "max_memory_size": 2 * 1024 * 1024,
        **_client_options(has_endpoint=bool(endpoint)),
    }


def _client_options(*, has_endpoint: bool) -> dict[str, Any]:
    """How boto3 talks to the bucket; `has_endpoint` is True for a service other than Amazon's."""
    # A package that need not be installed.
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config

    part = 16 * 1024 * 1024
    return {
        # One request stores one file, whole or not at all, and one reads it.
        "transfer_config": TransferConfig(multipart_threshold=part, multipart_chunksize=part, use_threads=False),
        "client_config": Config(
            # Somebody waits for an upload, and can send it again; jobs are tried again by themselves.
            connect_timeout=3,
            read_timeout=10,
            retries={"total_max_attempts": 1},
            # Compatible services seldom have the bucket in their host name, or Amazon's newer checksums.
            s3={"addressing_style": "path" if has_endpoint else "auto"},
            signature_version="s3v4",
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    }


def mailer(mailbox_dir: Path, *, is_debug: bool) -> dict[str, Any]:
    """The `default` entry of MAILERS from EMAIL_URL, which names a mail server or a provider of mail.

    In development mail is kept as files in `mailbox_dir`.
    """
    url = read("str", "EMAIL_URL", "filemail://" if is_debug else "smtp://localhost:25")
    if (provider := url.partition(":")[0]) in PROVIDERS:
        return {"BACKEND": "config.provider_mail.ProviderBackend", "OPTIONS": _read_provider(provider, url)}
    try:
        parts = environ.Env.email_url_config(url)
    except (ImproperlyConfigured, ValueError, KeyError):
        stop("EMAIL_URL cannot be read; it must be like smtp+tls://user:password@host:587.")
    backend = parts["EMAIL_BACKEND"]
    if backend.endswith("filebased.EmailBackend"):
        return {"BACKEND": backend, "OPTIONS": {"file_path": str(mailbox_dir)}}
    if not backend.endswith("smtp.EmailBackend"):
        return {"BACKEND": backend}
    options = {
        "host": parts["EMAIL_HOST"] or "localhost",
        "port": parts["EMAIL_PORT"] or 25,
        "username": parts["EMAIL_HOST_USER"] or "",
        "password": parts["EMAIL_HOST_PASSWORD"] or "",
        "use_tls": parts.get("EMAIL_USE_TLS", False),
        "use_ssl": parts.get("EMAIL_USE_SSL", False),
    }
    return {"BACKEND": "config.kept_smtp.KeptSmtpBackend", "OPTIONS": options}


def _read_provider(provider: str, url: str) -> dict[str, str]:
    """Options of a provider of mail, from EMAIL_URL."""
    try:
        parts = urlsplit(url)
        key, host, _port = unquote(parts.username or ""), parts.hostname or "", parts.port
    except ValueError:
        key, host = "", ""
    is_key, is_host = re.fullmatch(r"[!-~]{1,500}", key), re.fullmatch(r"[a-z0-9.-]*", host)
    if not (is_key and is_host) or parts.path.strip("/") or parts.query or parts.password or parts.port:
        stop(f"EMAIL_URL cannot be read; it must be like {provider}://KEY@ or {provider}://KEY@api.example.com.")
    return provider_options(provider, key, host)


# Tags of every template: they take the place of Django's, or are in every form.
BUILTINS = ["config.accounts.templatetags.typed_by", "config.web.templatetags.addresses"]


def templates(base_dir: Path) -> dict[str, Any]:
    """Entry of TEMPLATES, for pages and mails."""
    processors = [
        "django.template.context_processors.request",
        "django.template.context_processors.i18n",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
        "config.accounts.context.workspace",
    ]
    plain = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
    loaders = [("config.web.folded_templates.Loader", plain)]
    return {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [base_dir / "templates"],
        "OPTIONS": {"context_processors": processors, "builtins": BUILTINS, "loaders": loaders},
    }
