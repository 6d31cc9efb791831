"""Where the providers bring what people wrote. A call is checked and kept; the worker reads it."""

from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from config.web.client import client_place
from config.web.limits import Limit

from ..channels import provider_of
from ..channels.message import Refused
from ..models import ChannelConnection, ChannelDelivery

CALLS = Limit("channel", settings.CHANNEL_MESSAGES_PER_MINUTE, 60, batch=10)
# Calls that prove nothing, for one key and from one place.
REFUSALS = Limit("channel-refused", 60, 60)


def _answer(status: HTTPStatus, text: str = "", wait: int = 0) -> HttpResponse:
    headers = {"Cache-Control": "no-store", **({"Retry-After": str(wait)} if wait else {})}
    return HttpResponse(text or status.phrase, status=status, content_type="text/plain", headers=headers)


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def whatsapp(request: HttpRequest, key: str) -> HttpResponse:
    """Meta's calls; with GET it asks once whether the address is meant."""
    return _receive(request, "whatsapp", key) if request.method == "POST" else _confirm(request, key)


@csrf_exempt
@login_not_required
@require_POST
def telegram(request: HttpRequest, key: str) -> HttpResponse:
    """Telegram's calls."""
    return _receive(request, "telegram", key)


@csrf_exempt
@login_not_required
@require_POST
def email(request: HttpRequest, key: str) -> HttpResponse:
    """The calls of a provider of inbound e-mail."""
    return _receive(request, "email", key)


def _find(channel: str, key: str) -> ChannelConnection | None:
    """The connection that this key belongs to; None for an unknown key and one that can prove nothing."""
    # Another key is not worth a question to the database.
    if not (key.isascii() and key.isalnum() and len(key) == 48):
        return None
    found = ChannelConnection.objects.filter(channel=channel, key=key).first()
    return found if found and found.is_active else None


def _confirm(request: HttpRequest, key: str) -> HttpResponse:
    found, query = _find("whatsapp", key), request.GET
    if found is None:
        return _answer(HTTPStatus.NOT_FOUND)
    is_meant = constant_time_compare(query.get("hub.verify_token", ""), found.verify_token)
    if query.get("hub.mode") != "subscribe" or not is_meant:
        return _refuse(request, key)
    return _answer(HTTPStatus.OK, query.get("hub.challenge", "")[:200])


def _receive(request: HttpRequest, channel: str, key: str) -> HttpResponse:
    found = _find(channel, key)
    if found is None:
        return _answer(HTTPStatus.NOT_FOUND)
    provider, content_type = provider_of(found), request.META.get("CONTENT_TYPE", "")
    body = request.read(provider.MAX_BODY + 1)
    if len(body) > provider.MAX_BODY:
        return _answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        nonce = provider.verify(found, request.headers, body, content_type)
        if wait := CALLS.hit(found.pk):
            return _answer(HTTPStatus.TOO_MANY_REQUESTS, wait=wait)
        ChannelDelivery.objects.take(found, body, content_type, nonce)
    except Refused:
        return _refuse(request, key)
    return _answer(HTTPStatus.OK)


def _refuse(request: HttpRequest, key: str) -> HttpResponse:
    """What does not prove where it comes from leaves no row; a place that goes on trying has to wait."""
    wait = REFUSALS.hit(f"{key}:{client_place(request)}")
    return _answer(HTTPStatus.TOO_MANY_REQUESTS, wait=wait) if wait else _answer(HTTPStatus.FORBIDDEN)
