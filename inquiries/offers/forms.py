"""The form of an offer's draft."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.utils.dateparse import parse_datetime
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from config.accounts.models import User

from ..amounts import AmountField
from ..models import Inquiry, Offer
from ..models.offer import PAST_DATE, today

DEFAULT_VALIDITY = timedelta(days=30)


class OfferForm(forms.ModelForm):
    """The fields of a draft. A new form submitted twice with the same `id` makes one draft; `was` is `updated_at` of
    the draft when the form was shown.
    """

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    was = forms.CharField(widget=forms.HiddenInput, required=False)
    has_conflict = False

    class Meta:
        model = Offer
        fields = Offer.FIELDS
        field_classes = {"amount": AmountField}
        widgets = {
            "text": forms.Textarea(attrs={"rows": 8}),
            "valid_until": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }
        help_texts = {"valid_until": _("The customer can answer until the end of this day.")}

    def __init__(self, inquiry: Inquiry, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.inquiry = inquiry
        self.fields["amount"].widget.attrs = {"inputmode": "decimal", "autocomplete": "off"}
        # Checked here too, so that all errors show at once.
        self.fields["amount"].validators.append(MinValueValidator(0))
        self.fields["currency"].required = True
        if self.instance.pk:
            self.initial["was"] = self.instance.updated_at.isoformat()
            self.initial["amount"] = number_format(self.instance.amount, 2, use_l10n=True)
        else:
            self.initial.setdefault("title", inquiry.subject)
            self.initial.setdefault("valid_until", today(inquiry.pro.time_zone) + DEFAULT_VALIDITY)

    def clean_valid_until(self) -> date | None:
        """Check the date as the model does, so that all errors show at once."""
        day: date | None = self.cleaned_data["valid_until"]
        if Offer(inquiry=self.inquiry, valid_until=day).is_past_validity:
            raise ValidationError(PAST_DATE)
        return day

    def _post_clean(self) -> None:
        """Leave the instance as it was read: `create_draft` and `edit_draft` validate under the lock."""

    @property
    def values(self) -> dict[str, Any]:
        """The entered values by field."""
        return {name: self.cleaned_data[name] for name in Offer.FIELDS}

    @property
    def expected(self) -> datetime | None:
        """`updated_at` of the draft when the form was shown; None if missing or malformed."""
        return read_time(self.cleaned_data["was"])

    def create_draft(self, by: User) -> Offer | None:
        """Create the draft; returns None after adding the errors to the form."""
        if not self.is_valid():
            return None
        try:
            return Offer.objects.create_draft(self.inquiry, by=by, id=self.cleaned_data["id"], **self.values)
        except ValidationError as error:
            self.add_error(None, error)
            return None

    def show_conflict(self, current: Offer) -> None:
        """Show that somebody else saved the draft, now `current`; submitting the form again overwrites it."""
        self.has_conflict = True
        self.data = {name: self.data[name] for name in self.data} | {"was": current.updated_at.isoformat()}


def read_time(text: str) -> datetime | None:
    """Parse the time of a hidden field; None if malformed."""
    try:
        return parse_datetime(text)
    except (ValueError, OverflowError):
        return None
