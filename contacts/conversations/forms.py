from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .reply_channels import ReplyChannel


class MessageForm(forms.Form):
    """An answer by a reply channel. The same `id` submitted twice is one message."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    channel = forms.ChoiceField(label=_("Send by"))
    text = forms.CharField(label=_("Your message"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, reply_channels: list[ReplyChannel], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["channel"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(reply.channel, reply.label) for reply in reply_channels]
        first = reply_channels[0].channel if reply_channels else None
        # No choice to make, unless the one that was made is no longer there.
        if not reply_channels or (len(reply_channels) == 1 and self.data.get("channel") in (None, first)):
            field.widget = forms.HiddenInput()
        field.initial = first
