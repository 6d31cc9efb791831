"""Forms of an office's team: an invitation and its taking up, a role, an absence, a leave."""

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


class RoleForm(forms.Form):
    """The role of a colleague."""

    role = forms.ChoiceField(
        label=_("Role"), choices=User.Role.choices, help_text=User._meta.get_field("role").help_text
    )

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data, initial={"role": user.role})


class ColleagueField(forms.ModelChoiceField):
    """One of the colleagues of somebody, or none."""

    def show_colleagues_of(self, user: User) -> None:
        people = User.objects.filter(pro=user.pro_id, is_active=True).exclude(pk=user.pk)
        self.queryset = people.order_by("name", "email", "pk")


class AbsenceForm(forms.Form):
    """First and last day of an absence, and who stands in; `absences.set_absence` checks them."""

    away_from = forms.DateField(label=_("First day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    away_until = forms.DateField(label=_("Last day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    stand_in = ColleagueField(
        User.objects.none(),
        label=_("Stand-in"),
        required=False,
        empty_label=_("Nobody"),
        help_text=_("Who writes meanwhile is assigned to this colleague, who is told. Without one the office is told."),
    )

    def __init__(self, user: User, data: Any = None) -> None:
        is_over = user.away_until is None or user.away_until < user.today
        known = {} if is_over else {name: getattr(user, name) for name in ("away_from", "away_until", "stand_in")}
        super().__init__(data, initial=known)
        self.fields["stand_in"].show_colleagues_of(user)  # type: ignore[attr-defined]


class LeaveForm(forms.Form):
    """To whom goes what somebody has who is taken out."""

    to = ColleagueField(
        User.objects.none(),
        label=_("What they have goes to"),
        required=False,
        empty_label=_("Nobody: the office shares it out"),
    )

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        self.fields["to"].show_colleagues_of(user)  # type: ignore[attr-defined]
