"""Mail by a provider's API instead of SMTP; django-anymail speaks to each of `config.mail_providers`.

What a provider refuses is worded as a mail server would, so that whoever sends a mail needs to know neither.
"""

from collections.abc import Sequence
from http import HTTPStatus
from smtplib import SMTPRecipientsRefused
from typing import Any

from anymail.exceptions import AnymailError, AnymailRecipientsRefused
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.module_loading import import_string

from config.mail_providers import PROVIDERS
from config.outgoing import send_request

# Seconds for connecting, and for each part of the answer.
TIMEOUT = 20


class ProviderError(OSError):
    """The provider does not take the mail now, or its answer cannot be read."""


class ProviderBackend(BaseEmailBackend):
    """Sends each mail by the API of one of PROVIDERS, at `api_url`."""

    def __init__(self, *, provider: str, api_key: str, api_url: str, **options: Any) -> None:
        super().__init__(**options)
        self.provider, self.api_key, self.api_url = PROVIDERS[provider], api_key, api_url

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        """Send mails. Raises SMTPRecipientsRefused, and ProviderError for what may work the next time."""
        options = {self.provider.key: self.api_key, "api_url": self.api_url, "timeout": TIMEOUT}
        backend = import_string(self.provider.backend)(**options)
        for message in email_messages:
            message.extra_headers |= self.provider.headers
            try:
                backend.send_messages([message])
            except AnymailRecipientsRefused as error:
                text = f"{self.provider.name} does not send to this address".encode()
                raise SMTPRecipientsRefused(dict.fromkeys(message.to, (550, text))) from error
            except AnymailError as error:
                raise ProviderError(self._describe(error)) from error
        return len(email_messages)

    def _describe(self, error: AnymailError) -> str:
        """The provider's answer in a few words: anymail's own text repeats the mail."""
        status = getattr(error, "status_code", None)
        reason = error.response.text[:300] if status else type(error.__cause__ or error).__name__
        return " ".join(filter(None, [self.provider.name, str(status or ""), reason]))

    def check_key(self) -> int:
        """Ask the provider for something that takes the key, and return the status. Raises OutgoingError."""
        headers = {"Accept": "application/json", **self.provider.authorize(self.api_key)}
        address = f"{self.api_url}{self.provider.read}"
        return send_request("GET", address, headers=headers, timeout=10, max_size=1_000_000, allow_private=True).status


def is_key_refused(status: int) -> bool:
    """True for the status of an answer that refuses the key."""
    return status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
