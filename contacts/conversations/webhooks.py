"""Webhooks: the addresses that providers call. A call is verified and stored; a job reads it."""

import logging
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from config.closing.models import is_closed
from config.web.client import client_place
from config.web.compiled import Compiled
from config.web.limits import Limit

from ..channels.mail_recipients import read_recipients
from ..channels.message import RefusedError
from ..channels.providers import provider_of
from ..models import ChannelConnection
from ..reply_addresses import find_named, find_thread, reply_connection
from .receiving import store_delivery

logger = logging.getLogger("vestibule.replies")
_ACTIVE = Compiled(
    lambda channel, key: ChannelConnection.objects.filter(channel=channel, key=key, is_active=True), keeps_plan=True
)
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


@csrf_exempt
@login_not_required
@require_POST
def replies(request: HttpRequest) -> HttpResponse:
    """Receive a call of the installation's provider: an e-mail to a reply address."""
    if not settings.REPLY_DOMAIN:
        return answer_call(HTTPStatus.NOT_FOUND)
    return _receive_verified(request, reply_connection(), "replies")


def _find_connection(channel: str, key: str) -> ChannelConnection | None:
    """The active connection with this key."""
    # A malformed key is not worth a query.
    if not (key.isascii() and key.isalnum() and len(key) == 48):
        return None
    return _ACTIVE.first(channel, key)


def _confirm_address(request: HttpRequest, key: str) -> HttpResponse:
    connection, query = _find_connection("whatsapp", key), request.GET
    if connection is None:
        return answer_call(HTTPStatus.NOT_FOUND)
    is_verified = constant_time_compare(query.get("hub.verify_token", ""), connection.verify_token)
    if query.get("hub.mode") != "subscribe" or not is_verified:
        return refuse_call(request, key)
    return answer_call(HTTPStatus.OK, query.get("hub.challenge", "")[:200])


def _receive_call(request: HttpRequest, channel: str, key: str) -> HttpResponse:
    if (connection := _find_connection(channel, key)) is None:
        return answer_call(HTTPStatus.NOT_FOUND)
    return _receive_verified(request, connection, key)


def _receive_verified(request: HttpRequest, connection: ChannelConnection, key: str) -> HttpResponse:
    provider, content_type = provider_of(connection), request.META.get("CONTENT_TYPE", "")
    body = request.read(provider.MAX_BODY + 1)
    if len(body) > provider.MAX_BODY:
        return answer_call(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        nonce = provider.verify_call(connection, request.headers, body, content_type)
        if connection.pk is None:
            return _receive_reply(connection, body, content_type, nonce)
        if wait := CALLS.hit(connection.pk):
            return answer_call(HTTPStatus.TOO_MANY_REQUESTS, wait=wait)
        store_delivery(connection, body, content_type, nonce)
    except RefusedError:
        return refuse_call(request, key)
    return answer_call(HTTPStatus.OK)


def _receive_reply(connection: ChannelConnection, body: bytes, content_type: str, nonce: str) -> HttpResponse:
    """Store an e-mail to a reply address; one that we did not make, or of a closed office, is dropped."""
    name = find_named(read_recipients(connection.provider, body, content_type))
    if not name or (thread := find_thread(name)) is None or is_closed(thread.pro.pk):
        # A refusal would have the provider repeat the call.
        logger.info("An e-mail to an unknown reply address was dropped.")
        return answer_call(HTTPStatus.OK)
    if wait := CALLS.hit(f"replies-{thread.pro.pk}"):
        return answer_call(HTTPStatus.TOO_MANY_REQUESTS, wait=wait)
    store_delivery(reply_connection(thread.pro), body, content_type, nonce, thread=name)
    return answer_call(HTTPStatus.OK)


def refuse_call(request: HttpRequest, key: str) -> HttpResponse:
    """Refuse an unverified call: it leaves no row, and a client that goes on trying has to wait."""
    wait = REFUSALS.hit(f"{key}:{client_place(request)}")
    return answer_call(HTTPStatus.TOO_MANY_REQUESTS, wait=wait) if wait else answer_call(HTTPStatus.FORBIDDEN)


def answer_call(status: HTTPStatus, text: str = "", wait: int = 0) -> HttpResponse:
    headers = {"Cache-Control": "no-store", **({"Retry-After": str(wait)} if wait else {})}
    return HttpResponse(text or status.phrase, status=status, content_type="text/plain; charset=utf-8", headers=headers)
