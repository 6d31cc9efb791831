"""Bad values of environment variables: each stops the start with one line, which tells no secret."""

import pytest

from .configuration import assert_stopped_at, load, run, stops_at

BAD = [
    ("ENV_FILE", "no-such-file"),
    ("DEBUG", "maybe"),
    ("VAR_DIR", f"{__file__}/below-a-file"),
    ("VAR_DIR", __file__),
    ("SECRET_KEY", "hunter2"),
    ("SECRET_KEY", "$hunter2"),
    ("PORT", "0"),
    ("BIND", "localhost:port"),
    ("BIND", "8000"),
    # gunicorn reads this one too, before its own configuration, and would show where in its code.
    ("WEB_CONCURRENCY", "many"),
    ("WEB_CONCURRENCY", "0"),
    ("WEB_THREADS", "0"),
    ("DATABASE_LOCK_SECONDS", "51"),
    ("DATABASE_STATEMENT_SECONDS", "0"),
    ("PORT", "65536"),
    ("PORT", "abc"),
    ("PORT", ""),
    ("SITE_URL", "desk.example.com"),
    ("SITE_URL", "ftp://desk.example.com"),
    ("SITE_URL", "https://desk.example.com/path"),
    ("SITE_URL", "https://desk.example.com:port"),
    ("SITE_URL", "https://me:hunter2@desk.example.com"),
    ("ALLOWED_HOSTS", "https://desk.example.com"),
    ("TRUSTED_PROXIES", "nonsense"),
    ("TRUSTED_PROXIES", "10.0.0.0/99"),
    ("OUTGOING_PRIVATE_NETWORKS", "10.0.0.1/8"),
    ("OUTGOING_PRIVATE_NETWORKS", "intranet.example.com"),
    ("DATABASE_URL", "mysql://me:hunter2@localhost/name"),
    ("DATABASE_URL", "me:hunter2 rubbish"),
    ("DATABASE_URL", "postgres://me:hunter2@localhost:port/name"),
    ("DATABASE_URL", "postgres://me:hunter2@localhost"),
    ("DATABASE_URL", "sqlite://hunter2/two-slashes.sqlite3"),
    ("DATABASE_URL", "sqlite://:memory:"),
    ("DATABASE_REPLICA_URL", "postgres://me:hunter2@standby/name"),
    ("DATABASE_REPLICA_URL", "sqlite:////tmp/hunter2.sqlite3"),
    ("DATABASE_REPLICA_URL", "me:hunter2 rubbish"),
    ("IDENTITY_STORAGE", "bucket"),
    ("EMAIL_URL", "ftp://me:hunter2@localhost"),
    ("EMAIL_URL", "smtp://me:hunter2@localhost:port"),
    ("EMAIL_URL", "postmark://hunter2"),
    ("EMAIL_URL", "mailgun://hunter2:more@"),
    ("EMAIL_URL", "brevo://hunter2@api.brevo.com/v3"),
    ("EMAIL_URL", "brevo://hunter2@api.brevo.com:port"),
    ("MAIL_EVENTS_SECRET", "hunter2 with spaces"),
    ("MAIL_EVENTS_SECRET", "hunter2-without-a-provider"),
    ("DEFAULT_FROM_EMAIL", "nobody"),
    ("REPLY_DOMAIN", "reply"),
    ("REPLY_DOMAIN", "desk@reply.example.com"),
    ("REPLY_DOMAIN", "https://reply.example.com"),
    ("REPLY_PROVIDER", "sendmail"),
    ("REPLY_WEBHOOK_SECRET", "hunter2 with spaces"),
    ("API_REQUESTS_PER_MINUTE", "0"),
    ("FORM_SENDS_PER_HOUR", "-1"),
    ("API_COPIES_PER_DAY", "-1"),
    ("INQUIRY_TRANSITION_ERROR_STATUS", "200"),
    ("USERHUB_URL", "hub.example.com"),
    ("USERHUB_URL", "https://me:hunter2@hub.example.com"),
    ("USERHUB_URL", "https://:hunter2@hub.example.com"),
    ("USERHUB_URL", "https://hub.example.com/?q=1"),
    ("USERHUB_URL", "https://hub.example.com:port"),
    ("USERHUB_TOKEN", "hunter2 with spaces"),
    ("USERHUB_TIMEOUT", "0"),
    ("USERHUB_TIMEOUT", "31"),
    ("WHATSAPP_API_URL", ""),
    ("WHATSAPP_API_URL", "graph.facebook.com/v24.0"),
    ("WHATSAPP_API_URL", "ftp://graph.facebook.com"),
    ("WHATSAPP_API_URL", "https://me:hunter2@graph.facebook.com"),
    ("WHATSAPP_API_URL", "https://graph.facebook.com/?q=1"),
    ("WHATSAPP_API_URL", "https://graph.facebook.com:port"),
    ("TELEGRAM_API_URL", ""),
    ("TELEGRAM_API_URL", "api.telegram.org"),
    ("TELEGRAM_API_URL", "https://me:hunter2@api.telegram.org"),
    ("TELEGRAM_API_URL", "https://api.telegram.org/#bot"),
    ("CHANNEL_TIMEOUT", "0"),
    ("CHANNEL_TIMEOUT", "61"),
    ("CHANNEL_TIMEOUT", "1.5"),
    ("CHANNEL_MESSAGES_PER_MINUTE", "0"),
    ("CHANNEL_MESSAGES_PER_MINUTE", "many"),
    ("STATUS_HISTORY_BACKEND", "not a path"),
    ("STATUS_HISTORY_TIMEOUT", "0"),
    ("LANGUAGE_CODE", "xx"),
    ("TIME_ZONE", "Mars/X"),
    ("SECURE_SSL_REDIRECT", "perhaps"),
    ("SECURE_HSTS_SECONDS", "a year"),
    ("SECURE_HSTS_INCLUDE_SUBDOMAINS", "some"),
    ("SECURE_HSTS_PRELOAD", "soon"),
    ("LOG_LEVEL", "nonsense"),
    ("LOG_LEVEL", "10"),
]


