"""The public page of an office: its properties, newest first."""

import uuid

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models.fields.tuple_lookups import TupleLessThan
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from config.accounts.http import VisitorRequest
from config.web.paging import InvalidCursorError, from_cursor, to_cursor

from ..models import OfficePage, Property
from .public import cache_for_all

ROWS = 24


@login_not_required
@require_safe
def office_page(request: VisitorRequest, slug: str) -> HttpResponse:
    """Show the office's properties that are not gone."""
    page = get_object_or_404(OfficePage.objects.select_related("pro").filter(is_published=True), slug=slug)
    rows = Property.objects.for_pro(page.pro).filter(is_published=True).exclude(state__in=Property.GONE)
    if cursor := request.GET.get("cursor"):
        try:
            rows = rows.filter(TupleLessThan(("created_at", "id"), from_cursor(cursor, uuid.UUID)))
        except InvalidCursorError as error:
            raise Http404 from error
    found = list(rows.order_by("-created_at", "-id").prefetch_related("pictures")[: ROWS + 1])
    shown, more = found[:ROWS], len(found) > ROWS
    context = {
        "office": page,
        "rows": shown,
        "next_cursor": to_cursor(shown[-1].created_at, shown[-1].pk) if more else "",
        "is_first": not cursor,
        "canonical": f"{settings.SITE_URL}{page.get_absolute_url()}",
    }
    response = render(request, "contact_requests/office_page.html", context)
    cache_for_all(request, response, 60)
    return response
