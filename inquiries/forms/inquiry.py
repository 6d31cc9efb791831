"""The forms on the page of one inquiry."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from config.web.text import unix_lines

from ..ids import GREATEST_ID
from ..models import Inquiry
from ..models.inquiry import changed_values
from .choices import FILTER_OPTIONS, group_options


class MoveForm(forms.Form):
    """The note of a move. `clean_note` checks it."""

    note = forms.CharField(
        label=_("Note about this step"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class CloseForm(MoveForm):
    """The outcome and the note of closing an inquiry."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=Inquiry.Outcome.choices,
        initial=Inquiry.Outcome.COMPLETED,
        widget=forms.RadioSelect,
    )
    field_order = ["outcome", "note"]

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_close_%s")
        self.fields["note"].label = _("Note about closing")


class CaseForm(forms.Form):
    """The number of a case in another system. `was` in its data is the one that the page showed, "" for none."""

    has_conflict = False

    case_id = forms.IntegerField(label=_("Number of the case"), min_value=1, max_value=GREATEST_ID, localize=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A text field: a number input has arrows to count up and down.
        self.fields["case_id"].widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})


class ClassificationForm(forms.ModelForm):
    """Priority, category and filter options. The fields `was_…` hold the values when the form was shown."""

    has_conflict = False

    filter_options = forms.MultipleChoiceField(
        label=_("Filter options"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Inquiry
        fields = ["priority", "category"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Read before validation, which puts the entered values into the instance.
        self.current = self.instance.classification
        selected = self.current["filter_options"]
        # An inactive option can stay on an inquiry that has it.
        options = [option for option in FILTER_OPTIONS.rows() if option.is_active or str(option.pk) in selected]
        self.fields["filter_options"].choices = group_options(options)  # type: ignore[attr-defined]
        self.fields["category"].widget.attrs |= {"list": "categories", "autocomplete": "off"}
        self.initial["filter_options"] = list(selected)
        if not options:
            del self.fields["filter_options"]

    @property
    def original(self) -> dict[str, Any]:
        """The values when the form was shown, as `Inquiry.classification`; {} if not submitted."""
        if "was_priority" not in self.data:
            return {}
        return {
            "priority": self.data["was_priority"],
            "category": unix_lines(self.data.get("was_category", "")),
            "filter_options": set(self.data.getlist("was_filter_options")),  # type: ignore[attr-defined]
        }

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The hidden fields `was_…`, by name and value."""
        original = self.original or self.current
        return [(f"was_{name}", text) for name, value in original.items() for text in _field_values(value)]

    def show_conflict(self, current: Inquiry) -> None:
        """Show that somebody else saved `current`; submitting the form again overwrites the values edited here."""
        edited = changed_values(self.original, self.cleaned_data)
        data = self.data.copy()  # type: ignore[attr-defined]
        for name, value in current.classification.items():
            data.setlist(f"was_{name}", _field_values(value))
            if name not in edited:
                data.setlist(name, _field_values(value))
        self.has_conflict, self.data = True, data


def _field_values(value: str | set[str]) -> list[str]:
    return sorted(value) if isinstance(value, set) else [value]
