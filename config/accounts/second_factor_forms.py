"""Forms of the second factor: one is added, or shown at the sign-in."""

from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from .models import User
from .one_time_codes import make_app_secret

SALT = "secret of an app"
MAX_AGE = 3600  # seconds in which a new app is confirmed
MAX_CREDENTIAL = 20_000  # characters; a passkey takes some hundred, one with a certificate some thousand
CODE_ATTRIBUTES = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}


class NameForm(forms.Form):
    """The name that a user gives to a factor."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("Where it is, such as “Phone”."))


class AppForm(NameForm):
    """A new app: its secret is carried by the form, signed for its user, until a code shows that the app has it."""

    code = forms.CharField(
        label=_("Code that the app shows"),
        max_length=20,
        widget=forms.TextInput(attrs={**CODE_ATTRIBUTES, "inputmode": "numeric"}),
    )
    secret = forms.CharField(max_length=300, widget=forms.HiddenInput, required=False)

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        self._user = user
        self.app_secret = self._read((data or {}).get("secret", ""))
        self.is_anew = data is not None and not self.app_secret
        self.app_secret = self.app_secret or make_app_secret()
        self.kept_secret = signing.dumps([user.pk, self.app_secret], salt=SALT)

    def _read(self, text: str) -> str:
        try:
            user_id, secret = signing.loads(text, salt=SALT, max_age=MAX_AGE)
        except signing.BadSignature:
            return ""
        return secret if user_id == self._user.pk else ""

    def clean(self) -> dict[str, Any]:
        if self.is_anew:
            raise forms.ValidationError(_("This took too long. Scan the new code below."))
        return self.cleaned_data


class PasskeyForm(forms.Form):
    """The browser's answer for a passkey, as JSON that static/js/passkey.js writes."""

    credential = forms.CharField(max_length=MAX_CREDENTIAL, required=False, widget=forms.HiddenInput)

    def read_credential(self) -> str:
        """The answer, "" where the field holds none."""
        return self.cleaned_data["credential"] if self.is_valid() else ""


class NewPasskeyForm(NameForm, PasskeyForm):
    """A new passkey with its name."""


class CodeForm(forms.Form):
    """A code of an app, or a recovery code."""

    code = forms.CharField(label=_("Code"), max_length=50, widget=forms.TextInput(attrs=CODE_ATTRIBUTES))

    def __init__(self, data: Any = None, *, has_focus: bool = True) -> None:
        super().__init__(data)
        if has_focus:
            self.fields["code"].widget.attrs["autofocus"] = True
