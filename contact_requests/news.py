"""A new contact request as people are told of it; see `config.notifications.news`."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse

from config.accounts.models import User
from config.notifications.kinds import Kind
from config.notifications.news import News

from .models import ContactRequest


def make_news(contact_request: ContactRequest) -> News:
    """The mail about a contact request. An answer to it goes to the visitor."""
    path = reverse("waiting:person", args=[contact_request.pk])
    pro = contact_request.pro
    context = {"contact_request": contact_request, "pro": pro, "url": settings.SITE_URL + path}
    return News(pro, "notification", context, path, reply_to=contact_request.email)


def _find_news(key: str, user: User | None) -> News | None:
    """The news, unless somebody has read the request."""
    rows = ContactRequest.objects.select_related("property", "pro", "contact")
    row = rows.filter(pk=UUID(key), status=ContactRequest.Status.NEW, quarantined_at=None).first()
    return make_news(row) if row else None


NEWS = {Kind.REQUEST: _find_news}
