"""The forms of inquiries in the workspace."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro
from config.web.forms import SearchField
from config.web.text import unix_lines

from .amounts import AmountField
from .ids import GREATEST_ID
from .models import FilterOption, Inquiry, InquiryType
from .models.inquiry import changed_values
from .translations import pipeline_label

# A longer list to choose from is of no use.
MAX_CATEGORIES = 200


def group_options(options: Iterable[FilterOption]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Filter options as choices of a form field, by group."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for option in options:
        groups.setdefault(option.group, []).append((option.pk, option.label))
    return list(groups.items())


def categories_of(pro: Pro) -> list[str]:
    """The categories of the Pro's inquiries so far."""
    rows = Inquiry.objects.for_pro(pro).exclude(category="").order_by("category")
    return list(rows.values_list("category", flat=True).distinct()[:MAX_CATEGORIES])


class InquiryFilter(forms.Form):
    """The filter of the list, all of it in the URL. Invalid values are ignored."""

    q = SearchField(required=False)
    status = forms.ChoiceField(required=False, choices=[*Inquiry.Status.choices, ("all", "")])
    type = forms.ChoiceField(label=_("Type"), required=False)
    priority = forms.ChoiceField(
        label=_("Priority"), required=False, choices=[("", _("Any priority")), *Inquiry.Priority.choices]
    )
    category = forms.ChoiceField(label=_("Category"), required=False)
    option = forms.ChoiceField(label=_("Filter option"), required=False)
    case = forms.ChoiceField(
        label=_("Case"),
        required=False,
        choices=[("", _("Any case")), ("without", _("Without a case")), ("with", _("Linked to a case"))],
    )
    profile = forms.ChoiceField(
        label=_("Customer"),
        required=False,
        choices=[("", _("Any customer")), ("waiting", _("Waiting for the profile"))],
    )

    def __init__(self, pro: Pro, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types = list(InquiryType.objects.all())
        options = group_options(FilterOption.objects.all())
        types = [(inquiry_type.slug, pipeline_label(inquiry_type.name)) for inquiry_type in self.types]
        self._set_choices("type", _("Any type"), types)
        self._set_choices("category", _("Any category"), [(category, category) for category in categories_of(pro)])
        self._set_choices("option", _("Any option"), options)

    def _set_choices(self, name: str, label_for_all: Any, choices: list[Any]) -> None:
        self.fields[name].choices = [("", label_for_all), *choices]  # type: ignore[attr-defined]

    @property
    def selects(self) -> list[forms.BoundField]:
        """The select fields that have more than one choice."""
        names = ("type", "priority", "category", "option", "case", "profile")
        return [self[name] for name in names if len(self.fields[name].choices) > 1]  # type: ignore[attr-defined]


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
    """The number of a case in another system."""

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
        options = [option for option in FilterOption.objects.all() if option.is_active or str(option.pk) in selected]
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


class NewInquiryForm(forms.Form):
    """An inquiry that the Pro enters for a customer. A form sent twice with the same `id` is one inquiry.

    The values are checked by `submission.prepare`, so that page and API refuse the same with the same text.
    """

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    user_id = forms.IntegerField(
        label=_("Customer's UserHub id"),
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.inquiry_types = {str(each.pk): each for each in InquiryType.objects.filter(is_active=True)}
        types, options = self.fields["inquiry_type_id"], self.fields["filter_option_ids"]
        types.choices = [(pk, pipeline_label(each.name)) for pk, each in self.inquiry_types.items()]  # type: ignore[attr-defined]
        types.initial = next(iter(self.inquiry_types), None)
        options.choices = group_options(FilterOption.objects.filter(is_active=True))  # type: ignore[attr-defined]
        if not options.choices:  # type: ignore[attr-defined]
            del self.fields["filter_option_ids"]

    def values(self) -> tuple[dict[str, Any], int | None, list[int]]:
        """The fields, the id of the type, and the ids of the options, for `prepare`.

        Invalid values are replaced by placeholders, so that `prepare` can check the others.
        """
        placeholders = {
            "user_id": 0,
            "subject": "–",
            "message": "–",
            "category": "",
            "budget": None,
            "priority": "normal",
        }
        fields = {name: self.cleaned_data.get(name, placeholder) for name, placeholder in placeholders.items()}
        type_id = self.cleaned_data.get("inquiry_type_id")
        options = [int(pk) for pk in self.cleaned_data.get("filter_option_ids", [])]
        return {**fields, "created_by": None, "source": "workspace"}, int(type_id) if type_id else None, options
