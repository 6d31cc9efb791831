"""What a request carries once the middleware has let it in; for the type checker's eyes."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from .models import Pro, User


class VisitorRequest(HttpRequest):
    """A request to a public page."""

    htmx: HtmxDetails


class ProRequest(VisitorRequest):
    """A request to a workspace page: signed in, with the Pro it belongs to."""

    user: User
    pro: Pro
