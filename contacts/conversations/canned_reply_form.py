"""The form of a canned reply."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from config.accounts.models import User

from ..models import CannedReply
from .canned_replies import VARIABLES

WRITTEN = re.compile(r"\{(\w+)(?:\|[^{}]*)?\}")
MAX_TEXT = 10_000


class CannedReplyForm(forms.Form):
    """A title, whose it is, and a text per language, `text_fr`; `was` is the time of the last change."""

    was = forms.CharField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("Title"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    owner = forms.ChoiceField(
        label=_("Who can use it?"),
        choices=[("office", _("Everybody in the office")), ("me", _("Only me"))],
        initial="office",
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None, *, reply: CannedReply | None = None) -> None:
        super().__init__(data, initial=_initial(reply) if reply else None)
        for language, name in settings.LANGUAGES:
            widget = forms.Textarea(attrs={"rows": 5, "lang": language})
            field = forms.CharField(label=name, required=False, max_length=MAX_TEXT, widget=widget)
            self.fields[f"text_{language}"] = field

    def clean(self) -> dict[str, Any]:
        for language in self._languages():
            if unknown := find_unknown_variables(self.cleaned_data.get(f"text_{language}", "")):
                text = _("There is no variable %(name)s.") % {"name": unknown[0]}
                self.add_error(f"text_{language}", text)
        if not any(self.texts.values()) and not self.errors:
            self.add_error(None, _("Write the text in one language at least."))
        return self.cleaned_data

    @property
    def texts(self) -> dict[str, str]:
        """The texts by language."""
        return {language: self.cleaned_data.get(f"text_{language}", "") for language in self._languages()}

    @property
    def expected(self) -> datetime | None:
        """The time of the last change when the form was shown, None for an unusable one."""
        try:
            return parse_datetime(self.cleaned_data.get("was", ""))
        except ValueError:
            return None

    def owner_of(self, user: User) -> User | None:
        """The user whose it is, None for the office."""
        return user if self.cleaned_data["owner"] == "me" else None

    def show_conflict(self, reply: CannedReply) -> None:
        """Let the form be sent again over the present values, which the page shows beside it."""
        self.data = {**dict(self.data.items()), "was": reply.updated_at.isoformat()}

    @staticmethod
    def _languages() -> list[str]:
        return [language for language, _name in settings.LANGUAGES]


def find_unknown_variables(text: str) -> list[str]:
    """Find names in braces that are no variables: ["{firstname}"]."""
    return [f"{{{match[1]}}}" for match in WRITTEN.finditer(text) if match[1] not in VARIABLES]


def _initial(reply: CannedReply) -> dict[str, str]:
    texts = {f"text_{language}": text for language, text in reply.texts_by_language().items()}
    owner = "office" if reply.user_id is None else "me"
    return {"title": reply.title, "owner": owner, "was": reply.updated_at.isoformat(), **texts}
