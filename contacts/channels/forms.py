from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import ChannelConnection

# What a channel's secret, token and address are called where the pro finds them, and what is said of them.
SECRET_LABELS = {
    "whatsapp": (_("App secret"), _("At Meta under App settings, Basic. Every call is checked with it.")),
    "email": (
        _("Secret"),
        _("Of Mailgun the HTTP webhook signing key; else a password that you make up, of letters and digits."),
    ),
}
TOKEN_LABELS = {
    "whatsapp": (
        _("Access token"),
        _("The permanent one of a system user, with the right whatsapp_business_messaging."),
    ),
    "telegram": (_("Bot token"), _("BotFather gives it when you make the bot.")),
}
ADDRESS_LABELS = {
    "whatsapp": (
        _("Phone number ID"),
        _("Digits, shown at Meta under WhatsApp, API setup. It is not the number itself."),
    ),
    "email": (_("Address"), _("Where people write to, and where answers to your messages come in.")),
}


def _hidden(is_kept: bool) -> forms.Widget:
    """For what is never shown again."""
    attrs = {"autocomplete": "off", "spellcheck": "false"}
    return forms.PasswordInput(attrs=attrs | ({"placeholder": str(_("Kept; type to replace it"))} if is_kept else {}))


class ChannelForm(forms.Form):
    """How one channel is set up, with the fields that it needs. An empty secret stays what it is."""

    def __init__(self, connection: ChannelConnection, data: Any = None) -> None:
        self.channel = connection.channel
        fields: dict[str, forms.Field] = {}
        if len(providers := ChannelConnection.PROVIDERS[self.channel]) > 1:
            labels = dict(ChannelConnection.Provider.choices)
            fields["provider"] = forms.ChoiceField(
                label=_("Provider"), choices=[(name, labels[name]) for name in providers], widget=forms.RadioSelect
            )
        for name, known in (
            ("address", ADDRESS_LABELS.get(self.channel)),
            ("secret", SECRET_LABELS.get(self.channel)),
            ("token", TOKEN_LABELS.get(self.channel)),
        ):
            if known:
                widget = forms.TextInput() if name == "address" else _hidden(bool(getattr(connection, name)))
                # The model alone judges what is in it, so that all faults are named at once.
                fields[name] = forms.CharField(label=known[0], help_text=known[1], required=False, widget=widget)
        # What is switched off is not written about.
        fields["is_active"] = forms.BooleanField(label=_("Switched on"), required=False)
        initial = {"provider": connection.provider or providers[0], "address": connection.address}
        super().__init__(data, initial={**initial, "is_active": connection.is_active or not connection.secret})
        self.fields.update(fields)

    @property
    def settings(self) -> dict[str, Any]:
        """What was given, for `ChannelConnection.objects.connect`."""
        return dict(self.cleaned_data)
