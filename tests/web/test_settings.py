"""Configuration by environment variables: the settings run anew in this process, and a few real commands."""

import ast
import json
import re

import pytest
from django.core.mail import EmailMessage

from .configuration import MODULES, ROOT, load, run, stops_at

PRODUCTION = {"SITE_URL": "https://desk.example.com", "EMAIL_URL": "smtp+tls://mail:hunter2@mail.example.com:587"}


def test_nothing_outlives_a_transaction_behind_a_pooler_of_transactions(tmp_path):
    url = "postgres://me:hunter2@localhost/name"
    plain, pooled = (load(tmp_path, DATABASE_URL=url, DATABASE_POOLER=mode) for mode in ("none", "transaction"))
    entry = plain.DATABASES["default"]
    options = {**entry["OPTIONS"], "prepare_threshold": None}
    assert pooled.DATABASES["default"] == {**entry, "DISABLE_SERVER_SIDE_CURSORS": True, "OPTIONS": options}
    with stops_at("DATABASE_POOLER"):
        load(tmp_path, DATABASE_URL=url, DATABASE_POOLER="statement")


def test_the_second_wall_names_all_pros_until_a_request_names_one(tmp_path):
    url = "postgres://me:hunter2@localhost/name"
    settings = load(tmp_path, DATABASE_URL=url, DATABASE_WALL="true")
    assert settings.DATABASES["default"]["OPTIONS"]["options"] == "-c vestibule.pro=*"
    for more in ({"DATABASE_POOLER": "transaction"}, {"DATABASE_REPLICA_URL": url}, {"DATABASE_URL": "sqlite:///x"}):
        with stops_at("DATABASE_WALL"):
            load(tmp_path, **{"DATABASE_URL": url, "DATABASE_WALL": "true", **more})


def test_a_key_that_begins_with_a_dollar_is_that_key(tmp_path):
    assert load(tmp_path, SECRET_KEY="$" + "k" * 60).SECRET_KEY == "$" + "k" * 60


def test_without_a_key_one_is_made_and_kept(tmp_path):
    first, second = load(tmp_path).SECRET_KEY, load(tmp_path).SECRET_KEY
    key = tmp_path / "var" / "secret-key"
    assert first == second == key.read_text()
    assert key.stat().st_mode & 0o777 == 0o600


def test_what_others_could_read_is_closed_to_them(tmp_path):
    database = tmp_path / "var" / "vestibule.sqlite3"
    database.parent.mkdir(mode=0o755)
    database.touch(mode=0o644)
    load(tmp_path)
    assert [oct(path.stat().st_mode & 0o777) for path in (database.parent, database)] == ["0o700", "0o600"]


def test_former_keys_are_kept_for_what_they_signed_and_encrypted(tmp_path):
    assert load(tmp_path).SECRET_KEY_FALLBACKS == []
    assert load(tmp_path, SECRET_KEY_FALLBACKS="one,two").SECRET_KEY_FALLBACKS == ["one", "two"]


def test_a_slash_at_the_end_of_a_providers_address_does_no_harm(tmp_path):
    usual = load(tmp_path)
    given = load(tmp_path, WHATSAPP_API_URL="https://wa.example.com/v1/", TELEGRAM_API_URL="http://10.0.0.9:8081//")
    assert [(settings.WHATSAPP_API_URL, settings.TELEGRAM_API_URL) for settings in (usual, given)] == [
        ("https://graph.facebook.com/v24.0", "https://api.telegram.org"),
        ("https://wa.example.com/v1", "http://10.0.0.9:8081"),
    ]


@pytest.mark.parametrize("scheme", ["consolemail", "dummymail", "filemail", "memorymail"])
def test_mail_can_be_sent_without_a_server(tmp_path, settings, scheme):
    loaded = load(tmp_path, DEBUG="true", EMAIL_URL=f"{scheme}://")
    settings.MAILERS, settings.DEFAULT_FROM_EMAIL = loaded.MAILERS, loaded.DEFAULT_FROM_EMAIL
    message = EmailMessage("a", "b", to=["x@example.com"])
    assert message.send() == 1
    assert message.from_email == "Vestibule <no-reply@127.0.0.1>"


