import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.web.together import UNASKED, Answers

from ..channels.whatsapp_templates import MAX_BODY, Template
from ..models import Contact, ContactMessage, WaitingItem
from ..models.draft import MAX_CC
from ..topics import Topic
from .reply_channels import ReplyChannel, find_bounced, find_reply_channels, take_free_text
from .templates import read_templates

# So many boxes help nobody: where more things wait one box stands for all of them, but those of the topic.
MAX_TICKS = 30
# Items that one answer ends at most: their ids are in the form.
MAX_SETTLED = 1000
ALL = "all"
SAY_FIRST = _("Say first who wrote: the same person, or somebody else.")


def _ask_sender(form: forms.Form, unconfirmed: ContactMessage | None) -> None:
    """Ask whether a sender who merely stated an address is the same person; drop the field where nobody did.

    An answer about another message, such as one that was the newest when the page was shown, does not count.
    """
    if unconfirmed:
        id = str(unconfirmed.pk)
        form.fields["is_same"].widget.attrs["value"] = id
        if form.data.get("is_same", id) != id:
            form.data = {name: value for name, value in form.data.items() if name != "is_same"}
        # An answer may go elsewhere, as Reply-To says.
        addresses = dict.fromkeys(filter(None, (unconfirmed.sender_email, unconfirmed.address)))
        names = {"address": ", ".join(addresses), "name": unconfirmed.contact.name}
        form.fields["is_same"].label = _("%(address)s is the same person as %(name)s") % names
    else:
        del form.fields["is_same"]


def read_listed(data: Mapping[str, Any]) -> list[int]:
    """Ids of the waiting items that the page showed, of the posted `listed`."""
    ids = str(data.get("listed", "")).split(",")[:MAX_SETTLED]
    return [int(id) for id in ids if id.isascii() and id.isdigit() and len(id) < 19]


def read_settles(data: Mapping[str, Any]) -> list[int] | None:
    """Ids of the items that were ticked, of the posted `settles` and `listed`; None where no page showed any."""
    if "listed" not in data:
        return None
    ticked = data.get("settles", [])
    if ALL in ticked:
        return read_listed(data)
    return read_listed({"listed": ",".join(ticked)})


class TicksField(forms.MultipleChoiceField):
    """Ticked items; of one that ended since nothing is said, as ending it again changes nothing."""

    def validate(self, value: Any) -> None:
        """Accept any: `read_settles` reads them."""


class MessageForm(forms.Form):
    """An answer by a reply channel. The same `id` submitted twice is one message.

    `unconfirmed` is a message from an address that was only stated: the first answer asks if it is the same person.
    `waiting` are the items that wait, of which the ticked ones end with the answer, and no other: those of the ids
    `ticked`, by default all of them, are ticked at first. `listed` names those that the page showed. `seen` is the
    version of the thread that it showed.
    """

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    topic = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4000)
    listed = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20 * MAX_SETTLED)
    channel = forms.ChoiceField(label=_("Send by"))
    cc = forms.CharField(label=_("Copy to"), required=False, max_length=MAX_CC)
    text = forms.CharField(
        label=_("Your message"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": _("Your message")}),
    )
    send_at = forms.DateTimeField(
        label=_("Send later"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    settles = TicksField(label=_("This answers"), required=False, widget=forms.CheckboxSelectMultiple)
    with_copies = forms.BooleanField(required=False)
    is_same = forms.BooleanField(error_messages={"required": SAY_FIRST})

    def __init__(
        self,
        reply_channels: list[ReplyChannel],
        *args: Any,
        unconfirmed: ContactMessage | None = None,
        waiting: Sequence[WaitingItem] = (),
        ticked: Collection[int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.unconfirmed = unconfirmed
        self._offer_ticks(waiting[:MAX_SETTLED], ticked)
        _ask_sender(self, unconfirmed)
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

    def _offer_ticks(self, waiting: Sequence[WaitingItem], ticked: Collection[int] | None) -> None:
        field = self.fields["settles"]
        assert isinstance(field, TicksField)  # noqa: S101 - for the type checker
        labels = {str(item.pk): item.about or item.words or item.get_kind_display() for item in waiting}
        chosen = list(labels) if ticked is None else [str(item.pk) for item in waiting if item.pk in ticked]
        self.fields["listed"].initial = ",".join(labels)
        if len(labels) > MAX_TICKS:
            given = self.data.get("settles", []) if self.is_bound else [] if ticked is None else chosen
            shown = len(read_listed(self.data)) if self.is_bound else len(labels)
            everything = gettext("Everything that waits (%(n)s)") % {"n": shown}
            labels = {id: labels[id] for id in given[:MAX_TICKS] if id in labels} | {ALL: everything}
            chosen = [ALL] if ticked is None else list(given[:MAX_TICKS])
        field.initial, field.choices = chosen, list(labels.items())

    @property
    def options(self) -> dict[str, Any]:
        """Options of `write_message` in a valid form."""
        given = self.cleaned_data
        names = ("id", "channel", "topic", "seen", "cc", "send_at")
        return {
            **{name: given[name] for name in names},
            "settles": read_settles(self.data),
            "with_copies": given.get("with_copies", False),
        }


class TemplateForm(forms.Form):
    """A WhatsApp template to fill in. The same `id` submitted twice is one message."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    template = forms.CharField(widget=forms.HiddenInput)
    is_same = forms.BooleanField(error_messages={"required": SAY_FIRST})

    def __init__(self, shown: Template, data: Any = None, *, unconfirmed: ContactMessage | None = None) -> None:
        initial = {"id": uuid.uuid4(), "template": shown.key}
        super().__init__(data, initial=initial, auto_id=f"{shown.key}-%s")
        self.shown = shown
        _ask_sender(self, unconfirmed)
        for number, (_part, name) in enumerate(shown.variables):
            field = forms.CharField(label=_("Variable %(name)s") % {"name": name}, max_length=MAX_BODY)
            self.fields[f"value{number}"] = field

    @property
    def value_fields(self) -> list[forms.BoundField]:
        return [self[f"value{number}"] for number in range(len(self.shown.variables))]

    @property
    def values(self) -> list[str]:
        """The values of a valid form, in the order of the variables."""
        return [self.cleaned_data[field.name] for field in self.value_fields]


def new_template_forms(
    reply_channels: list[ReplyChannel], unconfirmed: ContactMessage | None, bound: TemplateForm | None = None
) -> list[TemplateForm]:
    """Forms of the templates of the channel whose window is closed; `bound` stands in for its own."""
    templates = [template for reply in reply_channels if reply.is_window_closed for template in read_templates(reply)]
    empty = [TemplateForm(template, unconfirmed=unconfirmed) for template in templates]
    return [bound if bound and bound.shown == form.shown else form for form in empty]


def reply_context(
    contact: Contact,
    unconfirmed: ContactMessage | None,
    template_form: TemplateForm | None = None,
    topic: str = "",
    about: Topic | None = None,
    answers: Answers = UNASKED,
) -> dict[str, Any]:
    """Context of an answer: the channels that take free text, and the closed one with its templates."""
    reply_channels = [] if contact.deleted_at else find_reply_channels(contact, topic, about=about, answers=answers)
    return {
        "reply_channels": take_free_text(reply_channels),
        "bounced": find_bounced(contact, reply_channels, answers),
        "closed_channel": next((reply for reply in reply_channels if reply.is_window_closed), None),
        "template_forms": new_template_forms(reply_channels, unconfirmed, template_form),
    }
