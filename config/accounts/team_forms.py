"""Forms of an office's team: an invitation, and its taking up."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext_lazy as _

from .models import Invitation, User


class InviteForm(forms.ModelForm):
    """An address to invite; `inviting.invite` says which are refused."""

    class Meta:
        model = Invitation
        fields = ["email", "role", "language"]
        labels = {"language": _("Language of the invitation")}
        widgets = {"email": forms.EmailInput(attrs={"autocomplete": "off"})}

    def __init__(self, data: Any = None, *, language: str = settings.LANGUAGE_CODE) -> None:
        super().__init__(data, prefix="invite", initial={"language": language})
        self.fields["role"].help_text = User._meta.get_field("role").help_text

    def clean_email(self) -> str:
        # In lower case it may be longer.
        return Invitation._meta.get_field("email").clean(self.cleaned_data["email"].strip().lower(), None)


class JoinForm(SetPasswordForm):
    """Name and password of somebody who takes up an invitation."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=User._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("Your colleagues see it, and people to whom you write."),
    )
    field_order = ["name", "new_password1", "new_password2"]

    def __init__(self, invitation: Invitation, data: Any = None) -> None:
        # Whose name and address, and the name of whose office, the password may not be.
        user = User(email=invitation.email, pro=invitation.pro, name=str((data or {}).get("name", ""))[:200])
        super().__init__(user, data)