def test_mail_by_a_provider(tmp_path):
    urls = {
        "postmark://a%2Fkey@": ("postmark", "a/key", "https://api.postmarkapp.com/"),
        "mailgun://key@api.eu.mailgun.net": ("mailgun", "key", "https://api.eu.mailgun.net/v3/"),
        "brevo://key@": ("brevo", "key", "https://api.brevo.com/v3/"),
    }
    for url, (provider, key, api_url) in urls.items():
        loaded = load(tmp_path, EMAIL_URL=url, MAIL_EVENTS_SECRET="s3cret")
        options = {"provider": provider, "api_key": key, "api_url": api_url}
        assert {"default": {"BACKEND": "config.provider_mail.ProviderBackend", "OPTIONS": options}} == loaded.MAILERS
        assert (provider, "s3cret") == (loaded.MAIL_PROVIDER, loaded.MAIL_EVENTS_SECRET)
    usual = load(tmp_path)
    assert (usual.MAIL_PROVIDER, usual.MAIL_EVENTS_SECRET) == ("", "")


def names_read() -> set[str]:
    """Variables that the sources read: read(…, "NAME"), read_bool("NAME"), env.str("NAME") …"""
    names = set()
    for path in (ROOT / "config" / f"{name}.py" for name in MODULES):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and re.match(r"(settings\.)?read\w*$|env\.\w+$", ast.unparse(node.func)):
                texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                names |= {text for text in texts[:2] if isinstance(text, str) and re.fullmatch("[A-Z][A-Z_]+", text)}
    # The one default that looks like a name.
    return names - {"INFO", "UTC"}


def test_env_example_explains_every_variable():
    lines = (ROOT / ".env.example").read_text().splitlines()
    entries = {match[1]: number for number, line in enumerate(lines) if (match := re.match(r"#?([A-Z_]+)=", line))}
    assert set(entries) == names_read()
    assert [name for name, number in entries.items() if not lines[number - 1].startswith("# ")] == []


@pytest.mark.thorough
def test_env_example_can_be_used_as_it_is(tmp_path):
    result = run(tmp_path, "manage.py", "check", ENV_FILE=str(ROOT / ".env.example"))
    assert (result.returncode, result.stderr) == (0, "")


def test_the_environment_wins_over_the_file(tmp_path):
    file = tmp_path / "settings.env"
    file.write_text("PORT=8111\nTIME_ZONE=Europe/Paris\n")
    settings = load(tmp_path, ENV_FILE=str(file), PORT="8222")
    assert (settings.PORT, settings.TIME_ZONE) == (8222, "Europe/Paris")


@pytest.mark.thorough
def test_production_settings_pass_djangos_own_check(tmp_path):
    result = run(
        tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION, TRUSTED_PROXIES="127.0.0.1"
    )
    assert (result.returncode, result.stdout) == (0, "System check identified no issues (2 silenced).\n")
    assert result.stderr == ""


def test_production_cookies(tmp_path):
    settings, names = load(tmp_path, **PRODUCTION), ["NAME", "SECURE", "HTTPONLY", "SAMESITE"]
    cookies = {c: [getattr(settings, f"{c}_COOKIE_{name}") for name in names] for c in ("SESSION", "CSRF")}
    assert cookies == {"SESSION": ["__Host-session", True, True, "Lax"], "CSRF": ["__Host-csrf", True, True, "Lax"]}


@pytest.mark.thorough
def test_production_headers(tmp_path):
    code = """
import json, django
django.setup()
from django.test import Client
client = Client(headers={"host": "desk.example.com"})
secure, plain = client.get("/healthz", secure=True), client.get("/inbox")
print(json.dumps([dict(secure.headers), plain.status_code, plain["Location"]]))
"""
    production = {**PRODUCTION, "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}
    headers, status, location = json.loads(run(tmp_path, "-c", code, **production).stdout)
    expected = {
        "Strict-Transport-Security": "max-age=31536000",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "media-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default; "
        "report-uri /csp-reports; report-to csp",
    }
    assert {name: headers.get(name) for name in expected} == expected
    assert (status, location) == (301, "https://desk.example.com/inbox")
