"""Reads settings from the environment and a `.env` file; a value that cannot be used stops the start with one line."""

import contextlib
import ipaddress
import os
import re
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
BOOLEANS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
env = environ.Env()


def stop(problem: str) -> NoReturn:
    """End the start with one clear line."""
    sys.exit(f"Vestibule cannot start: {problem}")


if env_file := env.str("ENV_FILE", default=str(BASE_DIR / ".env")):
    if "ENV_FILE" in env.ENVIRON and not Path(env_file).is_file():
        stop(f"ENV_FILE is {env_file!r}; it must be a file.")
    env.read_env(env_file)


def read(
    kind: str,
    name: str,
    default: Any = environ.Env.NOTSET,
    check: Callable[[Any], object] | None = None,
    requirement: str = "",
) -> Any:
    """The variable `name` read as `kind`, a method of django-environ ("str", "bool", "int", "list").

    `check` is truthy for a usable value; `requirement` completes the error: "it must be …".
    """
    try:
        # django-environ takes a leading $ for the name of another variable; a key may well begin with one.
        raw = env.ENVIRON.get(name, "")
        value = raw if kind == "str" and raw.startswith("$") else getattr(env, kind)(name, default=default)
        usable = check is None or check(value)
    except (ImproperlyConfigured, ValueError, TypeError, KeyError):
        usable = False
    if not usable:
        # A URL may hold a password, so it is never repeated.
        given = "is not set" if name not in env.ENVIRON else f"is {re.sub('//[^/]*@', '//…@', env.ENVIRON[name])!r}"
        stop(f"{name} {given}; {requirement or 'it must be a ' + kind}.")
    return value


def read_bool(name: str, default: bool) -> bool:
    """A boolean. django-environ takes every unknown word for false, which would hide a typing mistake."""
    word = read("str", name, str(default), lambda v: v.strip().lower() in BOOLEANS, "it must be true or false")
    return BOOLEANS[word.strip().lower()]


def read_int(name: str, default: int, low: int, high: int) -> int:
    """A whole number from `low` to `high`."""
    return read("int", name, default, lambda v: low <= v <= high, f"it must be a whole number from {low} to {high}")


def read_choice(name: str, default: str, choices: Collection[str], requirement: str) -> str:
    """One of `choices`."""
    return read("str", name, default, lambda v: v in choices, requirement)


def read_service_url(name: str, default: str, example: str, *, optional: bool = False) -> str:
    """The address of another program's API, without a slash at its end; "" only where it is `optional`."""
    requirement = f"it must be the address of its API, such as {example}"
    return read("str", name, default, lambda v: (optional and not v) or is_service_url(v), requirement).rstrip("/")


def read_reply_mail() -> tuple[str, str, str]:
    """Domain, provider and secret of the addresses at which answers come back; "" for the domain without any."""
    domain = read("str", "REPLY_DOMAIN", "", is_mail_domain, "it must be a domain, such as reply.example.com").lower()
    provider = read_choice("REPLY_PROVIDER", "mailgun", ("mailgun", "postmark"), "it must be mailgun or postmark")
    secret = read("str", "REPLY_WEBHOOK_SECRET", "")
    if not re.fullmatch(r"[!-~]{1,500}" if domain else r"[!-~]{0,500}", secret):
        # It is not repeated.
        stop("REPLY_WEBHOOK_SECRET is missing or unusable; it must be what verifies the provider's calls, in ASCII.")
    return domain, provider, secret


def read_events_secret(provider: str) -> str:
    """Secret that verifies a mail provider's calls about sent mails; "" where they are not received."""
    secret = read("str", "MAIL_EVENTS_SECRET", "")
    if not re.fullmatch(r"[!-~]{0,500}", secret):
        # It is not repeated.
        stop("MAIL_EVENTS_SECRET is unusable; it must be what verifies the provider's calls, in ASCII.")
    if secret and not provider:
        stop("MAIL_EVENTS_SECRET is set, and EMAIL_URL names no provider that would call.")
    return secret


