"""Vestibule's settings, all from the environment. `.env.example` lists and explains every variable.

A value that cannot be used stops the start with one line on standard error.
"""

import contextlib
import ipaddress
import logging
import os
import re
import sys
import warnings
import zoneinfo
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.utils.csp import CSP

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def stop(problem):
    """End the start with one clear line."""
    sys.exit(f"Vestibule cannot start: {problem}")


if env_file := env.str("ENV_FILE", default=str(BASE_DIR / ".env")):
    if "ENV_FILE" in env.ENVIRON and not Path(env_file).is_file():
        stop(f"ENV_FILE is {env_file!r}; it must be a file.")
    env.read_env(env_file)


def read(kind, name, default=environ.Env.NOTSET, check=None, wanted=""):
    """The variable `name` read as `kind` ("str", "bool", …); `check` says whether a value is usable."""
    try:
        # django-environ takes a leading $ for the name of another variable; a key may well begin with one.
        raw = env.ENVIRON.get(name, "")
        value = raw if kind == "str" and raw.startswith("$") else getattr(env, kind)(name, default=default)
        usable = check is None or check(value)
    except (ImproperlyConfigured, ValueError, TypeError, KeyError):
        usable = False
    if not usable:
        # An address may hold a password: it is not repeated.
        given = "is not set" if name not in env.ENVIRON else f"is {re.sub('//[^/]*@', '//…@', env.ENVIRON[name])!r}"
        stop(f"{name} {given}; {wanted or 'it must be a ' + kind}.")
    return value


def read_bool(name, default):
    # django-environ takes every unknown word for false, which would hide a typing mistake.
    words = {
        "true": True,
        "1": True,
        "yes": True,
        "on": True,
        "false": False,
        "0": False,
        "no": False,
        "off": False,
    }
    word = read("str", name, str(default), lambda v: v.strip().lower() in words, "it must be true or false")
    return words[word.strip().lower()]


def read_int(name, default, low, high):
    return read("int", name, default, lambda v: low <= v <= high, f"it must be a whole number from {low} to {high}")


def stored_secret_key():
    """The installation's own key, made at the first start and kept beside its data."""
    path = VAR_DIR / "secret-key"
    if not path.exists():
        draft = path.with_name(f"secret-key-{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(get_random_secret_key() + get_random_secret_key())
        # Two processes may start at once: one key stays, whole, and both read it.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


# --- Where it runs -------------------------------------------------------------------------------

DEBUG = read_bool("DEBUG", False)
VAR_DIR = Path(read("str", "VAR_DIR", str(BASE_DIR / "var")))
try:
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    if not os.access(VAR_DIR, os.W_OK | os.X_OK):
        raise PermissionError(13, "Permission denied")
    SECRET_KEY = read("str", "SECRET_KEY", "") or stored_secret_key()
except OSError as error:
    stop(f"VAR_DIR is {str(VAR_DIR)!r}; it must be a folder that can be written to ({error.strerror}).")
if len(SECRET_KEY) < 50:
    stop("SECRET_KEY is too short; it must be 50 characters or more.")
SECRET_KEY_FALLBACKS = read("list", "SECRET_KEY_FALLBACKS", [])

PORT = read_int("PORT", 8000, 1, 65535)


def _is_site(value):
    url = urlsplit(value)
    is_bare = not (url.path.strip("/") or url.query or url.fragment or url.username or url.port == 0)
    return url.scheme in ("http", "https") and bool(url.hostname) and is_bare


SITE_URL = read(
    "str",
    "SITE_URL",
    f"http://127.0.0.1:{PORT}",
    _is_site,
    "it must be the public address, such as https://desk.example.com",
).rstrip("/")
_local_hosts = ["localhost", "127.0.0.1", "[::1]"] if DEBUG else []


def _are_hosts(values):
    return all(re.fullmatch(r"[\w.*-]+|\[[0-9A-Fa-f:.]+\]", value) for value in values)


ALLOWED_HOSTS = (
    read(
        "list",
        "ALLOWED_HOSTS",
        [urlsplit(SITE_URL).hostname],
        _are_hosts,
        "it must be host names without a port, such as desk.example.com,desk.example.org",
    )
    + _local_hosts
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]


def _is_networks(values):
    return [ipaddress.ip_network(value) for value in values] or True


TRUSTED_PROXIES = read(
    "list",
    "TRUSTED_PROXIES",
    [],
    _is_networks,
    "it must be addresses or networks, such as 10.0.0.0/8,127.0.0.1",
)

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "django_htmx",
    "django_tasks_db",
    "lucide",
    "config.files",
    "config.jobs",
    "config.web",
    "config.api",
    "config.accounts",
    "contacts",
    "contact_requests",
    "inquiries",
]

