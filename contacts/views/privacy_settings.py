"""Settings of privacy: words of consent, and how long things are kept."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from config.accounts.http import ProRequest
from config.accounts.middleware import for_owners
from config.accounts.proof import password_again
from config.web.toasts import toast

from ..models import PrivacySettings
from ..models.consent import MAX_WORDS
from ..privacy.decisions import decide, read_decisions
from ..privacy.retention import all_kinds, count_past

PAGE = "contacts/privacy/settings.html"
MAX_MONTHS = 240


class PrivacyForm(forms.Form):
    """Words of consent, and months for each kind; an empty one is kept."""

    consent_words = forms.CharField(
        label=gettext_lazy("Words below your public forms"),
        help_text=gettext_lazy("What visitors agree to when they send a form. They are stored with each request."),
        required=False,
        max_length=MAX_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, decided: PrivacySettings, data: Any = None) -> None:
        super().__init__(data, initial={"consent_words": decided.consent_words, **decided.retention})
        for kind in all_kinds():
            self.fields[kind.key] = forms.IntegerField(
                label=kind.label, help_text=kind.help, required=False, min_value=1, max_value=MAX_MONTHS
            )

    @property
    def months(self) -> dict[str, int]:
        """The months of each kind that has some."""
        return {kind.key: self.cleaned_data[kind.key] for kind in all_kinds() if self.cleaned_data[kind.key]}


@for_owners
@password_again("POST")
@require_http_methods(["GET", "HEAD", "POST"])
def privacy_settings(request: ProRequest) -> HttpResponse:
    """The settings; `preview` counts what is past its time with the months that were typed, and saves nothing."""
    decided = read_decisions(request.pro)
    if request.method != "POST":
        return _show_privacy_settings(request, PrivacyForm(decided), decided.retention)
    form = PrivacyForm(decided, request.POST)
    if not form.is_valid():
        return _show_privacy_settings(request, form, {}, 422)
    if "preview" in request.POST:
        return _show_privacy_settings(request, form, form.months)
    decide(request.pro, consent_words=form.cleaned_data["consent_words"], retention=form.months, by=request.user)
    toast(request, _("Saved."))
    return redirect("contacts:privacy_settings")


def _show_privacy_settings(
    request: ProRequest, form: PrivacyForm, months: dict[str, int], status: int = 200
) -> HttpResponse:
    counts = count_past(request.pro, months)
    kinds = [(form[kind.key], counts.get(kind.key)) for kind in all_kinds()]
    return render(request, PAGE, {"form": form, "kinds": kinds}, status=status)
