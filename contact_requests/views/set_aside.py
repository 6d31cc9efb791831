"""Contact requests that were set aside as likely spam."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from config.accounts.http import ProRequest, send_to
from config.web.paging import InvalidCursorError, from_cursor, to_cursor
from config.web.toasts import toast

from .. import receiving
from ..models import ContactRequest

ROWS = 25


@require_safe
def set_aside(request: ProRequest) -> HttpResponse:
    """Show what is set aside, with the reason of each contact request."""
    rows = ContactRequest.objects.for_pro(request.pro, quarantined=True)
    cursor = request.GET.get("cursor")
    try:
        rows = rows.after(*from_cursor(cursor, uuid.UUID)) if cursor else rows
    except InvalidCursorError as error:
        raise Http404 from error
    page, more = rows.select_related("property").newest_first().page(ROWS)
    end = to_cursor(page[-1].created_at, page[-1].pk) if more else ""
    return render(request, "contact_requests/set_aside.html", {"rows": page, "next_cursor": end})


@require_POST
def set_aside_request(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Set a contact request aside as spam; it waits no more."""
    contact_request = get_object_or_404(ContactRequest.objects.for_pro(request.pro), pk=id)
    receiving.set_aside(contact_request, by=request.user)
    undo_url = reverse("contact_requests:release", args=[contact_request.pk])
    toast(request, _("%(name)s is set aside as spam.") % {"name": contact_request.name}, undo_url)
    return send_to(request, reverse("waiting:list"))


@require_POST
def release(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Release a contact request: it is no spam."""
    requests = ContactRequest.objects
    # A second click finds it among those who wait, and is no error.
    rows = requests.for_pro(request.pro, quarantined=True) | requests.for_pro(request.pro)
    contact_request = get_object_or_404(rows, pk=id)
    receiving.release(contact_request, by=request.user)
    messages.success(request, _("The request from %(name)s is in your inbox now.") % {"name": contact_request.name})
    return send_to(request, reverse("contact_requests:set_aside"))
