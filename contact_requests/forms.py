from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro
from contacts.phones import to_e164

from . import receiving
from .models import ContactRequest, Property, Reply
from .spam import make_stamp, read_stamp


def validate_has_word(text: str) -> None:
    """Refuse text without any letter or digit, such as invisible characters alone."""
    if not any(c.isalnum() for c in text):
        raise ValidationError(_("Write at least one word."), code="words")


class ContactForm(forms.Form):
    """The public form on a property's page: name, e-mail or phone or both, message."""

    name = forms.CharField(label=_("Your name"), max_length=200, validators=[validate_has_word])
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=40)
    message = forms.CharField(
        label=_("Your message"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6}),
        validators=[validate_has_word],
    )
    stamp = forms.CharField(required=False, widget=forms.HiddenInput)
    # The honeypot: hidden from people and assistive technology, so that only programs fill it in.
    website = forms.CharField(required=False)

    def __init__(self, prop: Property, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prop = prop
        self.fields["stamp"].initial = lambda: make_stamp(prop)
        for name, autocomplete in (("name", "name"), ("email", "email"), ("phone", "tel")):
            self.fields[name].widget.attrs["autocomplete"] = autocomplete
        self.fields["phone"].widget.input_type = "tel"

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"]
        return to_e164(phone, self.prop.pro.country) if phone else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not {"email", "phone"} & set(self.errors) and not data.get("email") and not data.get("phone"):
            self.add_error("email", _("Enter an e-mail address or a phone number, so that you can get an answer."))
        return data

    def receive(self, quarantine: str) -> ContactRequest:
        """Store the contact request, in quarantine for a reason; a form sent twice is stored once."""
        data, stamp = self.cleaned_data, read_stamp(self.cleaned_data["stamp"], self.prop)
        return receiving.receive(
            self.prop,
            name=data["name"],
            email=data["email"],
            phone=data["phone"],
            message=data["message"],
            language=get_language() or "en",
            id=stamp.id if stamp else None,
            quarantine=quarantine,
        )


class ReplyForm(forms.ModelForm):
    """A reply. The hidden `id` makes a form sent twice one reply."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Reply
        fields = ["body"]
        labels = {"body": _("Your answer")}
        widgets = {"body": forms.Textarea(attrs={"rows": 6})}


class InboxFilter(forms.Form):
    """Filters of the inbox, from the query string. An invalid value counts as none."""

    status = forms.ChoiceField(
        choices=[*ContactRequest.Status.choices, ("all", _("All"))], required=False, widget=forms.HiddenInput
    )
    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        widget=forms.SearchInput(attrs={"autocomplete": "off"}),
    )
    property = forms.ModelChoiceField(
        Property.objects.none(), label=_("Property"), required=False, empty_label=_("All properties")
    )

    def __init__(self, pro: Pro, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["property"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        field.queryset = Property.objects.for_pro(pro)
