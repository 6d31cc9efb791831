from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from config.accounts.forms import time_zones

from .models import Preferences


def _clock() -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs={"type": "time"})


class PreferencesForm(forms.ModelForm):
    """Settings of a user: of what they are told, when and how."""

    time_zone = forms.ChoiceField(required=False, label=_("Your time zone"))

    class Meta:
        model = Preferences
        fields = [
            "requests",
            "messages",
            "inquiries",
            "mentions",
            "assignments",
            "overdue",
            "reminders",
            "mail",
            "digest_at",
            "digest_again_at",
            "quiet_from",
            "quiet_until",
            "time_zone",
        ]
        labels = {
            "requests": _("Contact requests"),
            "messages": _("Messages"),
            "inquiries": _("Inquiries and answers to offers"),
            "mentions": _("A note mentions me"),
            "assignments": _("A person is given to me, or is nobody’s again"),
            "overdue": _("Somebody waits longer than the target"),
            "reminders": _("A reminder of mine is due"),
            "mail": _("Mail"),
            "digest_at": _("First mail at"),
            "digest_again_at": _("Second mail at"),
            "quiet_from": _("From"),
            "quiet_until": _("Until"),
        }
        widgets = {
            **{name: _clock() for name in ("digest_at", "digest_again_at", "quiet_from", "quiet_until")},
            "mail": forms.RadioSelect,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("digest_at", "digest_again_at", "quiet_from", "quiet_until"):
            self.fields[name].required = False
        zone: Any = self.fields["time_zone"]
        office = _("That of the office (%(zone)s)") % {"zone": self.instance.pro.time_zone.replace("_", " ")}
        zone.choices = [("", office), *time_zones()]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        is_digest = data.get("mail") == Preferences.Mail.DIGEST
        if is_digest and not self.errors and data.get("digest_at") is None and data.get("digest_again_at") is None:
            self.add_error("digest_at", _("Choose a time."))
        ends = data.get("quiet_from"), data.get("quiet_until")
        if not {"quiet_from", "quiet_until"} & self.errors.keys():
            if (ends[0] is None) != (ends[1] is None):
                self.add_error("quiet_until" if ends[0] else "quiet_from", _("Choose both times, or neither."))
            elif ends[0] is not None and ends[0] == ends[1]:
                self.add_error("quiet_until", _("Choose another time than the first."))
        return data

    @property
    def about_people(self) -> list[BoundField]:
        return [self[name] for name in ("requests", "messages", "inquiries")]

    @property
    def about_them(self) -> list[BoundField]:
        return [self[name] for name in ("mentions", "assignments", "overdue", "reminders")]
