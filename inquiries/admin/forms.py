"""The form in which staff classify and link an inquiry."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact

from ..ids import GREATEST_ID
from ..models import FilterOption, Inquiry

CLASSIFICATION_FIELDS = ["category", "priority", "filter_options"]
LINK_FIELDS = ["case_id", "contact"]


class InquiryForm(forms.ModelForm):
    """The fields that staff set. Contacts of other Pros are no choice."""

    # Beside it the case that the page showed.
    case_id = forms.IntegerField(
        label=_("Case"), required=False, min_value=1, max_value=GREATEST_ID, show_hidden_initial=True
    )

    class Meta:
        model = Inquiry
        fields = [*LINK_FIELDS, *CLASSIFICATION_FIELDS]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "contact" in self.fields and self.instance.pk:
            # The Pro's contacts and the linked one, even if archived; the widget offers search results.
            choices = Contact.objects.for_pro(self.instance.pro)
            self.fields["contact"].queryset = choices | Contact.objects.filter(pk=self.instance.contact_id)  # type: ignore[attr-defined]
        if "filter_options" in self.fields and self.instance.pk:
            options = FilterOption.objects
            self.fields["filter_options"].queryset = (  # type: ignore[attr-defined]
                options.filter(is_active=True) | options.filter(inquiries=self.instance)
            ).distinct()

    @property
    def shown_case(self) -> str | None:
        """The case that the page showed, as text, "" for none; None when the form does not say."""
        return self.data.get(self.add_initial_prefix("case_id"))

    def clean_case_id(self) -> int | None:
        """Refuse to overwrite a case that somebody else has linked meanwhile; the second time it is known."""
        case_id, current = self.cleaned_data["case_id"], self.instance.case_id
        if "case_id" not in self.changed_data or self.shown_case in (None, str(current or "")) or case_id == current:
            return case_id
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data[self.add_initial_prefix("case_id")] = str(current or "")  # type: ignore[index]
        text = _("Somebody changed this while you were editing. It now says:")
        raise ValidationError("%(text)s %(case)s", params={"text": text, "case": current or "–"})
