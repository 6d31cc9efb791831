import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import ContactMessage
from .reply_channels import ReplyChannel


class MessageForm(forms.Form):
    """An answer by a reply channel. The same `id` submitted twice is one message.

    `unconfirmed` is a message from an address that was only stated: the first answer asks if it is the same person.
    """

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    channel = forms.ChoiceField(label=_("Send by"))
    text = forms.CharField(label=_("Your message"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    with_copies = forms.BooleanField(required=False)
    is_same = forms.BooleanField(
        error_messages={"required": _("Say first who wrote: the same person, or somebody else.")}
    )

    def __init__(
        self,
        reply_channels: list[ReplyChannel],
        *args: Any,
        unconfirmed: ContactMessage | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if unconfirmed:
            names = {"address": unconfirmed.sender_email or unconfirmed.address, "name": unconfirmed.contact.name}
            self.fields["is_same"].label = _("%(address)s is the same person as %(name)s") % names
        else:
            del self.fields["is_same"]
        field = self.fields["channel"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(reply.channel, reply.label) for reply in reply_channels]
        first = reply_channels[0].channel if reply_channels else None
        # No choice to make, unless the one that was made is no longer there.
        if not reply_channels or (len(reply_channels) == 1 and self.data.get("channel") in (None, first)):
            field.widget = forms.HiddenInput()
        field.initial = first
        if copies := [address for reply in reply_channels for _name, address in reply.cc]:
            self.fields["with_copies"].label = _("Copy to %(addresses)s") % {"addresses": ", ".join(copies)}
        else:
            del self.fields["with_copies"]


def new_message_form(reply_channels: list[ReplyChannel], unconfirmed: ContactMessage | None) -> MessageForm:
    """Empty form of an answer."""
    return MessageForm(reply_channels, initial={"id": uuid.uuid4()}, unconfirmed=unconfirmed)
