"""Settings of who takes whom: turns, and how long an assignee may stay silent."""

from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from config.accounts.http import ProRequest
from config.accounts.middleware import for_owners
from config.accounts.models import Pro
from config.audit.kinds import Kind
from config.audit.recording import changed_names, record_event
from config.web.toasts import toast

PAGE = "contacts/assigning.html"


class AssigningForm(forms.ModelForm):
    """How people are assigned by themselves, and when they are nobody's again."""

    class Meta:
        model = Pro
        fields = ["assigns_by_turns", "silent_hours"]
        labels = {
            "assigns_by_turns": gettext_lazy("Assign newcomers by turns"),
            "silent_hours": gettext_lazy("Hours without an answer"),
        }
        widgets = {"silent_hours": forms.NumberInput(attrs={"inputmode": "numeric"})}


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
def assigning_settings(request: ProRequest) -> HttpResponse:
    """The settings."""
    # A copy: an invalid form writes into its instance too, and the page around it shows the stored one.
    pro = Pro.objects.get(pk=request.pro.pk)
    form = AssigningForm(request.POST if request.method == "POST" else None, instance=pro)
    if not (form.is_bound and form.is_valid()):
        return render(request, PAGE, {"form": form}, status=422 if form.is_bound else 200)
    with transaction.atomic():
        # These alone: another form may have changed the others meanwhile.
        Pro.objects.filter(pk=pro.pk).update(**{name: form.cleaned_data[name] for name in form.fields})
        record_event(Kind.SETTINGS_CHANGED, pro, pro=pro, by=request.user, detail=changed_names(form))
    toast(request, _("Saved."))
    return redirect("contacts:assigning_settings")
