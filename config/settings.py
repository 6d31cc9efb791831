"""Vestibule's settings, all from the environment; those of the web server are in `config.server_settings`,
those of other services in `config.service_settings`.

`.env.example` explains every variable. A value that cannot be used stops the start with one line on standard error.
"""

import logging
import re
import zoneinfo
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from config.backends import databases, mailer, read_wall, storages, templates
from config.environment import (
    BASE_DIR,
    are_hosts,
    are_networks,
    open_var_dir,
    read,
    read_bool,
    read_choice,
    read_events_secret,
    read_int,
    read_password_list,
    read_secret_key,
)
from config.server_settings import *  # noqa: F403
from config.server_settings import SITE_URL
from config.service_settings import *  # noqa: F403
from config.web.csp import ADMIN_CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY, MAX_REPORT, REPORTS_PATH
from config.web.logs import logging_config

# --- Where it runs -------------------------------------------------------------------------------

DEBUG = read_bool("DEBUG", False)
VAR_DIR = Path(read("str", "VAR_DIR", str(BASE_DIR / "var")))
open_var_dir(VAR_DIR)
SECRET_KEY = read_secret_key(VAR_DIR)
SECRET_KEY_FALLBACKS = read("list", "SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS = read(
    "list",
    "ALLOWED_HOSTS",
    [urlsplit(SITE_URL).hostname],
    are_hosts,
    "it must be host names without a port, such as desk.example.com,desk.example.org",
)
if DEBUG:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
TRUSTED_PROXIES = read(
    "list", "TRUSTED_PROXIES", [], are_networks, "it must be addresses or networks, such as 10.0.0.0/8,127.0.0.1"
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
    "config.audit",
    "config.backups",
    "config.counts",
    "config.files",
    "config.jobs",
    "config.search",
    "config.web",
    "config.api",
    "config.accounts",
    "config.notifications",
    "config.events",
    "config.closing",
    "contacts",
    "contact_requests",
    "inquiries",
    # Its policies are made of the tables of all others.
    "config.wall",
]

