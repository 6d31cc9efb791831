"""The form by which staff classify and link an inquiry."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact

from ..ids import GREATEST_ID
from ..models import FilterOption, Inquiry

SORTED_BY_STAFF = ["category", "priority", "filter_options"]
LINKED_BY_STAFF = ["case_id", "contact"]


class BoundedChoices(forms.ModelMultipleChoiceField):
    """A number that no database can hold is no choice, instead of a fault of SQLite."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except OverflowError as error:
            raise ValidationError(self.error_messages["invalid_list"], code="invalid_list") from error


class InquiryForm(forms.ModelForm):
    """What staff set of an inquiry. Another Pro's contact is no choice."""

    case_id = forms.IntegerField(label=_("Case"), required=False, min_value=1, max_value=GREATEST_ID)

    class Meta:
        model = Inquiry
        fields = [*LINKED_BY_STAFF, *SORTED_BY_STAFF]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "contact" in self.fields and self.instance.pk:
            # All of the Pro's whom it is linked to or may be; the widget offers those that are found.
            choices = Contact.objects.for_pro(self.instance.pro)
            self.fields["contact"].queryset = choices | Contact.objects.filter(pk=self.instance.contact_id)  # type: ignore[attr-defined]
        if "filter_options" in self.fields and self.instance.pk:
            options = FilterOption.objects
            self.fields["filter_options"].queryset = (  # type: ignore[attr-defined]
                options.filter(is_active=True) | options.filter(inquiries=self.instance)
            ).distinct()
