"""What a request carries once the middleware has let it in, and how htmx is answered."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from .models import Pro, User


class VisitorRequest(HttpRequest):
    """A request to a public page."""

    htmx: HtmxDetails


class ProRequest(VisitorRequest):
    """A request to a workspace page: signed in, with the Pro it belongs to."""

    user: User
    pro: Pro


def wants(request: VisitorRequest, target: str) -> bool:
    """Whether htmx asks for the piece of the page with the id `target` alone; what it restores is a whole page."""
    htmx = request.htmx
    return bool(htmx) and not htmx.history_restore_request and htmx.target == target


def send_to(request: VisitorRequest, url: str) -> HttpResponse:
    """A redirect. A fragment must not be replaced by a whole other page: htmx is told to leave the page."""
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
