"""Send e-mails by the SMTP server of a Pro's mailbox: Django's backend, on a checked connection with one deadline.

Sources: RFC 4954 (AUTH), Google's XOAUTH2.
"""

import smtplib
from base64 import b64encode
from typing import Any

from config.kept_smtp import ClosingSmtpBackend, DeadlineSmtp

from ..models import MailboxSettings

SESSION_SECONDS = 30.0


class _MailboxSmtp(DeadlineSmtp):
    """The SMTP server that a Pro has named, which must be a public address."""

    allow_private = False

    def __init__(self, mailbox: MailboxSettings, access_token: str, **options: Any) -> None:
        self.access_token, self.is_tls = access_token, mailbox.smtp_security == MailboxSettings.Security.TLS
        super().__init__(mailbox.smtp_host, mailbox.smtp_port, **options)

    def login(self, user: str, password: str, **options: Any) -> Any:
        """Sign in with the access token, else with the password in UTF-8, which smtplib's own PLAIN cannot."""
        self.ehlo_or_helo_if_needed()
        if self.access_token:
            return self._authenticate("XOAUTH2", f"user={user}\1auth=Bearer {self.access_token}\1\1")
        if "PLAIN" in self.esmtp_features.get("auth", "").upper().split():
            return self._authenticate("PLAIN", f"\0{user}\0{password}")
        return super().login(user, password, **options)

    def _authenticate(self, mechanism: str, response: str) -> tuple[int, bytes]:
        code, answer = self.docmd("AUTH", f"{mechanism} {b64encode(response.encode()).decode()}")
        if code == 334:
            # The reason of a refusal; then the server waits for an empty answer.
            code, answer = self.docmd("")
        if code not in (235, 503):
            raise smtplib.SMTPAuthenticationError(code, answer)
        return code, answer


class MailboxBackend(ClosingSmtpBackend):
    """Mail backend of one mailbox. Raises OSError, SMTPException among it, and BlockedAddressError."""

    def __init__(self, mailbox: MailboxSettings, access_token: str) -> None:
        self.mailbox, self.access_token = mailbox, access_token
        super().__init__(
            alias="mailbox",
            host=mailbox.smtp_host,
            port=mailbox.smtp_port,
            username=mailbox.username,
            password=mailbox.password or access_token,
            use_tls=mailbox.smtp_security == MailboxSettings.Security.STARTTLS,
            timeout=SESSION_SECONDS,
        )

    def connection_class(self, _host: str, _port: int, **options: Any) -> DeadlineSmtp:  # type: ignore[override]
        return _MailboxSmtp(self.mailbox, self.access_token, **options)
