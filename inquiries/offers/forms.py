"""How an offer is written."""

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
from ..models.offer import PAST, today

USUAL_VALIDITY = timedelta(days=30)


class OfferForm(forms.ModelForm):
    """A draft. `id` makes a new one that is sent twice one; `was` says what an edited one was when it was read."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    was = forms.CharField(widget=forms.HiddenInput, required=False)
    is_late = False

    class Meta:
        model = Offer
        fields = Offer.FIELDS
        field_classes = {"amount": AmountField}
        widgets = {
            "text": forms.Textarea(attrs={"rows": 8}),
            "valid_until": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }
        help_texts = {"valid_until": _("The customer may answer up to and including this day.")}

    def __init__(self, inquiry: Inquiry, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.inquiry = inquiry
        self.fields["amount"].widget.attrs = {"inputmode": "decimal", "autocomplete": "off"}
        # The model says it too, but not beside what else is wrong.
        self.fields["amount"].validators.append(MinValueValidator(0))
        self.fields["currency"].required = True
        if self.instance.pk:
            self.initial["was"] = self.instance.updated_at.isoformat()
            self.initial["amount"] = number_format(self.instance.amount, 2, use_l10n=True)
        else:
            self.initial.setdefault("title", inquiry.subject)
            self.initial.setdefault("valid_until", today(inquiry.pro.time_zone) + USUAL_VALIDITY)

    def clean_valid_until(self) -> date | None:
        """As the model: said here too, so that it is not said only when all else is right."""
        day: date | None = self.cleaned_data["valid_until"]
        if Offer(inquiry=self.inquiry, valid_until=day).is_past:
            raise ValidationError(PAST)
        return day

    def _post_clean(self) -> None:
        """The model judges in `draft` and `change`, under the lock; the instance stays as it was read."""

    @property
    def values(self) -> dict[str, Any]:
        """What was written, by the model's fields."""
        return {name: self.cleaned_data[name] for name in Offer.FIELDS}

    def read_was(self) -> datetime | None:
        """When what is being edited was last saved, as far as this form knows; an unreadable time is none at all."""
        return read_time(self.cleaned_data["was"])

    def draft(self, by: User) -> Offer | None:
        """The new draft; None when it is refused, which the form then says."""
        if not self.is_valid():
            return None
        try:
            return Offer.objects.draft(self.inquiry, by=by, id=self.cleaned_data["id"], **self.values)
        except ValidationError as error:
            self.add_error(None, error)
            return None

    def be_late(self, present: Offer) -> None:
        """Somebody was quicker: `present` is what stands there now. To save again is then a choice."""
        self.is_late = True
        self.data = {name: self.data[name] for name in self.data} | {"was": present.updated_at.isoformat()}


def read_time(text: str) -> datetime | None:
    """A time as a hidden field carries it; None for anything else."""
    try:
        return parse_datetime(text)
    except (ValueError, OverflowError):
        return None
