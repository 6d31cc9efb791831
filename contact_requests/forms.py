from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro
from contacts.phones import to_e164
from contacts.privacy.decisions import read_decisions

from . import receiving
from .models import ContactRequest, OfficePage, Property
from .models.property import MAX_REFERENCE
from .spam import Stamp, make_stamp, read_stamp

# The clocks of two machines differ by as much; a time within it counts as now.
CLOCK_SKEW = timedelta(minutes=1)
MAX_AGE = timedelta(days=3653)
UNKNOWN_PROPERTY = _("You have no such property.")


def validate_has_word(text: str) -> None:
    """Refuse text without any letter or digit, such as invisible characters alone."""
    if not any(c.isalnum() for c in text):
        raise ValidationError(_("Write at least one word."), code="words")


def validate_received_at(at: datetime) -> None:
    """Refuse a time in the future, or from before programs kept such requests."""
    if at > timezone.now() + CLOCK_SKEW:
        raise ValidationError(_("This time is in the future."), code="future")
    if at < timezone.now() - MAX_AGE:
        raise ValidationError(_("Use a time of the last ten years."), code="past")


class VisitorForm(forms.Form):
    """Rules of what a visitor gives, by whichever entrance: name, e-mail or phone or both, message."""

    name = forms.CharField(label=_("Your name"), max_length=200, validators=[validate_has_word])
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=40)
    message = forms.CharField(
        label=_("Your message"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[validate_has_word],
    )

    def __init__(self, pro: Pro, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pro = pro

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"]
        return to_e164(phone, self.pro.country) if phone else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not {"email", "phone"} & set(self.errors) and not data.get("email") and not data.get("phone"):
            self.add_error("email", _("Enter an e-mail address or a phone number, so that you can get an answer."))
        return data


class StampedForm(VisitorForm):
    """A public form that we show: of a property, or of an office where the visitor chooses the property."""

    stamp = forms.CharField(required=False, widget=forms.HiddenInput)
    # The honeypot: hidden from people and assistive technology, so that only programs fill it in.
    website = forms.CharField(required=False)
    # Of the words of consent that the visitor saw.
    consent = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, about: Property | OfficePage, *args: Any, **kwargs: Any) -> None:
        super().__init__(about.pro, *args, **kwargs)
        self.about, self.decisions = about, read_decisions(about.pro)
        self.fields["consent"].initial = self.decisions.consent_version
        self.fields["stamp"].initial = lambda: make_stamp(about)
        for name, autocomplete in (("name", "name"), ("email", "email"), ("phone", "tel")):
            self.fields[name].widget.attrs["autocomplete"] = autocomplete
        self.fields["phone"].widget.input_type = "tel"

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.decisions.consent_words and data.get("consent") != self.decisions.consent_version:
            # What is shown again is of the words that are shown now.
            self.data = {**{name: self.data[name] for name in self.data}, "consent": self.decisions.consent_version}
            self.add_error(None, _("The words below have changed. Read them, and send the form again."))
        return data

    def clean_stamp(self) -> Stamp | None:
        return read_stamp(self.cleaned_data["stamp"], self.about)

    def receive(self, quarantine: str) -> ContactRequest:
        """Store the contact request, in quarantine for a reason; a form sent twice is stored once."""
        data, stamp = self.cleaned_data, self.cleaned_data["stamp"]
        return receiving.receive(
            self.prop,
            name=data["name"],
            email=data["email"],
            phone=data["phone"],
            message=data["message"],
            language=get_language() or "en",
            id=stamp.id if stamp else None,
            quarantine=quarantine,
            consent=self._consent(),
        )

    @property
    def prop(self) -> Property:
        """The property that a valid form is about."""
        raise NotImplementedError

    def _consent(self) -> dict[str, Any] | None:
        """Words that stood beside the form, None without any."""
        words, version = self.decisions.consent_words, self.decisions.consent_version
        return {"words": words, "version": version} if words else None


class ContactForm(StampedForm):
    """The public form on a property's page."""

    @property
    def prop(self) -> Property:
        return self.about  # type: ignore[return-value]


class ProgramForm(VisitorForm):
    """A contact request that a program sends, about the property with an id or a reference."""

    property_id = forms.ModelChoiceField(
        Property.objects.none(), required=False, error_messages={"invalid_choice": UNKNOWN_PROPERTY}
    )
    property_reference = forms.CharField(required=False, max_length=MAX_REFERENCE)
    source = forms.CharField(max_length=50)
    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)
    received_at = forms.DateTimeField(required=False, validators=[validate_received_at])

    def __init__(self, pro: Pro, *args: Any, **kwargs: Any) -> None:
        super().__init__(pro, *args, **kwargs)
        choose_from(self.fields["property_id"], Property.objects.for_pro(pro))

    def clean_property_reference(self) -> Property | None:
        """The property with this reference or portal number; None without a reference."""
        if not (reference := self.cleaned_data["property_reference"]):
            return None
        if prop := Property.objects.find_by_reference(self.pro, reference):
            return prop
        raise ValidationError(UNKNOWN_PROPERTY, code="invalid_choice")

    def receive(self) -> ContactRequest:
        """Store the contact request, as if the visitor had sent the public form."""
        data = self.cleaned_data
        now = timezone.now()
        return receiving.receive(
            data["property_id"] or data["property_reference"],
            name=data["name"],
            email=data["email"],
            phone=data["phone"],
            message=data["message"],
            language=data["language"] or self.pro.language,
            source=data["source"],
            received_at=min(data["received_at"] or now, now),
        )


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
        Property.objects.none(),
        label=_("Property"),
        required=False,
        widget=forms.Select(attrs={"form": "search"}),
    )

    def __init__(self, pro: Pro, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, properties = self.fields["property"], Property.objects.for_pro(pro)
        choose_from(field, properties)
        # Django's own choices are whole rows, read through a cursor of the server's: three round trips instead of one.
        field.widget.choices = cache(lambda: [("", _("All properties")), *properties.values_list("pk", "title")])


def choose_from(field: forms.Field, rows: QuerySet[Any]) -> None:
    """Let a field of a form choose among these rows."""
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
    field.queryset = rows
