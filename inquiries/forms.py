"""What people fill in about inquiries in the workspace."""

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
from .models.inquiry import changed_facts
from .translations import shown

# More words than these to sort by no list to choose from can hold.
MOST_CATEGORIES = 200


def grouped(options: Iterable[FilterOption]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Filter options as the choices of a field, group by group."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for option in options:
        groups.setdefault(option.group, []).append((option.pk, option.label))
    return list(groups.items())


def categories_of(pro: Pro) -> list[str]:
    """The words that the Pro's inquiries are sorted by so far."""
    rows = Inquiry.objects.for_pro(pro).exclude(category="").order_by("category")
    return list(rows.values_list("category", flat=True).distinct()[:MOST_CATEGORIES])


class InquiryFilter(forms.Form):
    """What the list shows; everything in it lives in the URL. An unusable value counts as none."""

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
        options = grouped(FilterOption.objects.all())
        self._offer("type", _("Any type"), [(kind.slug, shown(kind.name)) for kind in self.types])
        self._offer("category", _("Any category"), [(word, word) for word in categories_of(pro)])
        self._offer("option", _("Any option"), options)

    def _offer(self, name: str, anything: Any, choices: list[Any]) -> None:
        self.fields[name].choices = [("", anything), *choices]  # type: ignore[attr-defined]

    @property
    def selects(self) -> list[forms.BoundField]:
        """The lists to choose from, without those that leave no choice."""
        names = ("type", "priority", "category", "option", "case", "profile")
        return [self[name] for name in names if len(self.fields[name].choices) > 1]  # type: ignore[attr-defined]


class MoveForm(forms.Form):
    """What is said about a move. The engine alone judges how long it may be."""

    note = forms.CharField(
        label=_("Note about this step"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class CloseForm(MoveForm):
    """How an inquiry is closed, from wherever it stands."""

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
        # A number to be copied, not to be counted up and down.
        self.fields["case_id"].widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})


class FactsForm(forms.ModelForm):
    """What a pro may say about an inquiry. The fields `was_…` say what it was when it was shown."""

    is_late = False

    filter_options = forms.MultipleChoiceField(
        label=_("Filter options"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Inquiry
        fields = ["priority", "category"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Read here: checking puts what was typed into the instance.
        self.present = self.instance.facts
        held = self.present["filter_options"]
        # What was switched off meanwhile stays with those that have it.
        options = [option for option in FilterOption.objects.all() if option.is_active or str(option.pk) in held]
        self.fields["filter_options"].choices = grouped(options)  # type: ignore[attr-defined]
        self.fields["category"].widget.attrs |= {"list": "categories", "autocomplete": "off"}
        self.initial["filter_options"] = list(held)
        if not options:
            del self.fields["filter_options"]

    @property
    def was(self) -> dict[str, Any]:
        """The facts of the inquiry as they were shown; {} when the page does not say."""
        if "was_priority" not in self.data:
            return {}
        return {
            "priority": self.data["was_priority"],
            "category": unix_lines(self.data.get("was_category", "")),
            "filter_options": set(self.data.getlist("was_filter_options")),  # type: ignore[attr-defined]
        }

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The fields that say it, by name and value."""
        return [(f"was_{name}", value) for name, fact in (self.was or self.present).items() for value in _values(fact)]

    def be_late(self, present: Inquiry) -> None:
        """Somebody was quicker: `present` is what stands there now. To save again is then a choice."""
        mine, data = changed_facts(self.was, self.cleaned_data), self.data.copy()  # type: ignore[attr-defined]
        for name, fact in present.facts.items():
            data.setlist(f"was_{name}", _values(fact))
            if name not in mine:
                data.setlist(name, _values(fact))
        self.is_late, self.data = True, data


def _values(fact: str | set[str]) -> list[str]:
    return sorted(fact) if isinstance(fact, set) else [fact]


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
        self.kinds = {str(kind.pk): kind for kind in InquiryType.objects.filter(is_active=True)}
        kinds, options = self.fields["inquiry_type_id"], self.fields["filter_option_ids"]
        kinds.choices = [(pk, shown(kind.name)) for pk, kind in self.kinds.items()]  # type: ignore[attr-defined]
        kinds.initial = next(iter(self.kinds), None)
        options.choices = grouped(FilterOption.objects.filter(is_active=True))  # type: ignore[attr-defined]
        if not options.choices:  # type: ignore[attr-defined]
            del self.fields["filter_option_ids"]

    def given(self) -> tuple[dict[str, Any], int | None, list[int]]:
        """What was given: the fields, the id of the type, the ids of the options; what is unusable is stood in for,
        so that whoever judges the others can.
        """
        data = self.cleaned_data
        names = ("user_id", "subject", "message", "category", "budget", "priority")
        stand_ins = {"user_id": 0, "subject": "–", "message": "–", "category": "", "budget": None, "priority": "normal"}
        fields = {name: data.get(name, stand_ins[name]) for name in names}
        kind = data.get("inquiry_type_id")
        options = [int(pk) for pk in data.get("filter_option_ids", [])]
        return {**fields, "created_by": None, "source": "workspace"}, int(kind) if kind else None, options
