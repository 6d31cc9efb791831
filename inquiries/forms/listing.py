"""The filter of the list of inquiries."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro
from config.web.compiled import Compiled
from config.web.forms import SearchField
from config.web.together import Answers

from ..models import Inquiry, InquiryType
from ..translations import pipeline_label
from .choices import CATEGORIES, FILTER_OPTIONS, categories_of, group_options

_TYPES = Compiled(lambda: InquiryType.objects.all(), keeps_plan=True)


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
        answers, asked_types, asked_options = Answers(), _TYPES.question(), FILTER_OPTIONS.question()
        answers.ask(asked_types, asked_options, CATEGORIES.question(pro))
        self.types, options = answers.rows(asked_types), group_options(answers.rows(asked_options))
        types = [(inquiry_type.slug, pipeline_label(inquiry_type.name)) for inquiry_type in self.types]
        self._set_choices("type", _("Any type"), types)
        self._set_choices(
            "category", _("Any category"), [(category, category) for category in categories_of(pro, answers)]
        )
        self._set_choices("option", _("Any option"), options)

    def _set_choices(self, name: str, label_for_all: Any, choices: list[Any]) -> None:
        self.fields[name].choices = [("", label_for_all), *choices]  # type: ignore[attr-defined]

    @property
    def selects(self) -> list[forms.BoundField]:
        """The select fields that have more than one choice."""
        names = ("type", "priority", "category", "option", "case", "profile")
        return [self[name] for name in names if len(self.fields[name].choices) > 1]  # type: ignore[attr-defined]
