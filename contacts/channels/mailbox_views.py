"""Settings page of a mailbox: the second step after its provider was chosen."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config.accounts.http import ProRequest
from config.accounts.middleware import for_owners
from config.web.forms import add_errors

from ..models import MailboxSettings
from .mailbox_form import MailboxForm
from .views import find_connection, try_connection

MAX_ADDRESS = 254


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
def mailbox_edit(request: ProRequest) -> HttpResponse:
    """Set up a mailbox, and try it once it is saved. `?address=` suggests the servers."""
    connection = find_connection(request, "email")
    address = request.GET.get("address", "").replace("\0", "")[:MAX_ADDRESS]
    form = MailboxForm(connection, request.POST if request.method == "POST" else None, address=address)
    if form.is_bound and form.is_valid():
        try:
            mailbox = MailboxSettings.objects.connect(request.pro, form.cleaned_data, by=request.user)
            messages.success(request, _("Saved."))
            if mailbox.connection.is_receiving:
                try_connection(request, mailbox.connection)
            return redirect("channels:channel_edit", "email")
        except ValidationError as error:
            add_errors(form, error)
    status = 422 if form.is_bound else 200
    return render(request, "channels/mailbox.html", {"connection": connection, "form": form}, status=status)
