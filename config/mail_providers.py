"""Providers of mail that EMAIL_URL may name: postmark://KEY@. How their APIs are called: `config.provider_mail`.

Sources: developers.brevo.com, documentation.mailgun.com, postmarkapp.com/developer, each in November 2026.
"""

from base64 import b64encode
from collections.abc import Callable
from typing import NamedTuple


class Provider(NamedTuple):
    """One provider: django-anymail's backend with its argument for the key, and where the API usually is.

    `read` is an address that takes the key, sent as `authorize` says. `headers` are added to every mail.
    """

    name: str
    backend: str
    key: str
    host: str
    path: str
    read: str
    authorize: Callable[[str], dict[str, str]]
    headers: dict[str, str]


def _basic(key: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'api:{key}'.encode()).decode()}"}


PROVIDERS = {
    "brevo": Provider(
        name="Brevo",
        backend="anymail.backends.brevo.EmailBackend",
        key="api_key",
        host="api.brevo.com",
        path="/v3/",
        read="account",
        authorize=lambda key: {"api-key": key},
        headers={},
    ),
    "mailgun": Provider(
        name="Mailgun",
        backend="anymail.backends.mailgun.EmailBackend",
        key="api_key",
        host="api.mailgun.net",
        path="/v3/",
        read="domains",
        authorize=_basic,
        headers={},
    ),
    "postmark": Provider(
        name="Postmark",
        backend="anymail.backends.postmark.EmailBackend",
        key="server_token",
        host="api.postmarkapp.com",
        path="/",
        read="server",
        authorize=lambda key: {"X-Postmark-Server-Token": key},
        # It puts a Message-ID of its own there otherwise.
        headers={"X-PM-KeepID": "true"},
    ),
}


def provider_options(provider: str, api_key: str, host: str = "") -> dict[str, str]:
    """Options of ProviderBackend, for the API at its usual host or another one, such as api.eu.mailgun.net."""
    chosen = PROVIDERS[provider]
    return {"provider": provider, "api_key": api_key, "api_url": f"https://{host or chosen.host}{chosen.path}"}
