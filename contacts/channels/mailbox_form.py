from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..models import ChannelConnection, MailboxSettings
from .forms import secret_input
from .mailbox_presets import suggest_servers

SIGN_IN = ("username", "password")
SERVERS = ("imap_host", "imap_port", "imap_security", "smtp_host", "smtp_port", "smtp_security")
OAUTH = ("client_id", "client_secret", "token_url", "refresh_token")
HELP_TEXTS = {
    "username": _("Usually the address; without one, the address is used."),
    "password": _("Gmail, Yahoo and iCloud want an app password here, not the one of the account."),
    "since": _("E-mails that arrived before today come in as read, without a notification."),
}


class MailboxForm(forms.Form):
    """The settings of a mailbox. An empty secret leaves the saved one; only the model validates the texts."""

    address = forms.CharField(label=_("Address"), required=False, help_text=_("Your answers are sent from it."))
    username = forms.CharField(label=_("User name"), required=False, help_text=HELP_TEXTS["username"])
    password = forms.CharField(label=_("Password"), required=False, strip=False, help_text=HELP_TEXTS["password"])
    imap_host = forms.CharField(label=_("IMAP server"), required=False)
    imap_port = forms.IntegerField(label=_("IMAP port"))
    imap_security = forms.ChoiceField(label=_("Encryption of IMAP"), choices=MailboxSettings.Security)
    smtp_host = forms.CharField(label=_("SMTP server"), required=False)
    smtp_port = forms.IntegerField(label=_("SMTP port"))
    smtp_security = forms.ChoiceField(label=_("Encryption of SMTP"), choices=MailboxSettings.Security)
    client_id = forms.CharField(label=_("Client ID"), required=False)
    client_secret = forms.CharField(label=_("Client secret"), required=False)
    token_url = forms.CharField(label=_("Token URL"), required=False)
    refresh_token = forms.CharField(label=_("Refresh token"), required=False)
    since = forms.DateField(
        label=_("Read e-mails from"),
        help_text=HELP_TEXTS["since"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    is_active = forms.BooleanField(label=_("Switched on"), required=False)

    def __init__(self, connection: ChannelConnection, data: Any = None, *, address: str = "") -> None:
        mailbox = getattr(connection, "mailbox", None)
        super().__init__(data, initial=_initial(connection, mailbox, address))
        for name in MailboxSettings.SECRETS:
            self.fields[name].widget = secret_input(bool(mailbox and getattr(mailbox, name)))

    def clean(self) -> dict[str, Any]:
        """Take the address as user name where there is none."""
        data = super().clean() or {}
        data["username"] = data.get("username") or data.get("address", "")
        return data

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """(title, fields) in the order of the page."""
        return [
            (_("Mailbox"), [self[name] for name in ("address", *SIGN_IN)]),
            (_("Servers"), [self[name] for name in SERVERS]),
            (_("Instead of the password: OAuth 2"), [self[name] for name in OAUTH]),
            (_("Reading"), [self["since"], self["is_active"]]),
        ]


def _initial(connection: ChannelConnection, mailbox: MailboxSettings | None, address: str) -> dict[str, Any]:
    if mailbox is None:
        address = address or connection.address
        today: date = timezone.localdate()
        return {"address": address, "username": address, "since": today, "is_active": True, **suggest_servers(address)}
    names = [name for name in MailboxSettings.SETTABLE if name not in MailboxSettings.SECRETS]
    stored = {name: getattr(mailbox, name) for name in names}
    is_active = connection.is_active or not mailbox.has_credentials
    return {**stored, "address": address or connection.address, "is_active": is_active}
