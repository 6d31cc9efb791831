"""Former addresses of the inbox."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from config.accounts.http import ProRequest


@require_safe
def quarantine(request: ProRequest) -> HttpResponse:
    """`/inbox/quarantine`, as notifications of former releases and bookmarks have it."""
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"{reverse('contact_requests:set_aside')}{f'?{query}' if query else ''}")
