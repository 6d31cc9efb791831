"""Webhooks: the addresses that providers call. A call is verified and stored; a job reads it."""

from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from config.web.client import client_place
from config.web.limits import Limit

from ..channels.message import RefusedError
from ..channels.providers import provider_of
from ..models import ChannelConnection
from .receiving import store_delivery

CALLS = Limit("channel", settings.CHANNEL_MESSAGES_PER_MINUTE, 60, batch=10)
# Unverified calls for one key from one client.
REFUSALS = Limit("channel-refused", 60, 60)


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def whatsapp(request: HttpRequest, key: str) -> HttpResponse:
    """Receive a call of Meta's; a GET is its check, once, of the address."""
    return _receive_call(request, "whatsapp", key) if request.method == "POST" else _confirm_address(request, key)


@csrf_exempt
@login_not_required
@require_POST
def telegram(request: HttpRequest, key: str) -> HttpResponse:
    """Receive a call of Telegram's."""
    return _receive_call(request, "telegram", key)


@csrf_exempt
@login_not_required
@require_POST
def email(request: HttpRequest, key: str) -> HttpResponse:
    """Receive a call of a provider of inbound e-mail."""
    return _receive_call(request, "email", key)


def _find_connection(channel: str, key: str) -> ChannelConnection | None:
    """The active connection with this key."""
    # A malformed key is not worth a query.
    if not (key.isascii() and key.isalnum() and len(key) == 48):
        return None
    return ChannelConnection.objects.filter(channel=channel, key=key, is_active=True).first()


def _confirm_address(request: HttpRequest, key: str) -> HttpResponse:
    connection, query = _find_connection("whatsapp", key), request.GET
    if connection is None:
        return _answer(HTTPStatus.NOT_FOUND)
    is_verified = constant_time_compare(query.get("hub.verify_token", ""), connection.verify_token)
    if query.get("hub.mode") != "subscribe" or not is_verified:
        return _refuse(request, key)
    return _answer(HTTPStatus.OK, query.get("hub.challenge", "")[:200])


def _receive_call(request: HttpRequest, channel: str, key: str) -> HttpResponse:
    if (connection := _find_connection(channel, key)) is None:
        return _answer(HTTPStatus.NOT_FOUND)
    provider, content_type = provider_of(connection), request.META.get("CONTENT_TYPE", "")
    body = request.read(provider.MAX_BODY + 1)
    if len(body) > provider.MAX_BODY:
        return _answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        nonce = provider.verify_call(connection, request.headers, body, content_type)
        if wait := CALLS.hit(connection.pk):
            return _answer(HTTPStatus.TOO_MANY_REQUESTS, wait=wait)
        store_delivery(connection, body, content_type, nonce)
    except RefusedError:
        return _refuse(request, key)
    return _answer(HTTPStatus.OK)


def _refuse(request: HttpRequest, key: str) -> HttpResponse:
    """Refuse an unverified call: it leaves no row, and a client that goes on trying has to wait."""
    wait = REFUSALS.hit(f"{key}:{client_place(request)}")
    return _answer(HTTPStatus.TOO_MANY_REQUESTS, wait=wait) if wait else _answer(HTTPStatus.FORBIDDEN)


def _answer(status: HTTPStatus, text: str = "", wait: int = 0) -> HttpResponse:
    headers = {"Cache-Control": "no-store", **({"Retry-After": str(wait)} if wait else {})}
    return HttpResponse(text or status.phrase, status=status, content_type="text/plain", headers=headers)
