"""Former addresses of conversations."""

import uuid
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from config.accounts.http import ProRequest


@require_safe
def conversation_list(request: ProRequest) -> HttpResponse:
    """`/inbox/messages`, with what was searched for."""
    search = request.GET.get("q", "")
    return redirect(f"{reverse('waiting:all')}{f'?{urlencode({"q": search})}' if search else ''}")


@require_safe
def conversation_detail(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """`/inbox/messages/<id>`, as notifications of former releases have it."""
    return redirect("waiting:person", id)
