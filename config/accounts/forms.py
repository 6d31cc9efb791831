import zoneinfo
from collections.abc import Collection
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, PasswordResetForm
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.web.text import unix_lines

from .limits import is_own_password
from .mails import send_password_reset
from .models import AllowedOrigin, ApiToken, Pro, User
from .models.origin import MAX_ORIGINS, clean_origin
from .models.signature import MAX_LENGTH as MAX_SIGNATURE
from .models.user import MAX_UNDO_SECONDS

SCOPE_LABELS = {
    "contact_requests:read": _("read contact requests"),
    "contact_requests:write": _("read and change contact requests"),
    "contacts:read": _("read contacts"),
    "contacts:write": _("read and change contacts"),
    "inquiries:read": _("read inquiries"),
    "inquiries:write": _("read and change inquiries"),
    "messages:read": _("read conversations"),
    "messages:write": _("read conversations and answer"),
    "privacy:read": _("fetch everything about a person"),
    "privacy:write": _("export and erase persons"),
    "properties:read": _("read properties"),
    "properties:write": _("read and change properties"),
    "webhooks:read": _("read webhooks"),
    "webhooks:write": _("read and change webhooks"),
}


def describe_scopes(scopes: Collection[str]) -> list[str]:
    """Labels of a token's scopes, in the order of the form; who may change something may read it too."""
    wider = {scope.replace(":write", ":read") for scope in scopes if scope.endswith(":write")}
    return [str(label) for scope, label in SCOPE_LABELS.items() if scope in scopes and scope not in wider]


@cache
def time_zones() -> list[tuple[str, str]]:
    """The time zones by place, without historical aliases."""
    names = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _("Wrong e-mail or password. Passwords are case-sensitive."),
        "inactive": _("This account is closed."),
        "password_ended": _("This first password has ended. Ask for a new one by e-mail."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget = forms.EmailInput(attrs={"autocomplete": "username"})
        self.fields["username"].label = _("E-mail")
        # The address stays after a wrong password.
        self.fields["password" if self.data.get("username") else "username"].widget.attrs["autofocus"] = True

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if user.password_ends_at and user.password_ends_at <= timezone.now():
            raise forms.ValidationError(self.error_messages["password_ended"], code="password_ended")


class OwnPasswordForm(PasswordChangeForm):
    """A new password in place of the old one, which is typed too; a wrong one counts as an attempt to sign in."""

    def __init__(self, *args: Any, request: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request = request

    def clean_old_password(self) -> str:
        if not is_own_password(self._request, self.cleaned_data["old_password"]):
            raise forms.ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return self.cleaned_data["old_password"]


class ResetForm(PasswordResetForm):
    """Request a reset mail. The answer is the same for an unknown address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")

    def save(self, **kwargs: Any) -> None:  # type: ignore[override]
        # Nothing is looked up here: the answer takes as long for an unknown address as for a known one.
        send_password_reset.enqueue(self.cleaned_data["email"].strip().lower())


class PersonForm(forms.ModelForm):
    """The person's own name, language and seconds to undo."""

    class Meta:
        model = User
        fields = ["name", "language", "undo_seconds"]
        labels = {"language": _("Language of your pages"), "undo_seconds": _("Seconds to undo an answer")}
        widgets = {"undo_seconds": forms.NumberInput(attrs={"max": MAX_UNDO_SECONDS, "inputmode": "numeric"})}


class AddressForm(forms.Form):
    """Another address to sign in with. One that somebody has is taken here like any other, and tells nobody so."""

    email = forms.EmailField(
        label=_("New address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("We send a link to it. The address changes once you have opened the link."),
    )

    def __init__(self, user: User, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self._user = user

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip().lower()
        if email == self._user.email:
            raise forms.ValidationError(_("You sign in with this address already."))
        # In lower case it may be longer.
        return User._meta.get_field("email").clean(email, None)


class SignatureForm(forms.Form):
    """A user's signatures: a text per language, each may be empty."""

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data, initial=dict(user.signatures.values_list("language", "text")))
        for language, name in settings.LANGUAGES:
            widget = forms.Textarea(attrs={"rows": 4, "lang": language})
            field = forms.CharField(label=name, required=False, max_length=MAX_SIGNATURE, widget=widget)
            self.fields[language] = field

    @property
    def texts(self) -> dict[str, str]:
        """The texts by language."""
        return {language: unix_lines(text) for language, text in self.cleaned_data.items()}


class ProForm(forms.ModelForm):
    """The Pro's card, as visitors and mails show it."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)

    class Meta:
        model = Pro
        fields = ["name", "email", "phone", "country", "language", "time_zone"]
        labels = {"name": _("Business name"), "language": _("Language of your notifications")}


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("Its purpose, such as “Website”."))
    scopes = forms.MultipleChoiceField(
        label=_("Rights"),
        choices=SCOPE_LABELS.items(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    expires_on = forms.DateField(
        label=_("Expires on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Leave empty for no expiry."),
    )

    def clean_expires_on(self) -> datetime | None:
        day = self.cleaned_data["expires_on"]
        if day is None:
            return None
        if day < timezone.localdate():
            raise forms.ValidationError(_("Choose today or a later date."))
        if day.year > 9000:
            raise forms.ValidationError(_("This date is too far in the future."))
        # The last day counts in full, in the Pro's time zone.
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))

    def issue(self, pro: Pro, by: User) -> tuple[ApiToken, str]:
        """Create the token; returns it and its secret text."""
        data = self.cleaned_data
        return ApiToken.objects.issue(pro, data["name"], data["scopes"], expires_at=data["expires_on"], by=by)


class IdentityForm(forms.Form):
    """The upload of an identity document, which `IdentityDocument.objects.submit` checks."""

    file = forms.FileField(
        label=_("Identity document"),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        help_text=_("PDF, JPEG or PNG, at most 10 MB."),
    )


class OriginsForm(forms.Form):
    """Origins whose pages may call for a Pro from a browser, one a line."""

    origins = forms.CharField(
        label=_("Addresses of your sites"),
        help_text=_("One a line, such as https://www.example.org. Without a path."),
        required=False,
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "none"}),
    )

    def __init__(self, pro: Pro, data: Any = None) -> None:
        present = AllowedOrigin.objects.for_pro(pro).order_by("origin").values_list("origin", flat=True)
        super().__init__(data, initial={"origins": "\n".join(present)})

    def clean_origins(self) -> list[str]:
        lines = [line.strip() for line in unix_lines(self.cleaned_data["origins"]).split("\n")]
        origins = list(dict.fromkeys(clean_origin(line) for line in lines if line))
        if len(origins) > MAX_ORIGINS:
            raise forms.ValidationError(_("Use at most %(max)d addresses."), params={"max": MAX_ORIGINS})
        return origins
