from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import ChannelConnection

# Label and help text of each channel's secret, token and address, in the providers' own words.
SECRET_LABELS = {
    "whatsapp": (_("App secret"), _("At Meta under App settings, Basic. It verifies every call.")),
    "email": (
        _("Secret"),
        _("Mailgun's HTTP webhook signing key; otherwise a password of your choice, in letters and digits."),
    ),
}
TOKEN_LABELS = {
    "whatsapp": (
        _("Access token"),
        _("A system user's permanent token with the permission whatsapp_business_messaging."),
    ),
    "telegram": (_("Bot token"), _("BotFather shows it when you create the bot.")),
}
ADDRESS_LABELS = {
    "whatsapp": (
        _("Phone number ID"),
        _("Digits, shown at Meta under WhatsApp, API setup. It is not the number itself."),
    ),
    "email": (_("Address"), _("The address that people write to, and that receives the answers to your messages.")),
}

BUSINESS_LABELS = {
    "whatsapp": (
        _("WhatsApp Business Account ID"),
        _("Digits, shown beside the phone number ID. With it, you can send approved templates after 24 hours."),
    ),
}

TEXTS = {"address": ADDRESS_LABELS, "business_id": BUSINESS_LABELS, "secret": SECRET_LABELS, "token": TOKEN_LABELS}


def secret_input(is_saved: bool) -> forms.Widget:
    """An input whose value is never shown again."""
    attrs = {"autocomplete": "off", "spellcheck": "false"}
    if is_saved:
        attrs["placeholder"] = str(_("Saved; type to replace it"))
    return forms.PasswordInput(attrs=attrs)


class ChannelForm(forms.Form):
    """The settings of one channel, with the fields that it needs. An empty secret leaves the saved one."""

    def __init__(self, connection: ChannelConnection, data: Any = None) -> None:
        self.channel = connection.channel
        fields: dict[str, forms.Field] = {}
        if len(providers := ChannelConnection.PROVIDERS[self.channel]) > 1:
            labels = dict(ChannelConnection.Provider.choices)
            fields["provider"] = forms.ChoiceField(
                label=_("Provider"), choices=[(name, labels[name]) for name in providers], widget=forms.RadioSelect
            )
        for name, labels_by_channel in TEXTS.items():
            if texts := labels_by_channel.get(self.channel):
                is_hidden = name in ChannelConnection.HIDDEN
                widget = secret_input(bool(getattr(connection, name))) if is_hidden else forms.TextInput()
                # Only the model validates them, so that all errors are shown at once.
                fields[name] = forms.CharField(label=texts[0], help_text=texts[1], required=False, widget=widget)
        fields["is_active"] = forms.BooleanField(label=_("Switched on"), required=False)
        initial = {"provider": connection.provider or providers[0], "address": connection.address}
        initial["business_id"] = connection.business_id
        super().__init__(data, initial={**initial, "is_active": connection.is_active or not connection.is_set_up})
        self.fields.update(fields)
