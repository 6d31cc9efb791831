"""The form of an endpoint; its rules are those of the model."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .kinds import EventType
from .models import Endpoint


class EndpointForm(forms.Form):
    """Fields of an endpoint; `is_enabled` of one that is there already."""

    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://"}),
        help_text=_("Of your program. We send it a POST for each event."),
    )
    description = forms.CharField(label=_("Description"), max_length=200, required=False)
    types = forms.MultipleChoiceField(
        label=_("Events"),
        choices=EventType.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    is_enabled = forms.BooleanField(label=_("Switched on"), required=False)

    def __init__(self, data: Any = None, endpoint: Endpoint | None = None) -> None:
        names = Endpoint.SETTABLE
        super().__init__(data, initial={name: getattr(endpoint, name) for name in names} if endpoint else None)
        if endpoint is None:
            del self.fields["is_enabled"]