def read_password_list() -> str:
    """Path of the list of passwords known from break-ins, "" for none."""
    requirement = "it must be a file that can be read, as the downloader of haveibeenpwned.com writes it"
    return read("str", "BREACHED_PASSWORDS", "", is_password_list, requirement)


def read_vapid_keys() -> list[str]:
    """Private keys for pushes, the present one first; none where they come from SECRET_KEY."""
    keys = read("list", "VAPID_PRIVATE_KEY", [])
    if not all(re.fullmatch(r"[\w-]{43}", key, re.ASCII) for key in keys):
        # They are not repeated.
        stop(
            "VAPID_PRIVATE_KEY is unusable; it must be keys of 43 characters, as manage.py make_vapid_key prints them."
        )
    return keys


def is_password_list(value: str) -> bool:
    """A file of lines that begin with a SHA-1 in capital letters; "" for none. Raises ValueError."""
    if not value:
        return True
    try:
        with Path(value).open("rb") as file:
            return bool(re.fullmatch(rb"[0-9A-F]{40}(:\d+)?\s*", file.readline(100)))
    except OSError as error:
        raise ValueError(value) from error


def is_mail_domain(value: str) -> bool:
    """A host name of two parts or more, short enough for any address there; "" too."""
    return not value or (len(value) < 190 and bool(re.fullmatch(r"(?i)[a-z0-9-]+(\.[a-z0-9-]+)+", value)))


def is_site_url(value: str) -> bool:
    """Scheme, host and port alone."""
    url = urlsplit(value)
    is_bare = not (url.path.strip("/") or url.query or url.fragment or url.username or url.port == 0)
    return url.scheme in ("http", "https") and bool(url.hostname) and is_bare


def is_service_url(value: str) -> bool:
    """Scheme, host, port and path, in ASCII."""
    url = urlsplit(value)
    is_plain = not (url.query or url.fragment or "@" in url.netloc or url.port == 0) and value.isascii()
    return url.scheme in ("http", "https") and bool(url.hostname) and is_plain


def is_dsn(value: str) -> bool:
    """The address of a project of Sentry: its key, host and number; "" for none."""
    return not value or bool(re.fullmatch(r"https?://[0-9A-Za-z]+(:[0-9A-Za-z]+)?@[^/@\s]+(/[^\s?#]*)?/[0-9]+", value))


def is_metrics_token(value: str) -> bool:
    """Long enough not to be guessed; "" for none."""
    return not value or bool(re.fullmatch(r"[!-~]{20,500}", value))


def are_hosts(values: list[str]) -> bool:
    """Host names, wildcards and IP addresses, each without a port."""
    return all(re.fullmatch(r"[\w.*-]+|\[[0-9A-Fa-f:.]+\]", value) for value in values)


def are_networks(values: list[str]) -> bool:
    """IP addresses and networks. Raises ValueError for anything else."""
    return all(ipaddress.ip_network(value) for value in values)


def close_to_others(path: Path) -> None:
    """Take the rights of group and others away from a file or folder of ours; one of another owner stays as it is."""
    with contextlib.suppress(OSError):
        if (mode := path.stat().st_mode) & 0o077:
            path.chmod(mode & 0o700)


def open_var_dir(path: Path) -> None:
    """Make the folder of the installation's data, for nobody else, or stop when it cannot be written to."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        close_to_others(path)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        stop(f"VAR_DIR is {str(path)!r}; it must be a folder that can be written to ({error.strerror}).")


def read_secret_key(var_dir: Path) -> str:
    """SECRET_KEY, or the installation's own key beside its data."""
    key = read("str", "SECRET_KEY", "")
    try:
        key = key or stored_secret_key(var_dir)
    except OSError as error:
        stop(f"VAR_DIR is {str(var_dir)!r}; it must be a folder that can be written to ({error.strerror}).")
    if len(key) < 50:
        stop("SECRET_KEY is too short; it must be 50 characters or more.")
    return key


def stored_secret_key(var_dir: Path) -> str:
    """The installation's own key, made at the first start."""
    path = var_dir / "secret-key"
    if not path.exists():
        draft = path.with_name(f"secret-key-{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(get_random_secret_key() + get_random_secret_key())
        # Two processes may start at once: one key stays, whole, and both read it.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