MIDDLEWARE = [
    "config.web.readable.ReadableMiddleware",
    "config.web.middleware.RequestIdMiddleware",
    "config.web.metrics.CountingMiddleware",
    "config.api.middleware.DialectMiddleware",
    "config.web.middleware.MethodErrorMiddleware",
    "config.web.proxies.UntrustedProxyMiddleware",
    "config.api.middleware.PlainHttpMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.web.isolation.ResourcePolicyMiddleware",
    "config.web.middleware.BodyLimitMiddleware",
    "config.accounts.cors.CorsMiddleware",
    "config.accounts.middleware.BearerMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.web.isolation.FetchMetadataMiddleware",
    "config.accounts.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.accounts.middleware.UserLocaleMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.accounts.middleware.WorkspaceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "config.web.toasts.ToastMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [templates(BASE_DIR)]
FORM_RENDERER = "config.web.rendering.FormRenderer"

# --- Data ----------------------------------------------------------------------------------------

DATABASES = databases(VAR_DIR)
DATABASE_WALL = read_wall(DATABASES)
DATABASE_ROLE = read("str", "DATABASE_ROLE", "")
if "replica" in DATABASES:
    DATABASE_ROUTERS = ["config.web.replica.ReplicaRouter"]
    MIDDLEWARE.insert(0, "config.web.replica.ReplicaMiddleware")
MEDIA_ROOT, STATIC_URL = VAR_DIR / "media", "static/"
STATIC_ROOT, STATICFILES_DIRS = Path(read("str", "STATIC_DIR", str(VAR_DIR / "static"))), [BASE_DIR / "static"]
# In development files are served from where they are written; in production from STATIC_ROOT.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
# Pages ask for the names with a hash alone; compressing each file under its other name too takes seconds of a start.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_MIMETYPES = {".svg": "image/svg+xml; charset=utf-8"}
STORAGES = storages(VAR_DIR, is_debug=DEBUG)
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
# An e-mail's words come as a form. How large a request to any other path may be, BODY_LIMITS and the middleware say.
DATA_UPLOAD_MAX_MEMORY_SIZE = 36 * 1024 * 1024
# A pipeline of 30 steps, with its fields or its allowed moves, is the longest form.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# What the worker calls once a minute. Named here, as rooms of the same floor do not import each other.
HOUSEKEEPING = [
    "config.web.models.prune_rate_counts",
    "config.web.counters.flush",
    "config.audit.thinning.thin_audit",
    "config.files.storage.sweep_loose_files",
    "config.jobs.housekeeping.prune_sessions",
    "config.jobs.housekeeping.prune_jobs",
    "config.jobs.housekeeping.prune_attempts",
    "config.accounts.inviting.prune_invitations",
    "config.jobs.models.prune_leases",
    "config.api.models.prune_idempotency_keys",
    "config.counts.keeping.keep_counts",
    "config.events.sending.wake_endpoints",
    "config.events.housekeeping.expire_dispatches",
    "config.events.housekeeping.prune_events",
    "config.notifications.housekeeping.keep_notifications",
    "config.closing.deleting.resume_deletions",
    "contacts.models.note.prune_notes",
    "contacts.models.canned_reply.prune_canned_replies",
    "contacts.models.contact_import.prune_imports",
    "contacts.models.bulk_run.prune_bulk_runs",
    "contact_requests.models.property_import.prune_property_imports",
    "contacts.models.delivery.prune_deliveries",
    "contacts.models.person_export.prune_person_exports",
    "contacts.privacy.retention.keep_retention",
    "contacts.privacy.erasing.resume_erasures",
    "contacts.models.message.fill_missing_search_texts",
    "contact_requests.models.property.fill_missing_search_texts",
    "contacts.waiting.later.wake_items",
    "contacts.reports.rollup.refresh_reports",
    "contacts.assigning.silence.take_back_from_silent",
    "contacts.waiting.overdue.tell_of_overdue",
    "contacts.conversations.sending.fail_abandoned_messages",
    "contacts.conversations.media.fetch_missing_media",
    "contacts.conversations.mailbox_polling.enqueue_polls",
    "contacts.conversations.templates.refresh_old_templates",
    "inquiries.history.sharing.catch_up",
    "inquiries.history.chain.keep_head",
    "inquiries.customers.profiles.fail_forgotten_profiles",
    "inquiries.customers.profiles.resume_withheld_profiles",
    "inquiries.offers.lifecycle.expire_offers",
]
# What a restore calls: at its end, in its transaction; after it, with the lines of the list of erasures given to it.
RESTORE_CHECKS = ["inquiries.history.chain.check_history", "config.audit.thinning.check_audit"]
RESTORE_LAST = ["contacts.privacy.again.erase_again", "config.closing.again.delete_again"]
TASKS = {"default": {"BACKEND": "config.jobs.backend.JobBackend", "QUEUES": []}}  # Any: config.jobs.lanes
WORKER_THREADS = read_int("WORKER_THREADS", 8, 1, 64)
WORKER_LEASE_SECONDS = read_int("WORKER_LEASE_SECONDS", 15, 2, 600)

# --- Mail ----------------------------------------------------------------------------------------

MAILBOX_DIR = VAR_DIR / "mailbox"
MAILERS = {"default": mailer(MAILBOX_DIR, is_debug=DEBUG)}
# A provider of mail whose API takes the mails, "" for a mail server, and what verifies its calls.
MAIL_PROVIDER = MAILERS["default"].get("OPTIONS", {}).get("provider", "")
MAIL_EVENTS_SECRET = read_events_secret(MAIL_PROVIDER)
DEFAULT_FROM_EMAIL = read(
    "str",
    "DEFAULT_FROM_EMAIL",
    f"Vestibule <no-reply@{urlsplit(SITE_URL).hostname}>",
    lambda v: re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(v)[1]),
    "it must be like Vestibule <no-reply@desk.example.com>",
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Signing in ----------------------------------------------------------------------------------

LOGIN_URL = LOGOUT_REDIRECT_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "config.accounts.backends.EmailBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "config.accounts.passwords.DecoratedWordValidator"},
    {"NAME": "config.accounts.breached.BreachedPasswordValidator", "OPTIONS": {"path": read_password_list()}},
]
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=12).total_seconds())
# A session ends when nobody has used it for this long; an open page that asks for news by itself uses nothing.
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_ENGINE = "config.accounts.models.session"

