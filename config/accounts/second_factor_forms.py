"""Forms of the second factor: one is added, or shown at the sign-in."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models import Pro, User
from .one_time_codes import make_app_secret

SALT = "secret of an app"
MAX_AGE = 3600  # seconds in which a new app is confirmed
MAX_CREDENTIAL = 20_000  # characters; a passkey takes some hundred, one with a certificate some thousand
# Between the decision of an office to require a second factor and the day on which it begins, and at most.
GRACE, MAX_GRACE = timedelta(days=7), timedelta(days=92)
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


class RequirementForm(forms.Form):
    """Second factor of everybody in an office: required or not, and from which day on in its time zone."""

    is_required = forms.BooleanField(label=_("Everybody needs a second factor to sign in"), required=False)
    first_day = forms.DateField(
        label=_("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Whoever has none by then sets one up before anything else. Today: at once."),
    )

    def __init__(self, pro: Pro, data: Any = None) -> None:
        starts_at, self._today = pro.second_factor_required_from, timezone.localdate()
        self._present = timezone.localdate(starts_at) if starts_at else None
        day = self._present or self._today + GRACE
        super().__init__(data, initial={"is_required": pro.second_factor_required, "first_day": day})

    def clean(self) -> dict[str, Any]:
        day = self.cleaned_data.get("first_day")
        if not self.cleaned_data["is_required"] or "first_day" in self.errors:
            return self.cleaned_data
        if day is None:
            self.add_error("first_day", _("Choose a day."))
        elif day != self._present and not self._today <= day <= self._today + MAX_GRACE:
            self.add_error("first_day", _("Choose today or a day in the next three months."))
        return self.cleaned_data

    @property
    def starts_at(self) -> datetime | None:
        """When it begins; None where it is not required."""
        day = self.cleaned_data["first_day"]
        return timezone.make_aware(datetime.combine(day, time.min)) if self.cleaned_data["is_required"] else None


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
