"""Settings of what other services do for Vestibule: UserHub, messaging channels, the status package."""

import re

from .environment import (
    are_networks,
    is_dsn,
    is_metrics_token,
    read,
    read_bool,
    read_choice,
    read_int,
    read_reply_mail,
    read_service_url,
    read_vapid_keys,
    stop,
)

# --- UserHub, and calls to others -----------------------------------------------------------------

# Without an address the built-in directory knows who the customers of inquiries are.
USERHUB_URL = read_service_url("USERHUB_URL", "", "https://hub.example.com/api", optional=True)
USERHUB_TOKEN = read("str", "USERHUB_TOKEN", "")
if not re.fullmatch(r"[!-~]+" if USERHUB_URL else r"[!-~]*", USERHUB_TOKEN):
    # It is a secret, and not repeated.
    stop("USERHUB_TOKEN is missing or unusable; it must be the token for USERHUB_URL, in ASCII without spaces.")
USERHUB_TIMEOUT = read_int("USERHUB_TIMEOUT", 10, 1, 30)
USERHUB_PATIENCE = read_int("USERHUB_PATIENCE", 800, 100, 10_000)
USERHUB_NEW_CUSTOMERS_PER_DAY = read_int("USERHUB_NEW_CUSTOMERS_PER_DAY", 200, 0, 1_000_000)
USERHUB_ONLY_WRITERS = read_bool("USERHUB_ONLY_WRITERS", False)

# Beside the addresses that the operator's own settings name, such as USERHUB_URL, which may be private without it.
OUTGOING_PRIVATE_NETWORKS = read(
    "list",
    "OUTGOING_PRIVATE_NETWORKS",
    [],
    are_networks,
    "it must be addresses or networks, such as 10.0.0.0/8,fd00::/8",
)

VAPID_PRIVATE_KEY = read_vapid_keys()

# --- Buckets -------------------------------------------------------------------------------------

ATTACHMENT_SIGNED_DOWNLOADS = read_bool("ATTACHMENT_SIGNED_DOWNLOADS", False)

# --- Viruses -------------------------------------------------------------------------------------

CLAMAV_ADDRESS = read(
    "str",
    "CLAMAV_ADDRESS",
    "",
    lambda v: not v or re.fullmatch(r"/[!-~]+|[^\s/:]+:\d{1,5}|\[[0-9A-Fa-f:.]+\]:\d{1,5}", v),
    "it must be where clamd listens, such as clamav:3310 or /run/clamav/clamd.ctl",
)
CLAMAV_REQUIRED = read_bool("CLAMAV_REQUIRED", True)

# --- Seen from outside ---------------------------------------------------------------------------

SENTRY_DSN = read("str", "SENTRY_DSN", "", is_dsn, "it must be like https://key@sentry.example.com/7")
METRICS_TOKEN = read("str", "METRICS_TOKEN", "", is_metrics_token, "it must be 20 characters or more, without spaces")
METRICS_ADDRESSES = read(
    "list", "METRICS_ADDRESSES", [], are_networks, "it must be addresses or networks, such as 10.0.0.0/8"
)

# --- Channels ------------------------------------------------------------------------------------

GRAPH_API = "https://graph.facebook.com/v24.0"
WHATSAPP_API_URL = read_service_url("WHATSAPP_API_URL", GRAPH_API, GRAPH_API)
TELEGRAM_API_URL = read_service_url("TELEGRAM_API_URL", *["https://api.telegram.org"] * 2)
CHANNEL_TIMEOUT = read_int("CHANNEL_TIMEOUT", 15, 1, 60)
STAFF_SECOND_FACTOR_REQUIRED = read_bool("STAFF_SECOND_FACTOR_REQUIRED", False)
AUDIT_KEPT_DAYS = read_int("AUDIT_KEPT_DAYS", 730, 31, 36500)
ORIGINALS_KEPT_DAYS = read_int("ORIGINALS_KEPT_DAYS", 400, 7, 36500)
# Where answers to mails come back, if anywhere: see contacts.reply_addresses.
REPLY_DOMAIN, REPLY_PROVIDER, REPLY_WEBHOOK_SECRET = read_reply_mail()
MAIL_READING_SECONDS = read_int("MAIL_READING_SECONDS", 2, 1, 60)
MAIL_READING_MEGABYTES = read_int("MAIL_READING_MEGABYTES", 200, 50, 4000)
# Copies of e-mails by the programs of one Pro.
API_COPIES_PER_DAY = read_int("API_COPIES_PER_DAY", 200, 0, 1_000_000)
CHANNEL_MESSAGES_PER_MINUTE = read_int("CHANNEL_MESSAGES_PER_MINUTE", 1200, 1, 1_000_000)

# --- Inquiries -----------------------------------------------------------------------------------

INQUIRY_TRANSITION_ERROR_STATUS = int(
    read_choice("INQUIRY_TRANSITION_ERROR_STATUS", "500", ("500", "409"), "it must be 500 or 409")
)
# It is imported when the apps are: see inquiries.history.package.
STATUS_HISTORY_BACKEND = read(
    "str",
    "STATUS_HISTORY_BACKEND",
    "",
    lambda v: not v or all(part.isidentifier() for part in v.split(".")),
    "it must be a dotted path, such as shared_status.package",
)
STATUS_HISTORY_TIMEOUT = read_int("STATUS_HISTORY_TIMEOUT", 3, 1, 60)

# --- Backups -------------------------------------------------------------------------------------

# Public keys of age that archives are encrypted for.
BACKUP_RECIPIENTS = read("list", "BACKUP_RECIPIENTS", [])
# Where `manage.py backup s3://…` goes, with keys of its own: those of the attachments should not reach the backups.
BACKUP_BUCKET = {
    "endpoint_url": read_service_url("BACKUP_ENDPOINT", "", "https://s3.example.com", optional=True) or None,
    "region_name": read("str", "BACKUP_REGION", "") or None,
    "access_key": read("str", "BACKUP_ACCESS_KEY", "") or None,
    "secret_key": read("str", "BACKUP_SECRET_KEY", "") or None,
    "default_acl": None,
    "file_overwrite": False,
}
