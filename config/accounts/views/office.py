"""Settings: the card of the business."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config.audit.kinds import Kind
from config.audit.recording import changed_names, record_event

from ..forms import ProForm
from ..http import ProRequest
from ..mails import tell_of_new_business_address
from ..middleware import for_owners, without_gate
from ..models import BouncedAddress
from ..proof import ask_password


@for_owners
@without_gate
@require_http_methods(["GET", "HEAD", "POST"])
def office(request: ProRequest) -> HttpResponse:
    """Edit the business: its address, language and time zone; `mail_again` sends notifications there again."""
    if "mail_again" in request.POST:
        return _mail_again(request)
    # A copy: an invalid form writes into its instance too, and the page around it shows the stored one.
    pro = type(request.pro).objects.get(pk=request.pro.pk)
    form = ProForm(request.POST if request.method == "POST" else None, instance=pro, prefix="business")
    if form.is_bound and form.is_valid():
        return _save_business(request, form)
    bounced = BouncedAddress.objects.of(request.pro, request.pro.email)
    context = {"form": form, "bounced": bounced}
    return render(request, "accounts/office.html", context, status=422 if form.is_bound else 200)


def _save_business(request: ProRequest, form: ProForm) -> HttpResponse:
    is_moved = "email" in form.changed_data
    if is_moved and (question := ask_password(request)):
        return question
    with transaction.atomic():
        form.save()
        record_event(Kind.SETTINGS_CHANGED, form.instance, pro=request.pro, by=request.user, detail=changed_names(form))
    if is_moved:
        tell_of_new_business_address(form.instance, former=form.initial["email"], by=request.user)
    messages.success(request, _("Saved."))
    return redirect("accounts:office")


def _mail_again(request: ProRequest) -> HttpResponse:
    """Send notifications to the Pro's address again, to which they did not get."""
    with transaction.atomic():
        BouncedAddress.objects.lift(request.pro, request.pro.email)
        record_event(Kind.SETTINGS_CHANGED, request.pro, pro=request.pro, by=request.user, detail="mail_again")
    messages.success(request, _("Saved."))
    return redirect("accounts:office")