def test_a_bad_value_stops_the_start_with_one_line(tmp_path, subtests):
    for name, value in BAD:
        with subtests.test(name, value=value), stops_at(name):
            load(tmp_path, **{name: value})


# The last two are noticed when the apps are loaded, after the settings.
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_URL", "https://me:hunter2@desk.example.com"),
        pytest.param("STATUS_HISTORY_BACKEND", "no_such_package.at_all", marks=pytest.mark.thorough),
        pytest.param("STATUS_HISTORY_BACKEND", "inquiries.history.entries", marks=pytest.mark.thorough),
    ],
)
def test_a_bad_value_stops_a_command_with_one_line(tmp_path, name, value):
    assert_stopped_at(name, run(tmp_path, "manage.py", "check", **{name: value}))


def test_a_userhub_without_a_token_stops_the_start(tmp_path):
    with stops_at("USERHUB_TOKEN"):
        load(tmp_path, USERHUB_URL="https://hub.example.com")


@pytest.mark.parametrize("url", ["postgres://me:hunter2@localhost/name", "sqlite:////tmp/name.sqlite3"])
def test_a_bad_conn_max_age_stops_the_start_on_either_database(tmp_path, url):
    with stops_at("CONN_MAX_AGE"):
        load(tmp_path, DATABASE_URL=url, CONN_MAX_AGE="-1")


@pytest.mark.parametrize(("name", "value"), [("BIND", "8000"), ("PORT", "abc")])
def test_a_bad_value_stops_gunicorn_with_one_line(tmp_path, name, value):
    command = ["-m", "gunicorn", "-c", "python:config.gunicorn", "--check-config"]
    assert_stopped_at(name, run(tmp_path, *command, DEBUG="true", **{name: value}))