MIDDLEWARE = [
    "config.web.middleware.RequestIdMiddleware",
    "config.api.middleware.DialectMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.web.middleware.BodyLimitMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.accounts.middleware.UserLocaleMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.accounts.middleware.WorkspaceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.accounts.context.workspace",
            ],
        },
    }
]

# --- Data ----------------------------------------------------------------------------------------

SQLITE_OPTIONS = {
    # A write transaction takes its lock at the start; a reader that turns writer would fail at once instead.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # WAL lets readers go on beside a writer; FULL keeps an acknowledged write through a power cut.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}


def database():
    """The `default` entry of DATABASES from DATABASE_URL."""
    wanted = "it must be like postgres://user:password@host/name or sqlite:////path/to/file"
    url = read("str", "DATABASE_URL", f"sqlite:///{VAR_DIR / 'vestibule.sqlite3'}")
    try:
        # What the library only warns of, with the password in the warning, is refused.
        with warnings.catch_warnings(action="error"):
            found = environ.Env.db_url_config(url)
    except (ImproperlyConfigured, ValueError, KeyError, UserWarning):
        stop(f"DATABASE_URL cannot be read; {wanted}.")
    engine = found.get("ENGINE", "")
    # Web server and worker would each have a database in memory of their own.
    if engine == "django.db.backends.sqlite3" and found["NAME"] != ":memory:":
        found["OPTIONS"] = SQLITE_OPTIONS
        # Tests use a file: threads do not share a database in memory.
        found["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    elif engine == "django.db.backends.postgresql" and found["NAME"]:
        found["CONN_HEALTH_CHECKS"] = True
        found["OPTIONS"] = {**found.get("OPTIONS", {}), "connect_timeout": 5}
    else:
        # The value may hold a password: it is not repeated.
        stop(f"DATABASE_URL names no PostgreSQL or SQLite database; {wanted}.")
    # On SQLite too: whoever closes the last connection empties the WAL, which costs more than a submission.
    found["CONN_MAX_AGE"] = read_int("CONN_MAX_AGE", 600, 0, 86400)
    return found


DATABASES = {"default": database()}
MEDIA_ROOT = VAR_DIR / "media"
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# In development files are served from where they are written; in production from STATIC_ROOT.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG


def attachments():
    """The `attachments` entry of STORAGES: a folder, or a bucket of S3 or of what speaks like it."""
    places = ("files", "s3")
    if read("str", "ATTACHMENT_STORAGE", "files", lambda v: v in places, "it must be files or s3") == "files":
        options = {
            "location": VAR_DIR / "attachments",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        }
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": bucket()}


def bucket():
    """The options of django-storages for the ATTACHMENT_… variables."""
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config

    def is_bucket(value):
        return re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", value)

    def is_endpoint(value):
        return not value or _is_site(value)

    def is_region(value):
        return re.fullmatch(r"[a-z0-9-]*", value)

    part = 16 * 1024 * 1024
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
        # Without keys boto3 looks for the machine's own role.
        "access_key": access_key or None,
        "secret_key": secret_key or None,
        "default_acl": None,
        "querystring_auth": True,
        "max_memory_size": 2 * 1024 * 1024,
        # One request stores one file, whole or not at all, and one reads it.
        "transfer_config": TransferConfig(multipart_threshold=part, multipart_chunksize=part, use_threads=False),
        "client_config": Config(
            connect_timeout=5,
            read_timeout=15,
            retries={"max_attempts": 1},
            # What speaks like S3 seldom has the bucket in its host name, or Amazon's newer checksums.
            s3={"addressing_style": "path" if endpoint else "auto"},
            signature_version="s3v4",
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    }


STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "attachments": attachments(),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FILE_UPLOAD_PERMISSIONS = 0o600
# An e-mail's words come as a form. How large a request to any other path may be, BODY_LIMITS and the middleware say.
DATA_UPLOAD_MAX_MEMORY_SIZE = 36 * 1024 * 1024
# A pipeline of 30 steps, with its fields or its allowed moves, is the longest form.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# What the worker calls once a minute. Named here, as rooms of the same floor do not import each other.
HOUSEKEEPING = [
    "config.web.models.prune_rate_counts",
    "config.files.storage.sweep_loose_files",
    "config.jobs.housekeeping.prune_sessions",
    "config.jobs.housekeeping.prune_jobs",
    "config.jobs.housekeeping.prune_attempts",
    "config.api.models.prune_idempotency_keys",
    "contacts.models.note.prune_notes",
    "contacts.models.contact_import.forget_imports",
    "contacts.models.delivery.prune_deliveries",
    "contacts.models.message.give_up_forgotten",
    "inquiries.history.catch_up",
    "inquiries.profiles.give_up_forgotten",
    "inquiries.models.offer.expire_offers",
]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- Mail ----------------------------------------------------------------------------------------

MAILBOX_DIR = VAR_DIR / "mailbox"


def mailer():
    """The `default` entry of MAILERS from EMAIL_URL; in development mail is kept as files in MAILBOX_DIR."""
    default = "filemail://" if DEBUG else "smtp://localhost:25"
    url = read("str", "EMAIL_URL", default)
    try:
        found = environ.Env.email_url_config(url)
    except (ImproperlyConfigured, ValueError, KeyError):
        stop("EMAIL_URL cannot be read; it must be like smtp+tls://user:password@host:587.")
    if found["EMAIL_BACKEND"].endswith("filebased.EmailBackend"):
        return {"BACKEND": found["EMAIL_BACKEND"], "OPTIONS": {"file_path": str(MAILBOX_DIR)}}
    if not found["EMAIL_BACKEND"].endswith("smtp.EmailBackend"):
        return {"BACKEND": found["EMAIL_BACKEND"]}
    options = {
        "host": found["EMAIL_HOST"] or "localhost",
        "port": found["EMAIL_PORT"] or 25,
        "username": found["EMAIL_HOST_USER"] or "",
        "password": found["EMAIL_HOST_PASSWORD"] or "",
        "use_tls": found.get("EMAIL_USE_TLS", False),
        "use_ssl": found.get("EMAIL_USE_SSL", False),
        "timeout": 15,
    }
    return {"BACKEND": found["EMAIL_BACKEND"], "OPTIONS": options}


MAILERS = {"default": mailer()}
DEFAULT_FROM_EMAIL = read(
    "str",
    "DEFAULT_FROM_EMAIL",
    f"Vestibule <no-reply@{urlsplit(SITE_URL).hostname}>",
    lambda v: re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(v)[1]),
    "it must be like Vestibule <no-reply@desk.example.com>",
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Signing in ----------------------------------------------------------------------------------

LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "config.accounts.backends.EmailBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_AGE = int(timedelta(days=30).total_seconds())

# Five wrong passwords for one address from one place close that pair for a quarter of an hour; the wider
# limits (per place, per address) are config.accounts.limits.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "config.web.client.client_ip"
AXES_USERNAME_CALLABLE = "config.accounts.limits.attempted_email"
AXES_LOCKOUT_CALLABLE = "config.accounts.limits.locked_out"
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

# --- UserHub -------------------------------------------------------------------------------------


def _is_service(value):
    url = urlsplit(value)
    is_plain = not (url.query or url.fragment or url.username or url.port == 0) and value.isascii()
    return url.scheme in ("http", "https") and bool(url.hostname) and is_plain


# Without an address the built-in directory knows who the customers of inquiries are.
USERHUB_URL = read(
    "str",
    "USERHUB_URL",
    "",
    lambda v: not v or _is_service(v),
    "it must be the address of its API, such as https://hub.example.com/api",
).rstrip("/")
USERHUB_TOKEN = read("str", "USERHUB_TOKEN", "")
if not re.fullmatch(r"[!-~]+" if USERHUB_URL else r"[!-~]*", USERHUB_TOKEN):
    # It is a secret, and not repeated.
    stop("USERHUB_TOKEN is missing or unusable; it must be the token for USERHUB_URL, in ASCII without spaces.")
USERHUB_TIMEOUT = read_int("USERHUB_TIMEOUT", 3, 1, 30)

# --- Limits --------------------------------------------------------------------------------------

API_REQUESTS_PER_MINUTE = read_int("API_REQUESTS_PER_MINUTE", 1200, 1, 1_000_000)
FORM_SENDS_PER_HOUR = read_int("FORM_SENDS_PER_HOUR", 10, 1, 1_000_000)

# Larger bodies than any form's, by the beginning of the path: an e-mail comes with its files, in bytes.
BODY_LIMITS = {"/channels/email/": DATA_UPLOAD_MAX_MEMORY_SIZE}

# --- Channels ------------------------------------------------------------------------------------


WHATSAPP_API_URL = read(
    "str",
    "WHATSAPP_API_URL",
    "https://graph.facebook.com/v24.0",
    _is_service,
    "it must be the address of its API, such as https://graph.facebook.com/v24.0",
).rstrip("/")
TELEGRAM_API_URL = read(
    "str",
    "TELEGRAM_API_URL",
    "https://api.telegram.org",
    _is_service,
    "it must be the address of its API, such as https://api.telegram.org",
).rstrip("/")
CHANNEL_TIMEOUT = read_int("CHANNEL_TIMEOUT", 15, 1, 60)
CHANNEL_MESSAGES_PER_MINUTE = read_int("CHANNEL_MESSAGES_PER_MINUTE", 1200, 1, 1_000_000)

# --- Inquiries -----------------------------------------------------------------------------------

INQUIRY_TRANSITION_ERROR_STATUS = int(
    read("str", "INQUIRY_TRANSITION_ERROR_STATUS", "500", lambda v: v in ("500", "409"), "it must be 500 or 409")
)
# What it names is loaded when the apps are: see inquiries.history.package.
STATUS_HISTORY_BACKEND = read(
    "str",
    "STATUS_HISTORY_BACKEND",
    "",
    lambda v: not v or all(part.isidentifier() for part in v.split(".")),
    "it must be a dotted path, such as shared_status.package",
)
STATUS_HISTORY_TIMEOUT = read_int("STATUS_HISTORY_TIMEOUT", 3, 1, 60)

# --- Language and time ---------------------------------------------------------------------------

LANGUAGES = [("en", "English"), ("fr", "Français"), ("nl", "Nederlands")]
LANGUAGE_CODE = read(
    "str",
    "LANGUAGE_CODE",
    "en",
    lambda v: v in dict(LANGUAGES),
    f"it must be one of {', '.join(dict(LANGUAGES))}",
)
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = read(
    "str", "TIME_ZONE", "UTC", lambda v: v in zoneinfo.available_timezones(), "it must be like Europe/Paris"
)

# --- Security ------------------------------------------------------------------------------------

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.web.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

if not DEBUG:
    SECURE_SSL_REDIRECT = read_bool("SECURE_SSL_REDIRECT", True)
    # Probes ask over plain HTTP from inside.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = read_int("SECURE_HSTS_SECONDS", 31_536_000, 0, 2**31)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"

# --- Logs ----------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "config.web.logs.RequestIdFilter"},
        "without_traceback": {"()": "config.web.logs.WithoutTraceback"},
    },
    "formatters": {"line": {"format": "{asctime} {levelname} {name} [{request_id}] {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["request_id"], "formatter": "line"}},
    "root": {
        "handlers": ["console"],
        "level": read(
            "str",
            "LOG_LEVEL",
            "INFO",
            lambda v: v.upper() in logging.getLevelNamesMapping(),
            "it must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL",
        ).upper(),
    },
    "loggers": {
        # Django's own handlers would print these a second time, and mail them to nobody.
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # Its warnings are about being stopped.
        "django_tasks_db": {"level": "ERROR"},
        "axes": {"level": "ERROR"},
        # Its lines and warnings hold whole addresses, and Telegram's have the bot's token in them.
        "urllib3": {"level": "ERROR"},
    },
}
