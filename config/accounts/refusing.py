"""The answer to a member who asks for what only the owners of the Pro may do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from .models import Pro, User


def refuse_member(request: HttpRequest, pro: Pro) -> HttpResponse:
    """Page (403) that says who can."""
    owners = User.objects.filter(pro=pro, role=User.Role.OWNER, is_active=True).order_by("name", "email")
    context = {"names": [str(owner) for owner in owners], "is_gated": pro.is_gated}
    return render(
        request, "accounts/for_owners.html", {**context, "title": _("Only an owner can open this")}, status=403
    )
