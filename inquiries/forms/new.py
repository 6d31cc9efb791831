"""The form of an inquiry that the office writes down."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro
from contacts.models import Contact
from contacts.names import validate_name
from contacts.phones import to_e164

from ..amounts import AmountField
from ..customers.contacts import NamedCustomer
from ..ids import GREATEST_ID
from ..models import FilterOption, Inquiry, InquiryType
from ..translations import pipeline_label
from .choices import group_options


class NewInquiryForm(forms.Form):
    """An inquiry that the office writes down for a contact, a name with an address, or a UserHub user.

    A form sent twice with the same `id` is one inquiry.

    The values are checked by `submission.prepare`, so that page and API refuse the same with the same text.
    """

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    contact = forms.ModelChoiceField(Contact.objects.none(), required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=200,
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=50,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    user_id = forms.IntegerField(
        label=_("Customer's UserHub id"),
        required=False,
        min_value=1,
        max_value=GREATEST_ID,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    inquiry_type_id = forms.ChoiceField(label=_("Type"), widget=forms.RadioSelect)
    subject = forms.CharField(label=_("Subject"), max_length=255, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    message = forms.CharField(label=_("Message"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 7}))
    category = forms.CharField(
        label=_("Category"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"list": "categories", "autocomplete": "off"}),
    )
    budget = AmountField(
        label=_("Budget in euros"),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    priority = forms.ChoiceField(label=_("Priority"), choices=Inquiry.Priority.choices, initial=Inquiry.Priority.NORMAL)
    filter_option_ids = forms.MultipleChoiceField(
        label=_("Filter options"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, pro: Pro, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pro = pro
        self.fields["contact"].queryset = Contact.objects.for_pro(pro)  # type: ignore[attr-defined]
        self.inquiry_types = {str(each.pk): each for each in InquiryType.objects.filter(is_active=True)}
        types, options = self.fields["inquiry_type_id"], self.fields["filter_option_ids"]
        types.choices = [(pk, pipeline_label(each.name)) for pk, each in self.inquiry_types.items()]  # type: ignore[attr-defined]
        types.initial = next(iter(self.inquiry_types), None)
        options.choices = group_options(FilterOption.objects.filter(is_active=True))  # type: ignore[attr-defined]
        if not options.choices:  # type: ignore[attr-defined]
            del self.fields["filter_option_ids"]

    @property
    def chosen_contact(self) -> Contact | None:
        """The Pro's contact whose id the form holds, sent or not."""
        try:
            contact: Contact | None = self.fields["contact"].clean(self["contact"].value())
        except ValidationError:
            return None
        return contact

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"]
        return to_e164(phone, self.pro.country) if phone else ""

    def clean(self) -> dict[str, Any]:
        """Check that the form names one customer, in one way."""
        given = {*(name for name, value in self.cleaned_data.items() if value), *self.errors}
        ways = [given & {"contact"}, given & {"name", "email", "phone"}, given & {"user_id"}]
        if sum(map(bool, ways)) > 1:
            raise ValidationError(_now("Choose a contact, enter a new person or a UserHub id: only one of them."))
        if not any(ways):
            self.add_error("name", _now("Choose a contact, or enter a name with an e-mail address or phone."))
        elif "name" not in given and ways[1]:
            self.add_error("name", _now("Enter a name."))
        elif "name" in given and not given & {"email", "phone"}:
            self.add_error("phone", _now("Enter a phone number or an e-mail address."))
        return self.cleaned_data

    @property
    def _has_user_id(self) -> bool:
        return bool(self.data.get("user_id", "").strip())

    @property
    def customer(self) -> NamedCustomer | None:
        """The customer without a UserHub id; None where the form has one."""
        if self._has_user_id:
            return None
        values: dict[str, Any] = {name: self.cleaned_data.get(name) for name in ("contact", "name", "email", "phone")}
        return NamedCustomer(**values)

    def values(self) -> tuple[dict[str, Any], int | None, list[int]]:
        """The fields, the id of the type, and the ids of the options, for `prepare`.

        Invalid values are replaced by placeholders, so that `prepare` can check the others.
        """
        placeholders = {
            "user_id": 0 if self._has_user_id else None,
            "subject": "–",
            "message": "–",
            "category": "",
            "budget": None,
            "priority": "normal",
        }
        # No number is None in both cases, but an invalid one is 0.
        fields = {name: self.cleaned_data.get(name, placeholder) for name, placeholder in placeholders.items()}
        type_id = self.cleaned_data.get("inquiry_type_id")
        options = [int(pk) for pk in self.cleaned_data.get("filter_option_ids", [])]
        return {**fields, "created_by": None, "source": "workspace"}, int(type_id) if type_id else None, options