# Five wrong passwords for one address from one place close that pair for a quarter of an hour; the wider
# limits (per place, per address) are config.accounts.limits.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "config.web.client.client_attempts"
AXES_USERNAME_CALLABLE = "config.accounts.limits.attempted_email"
AXES_LOCKOUT_CALLABLE = "config.accounts.limits.locked_out"
AXES_ENABLE_ACCESS_FAILURE_LOG = AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
AXES_HANDLER = "config.accounts.limits.AttemptHandler"

# --- Limits --------------------------------------------------------------------------------------

API_REQUESTS_PER_MINUTE = read_int("API_REQUESTS_PER_MINUTE", 1200, 1, 1_000_000)
FORM_SENDS_PER_HOUR = read_int("FORM_SENDS_PER_HOUR", 10, 1, 1_000_000)
# Other bodies than forms, by the beginning of the path, in bytes: an e-mail comes with its files, a report is small.
BODY_LIMITS = dict.fromkeys(["/channels/email/", "/channels/replies"], DATA_UPLOAD_MAX_MEMORY_SIZE)
BODY_LIMITS |= {REPORTS_PATH: MAX_REPORT}
# Larger uploads than elsewhere: an answer may have 25 MB of files, a property's pictures come straight from a camera.
UPLOAD_LIMITS = {"/inbox/": 27 << 20, "/properties/pictures/": 64 << 20, "/properties/imports/": 64 << 20}

# --- Language and time ---------------------------------------------------------------------------

LANGUAGES = [("en", "English"), ("fr", "Français"), ("nl", "Nederlands")]
LANGUAGE_CODE = read_choice("LANGUAGE_CODE", "en", dict(LANGUAGES), f"it must be one of {', '.join(dict(LANGUAGES))}")
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "config.web.formats"
TIME_ZONE = read_choice("TIME_ZONE", "UTC", zoneinfo.available_timezones(), "it must be like Europe/Paris")

# --- Security ------------------------------------------------------------------------------------

SECURE_CSP, ADMIN_CSP = CONTENT_SECURITY_POLICY, ADMIN_CONTENT_SECURITY_POLICY
SECURE_REFERRER_POLICY, X_FRAME_OPTIONS = "same-origin", "DENY"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.accounts.resending.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

if not DEBUG:
    SECURE_SSL_REDIRECT = read_bool("SECURE_SSL_REDIRECT", True)
    # Probes ask over plain HTTP from inside.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz(/web)?$", r"^metrics$"]
    SECURE_HSTS_SECONDS = read_int("SECURE_HSTS_SECONDS", 31_536_000, 0, 2**31)
    # Both bind other sites of the domain, so an operator chooses them, and Django need not warn of their absence.
    SECURE_HSTS_INCLUDE_SUBDOMAINS = read_bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", False)
    SECURE_HSTS_PRELOAD = read_bool("SECURE_HSTS_PRELOAD", False)
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"

# --- Logs ----------------------------------------------------------------------------------------

LOG_LEVEL = read(
    "str",
    "LOG_LEVEL",
    "INFO",
    lambda v: v.upper() in logging.getLevelNamesMapping(),
    "it must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL",
)
LOG_FORMAT = read_choice("LOG_FORMAT", "text", ("text", "json"), "it must be text or json")
LOG_CLIENT_ADDRESS = read_choice(
    "LOG_CLIENT_ADDRESS", "none", ("none", "network", "full"), "it must be none, network or full"
)
LOGGING = logging_config(LOG_LEVEL.upper(), LOG_FORMAT)
