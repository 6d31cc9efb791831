"""The page of the link that confirms a new sign-in address."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ..http import ProRequest
from ..middleware import without_gate
from ..new_address import AddressLinkError, change_address, read_address_key


@without_gate
@require_http_methods(["GET", "HEAD", "POST"])
def address_confirm(request: ProRequest, key: str) -> HttpResponse:
    """Ask whether the address changes, as programs that look at mails open links too; POST changes it."""
    try:
        if request.method == "POST":
            user = change_address(request.user, key, session_key=request.session.session_key)
            messages.success(request, _("You now sign in as %(email)s.") % {"email": user.email})
            return redirect("accounts:profile")
        context = {"email": read_address_key(request.user, key)}
    except AddressLinkError:
        return render(request, "accounts/address_confirm.html", status=404)
    return render(request, "accounts/address_confirm.html", context)
