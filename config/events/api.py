"""The webhooks API: endpoints, their secrets, and what was sent to them. Source: docs/api/webhooks.md."""

import uuid
from typing import Any

from django.http import HttpResponse
from msgspec import UNSET, Struct, structs

from config.accounts.access import Caller, by_token
from config.accounts.models import SCOPES
from config.api.dialect import created, no_content
from config.api.endpoint import Api
from config.api.idempotency import RequestKey
from config.web.paging import from_cursor, row_number, to_cursor

from .dialect import NAMES, dialect, to_delivery, to_secret, to_webhook_body
from .examples import EXAMPLES
from .managing import change_endpoint, create_endpoint, delete_endpoint, replace_secret, send_again, send_test
from .models import Dispatch, Endpoint
from .schemas import (
    Cursor,
    DeliveryAnswer,
    DeliveryPage,
    DeliveryQuery,
    NoFields,
    SecretAnswer,
    WebhookAnswer,
    WebhookCreate,
    WebhookList,
    WebhookUpdate,
)

READ, WRITE = "webhooks:read", "webhooks:write"
ONE = "/<uuid:id>"
MODEL_NAMES = {name: field for field, name in NAMES.items()}

api = Api(
    dialect,
    title="Webhooks",
    description="Addresses of your own programs, which are called when something happens.",
    tags={"Webhooks": "Addresses that are called.", "Deliveries": "What was sent to them."},
    authenticate=by_token,
    scopes=SCOPES,
    examples=EXAMPLES,
)


def _sent_fields(body: Struct) -> dict[str, Any]:
    """The fields that were sent, by their names in the model."""
    return {MODEL_NAMES.get(name, name): value for name, value in structs.asdict(body).items() if value is not UNSET}


def _find_endpoint(caller: Caller, id: uuid.UUID) -> Endpoint:
    """An endpoint of the Pro. Raises DoesNotExist."""
    return Endpoint.objects.for_pro(caller.pro).select_related("pro").get(pk=id)


def _delivered(key: RequestKey, dispatch: Dispatch) -> HttpResponse:
    address = f"{dialect.prefix}/{dispatch.endpoint_id}/deliveries/{dispatch.pk}"
    return key.answer(created(DeliveryAnswer(to_delivery(dispatch)), address))


@api.endpoint("GET", "", scope=READ, answer=WebhookList)
def list_webhooks(caller: Caller) -> WebhookList:
    """List all webhooks, the oldest first; there are at most ten."""
    return WebhookList([to_webhook_body(endpoint) for endpoint in Endpoint.objects.for_pro(caller.pro)])


@api.endpoint("POST", "", scope=WRITE, body=WebhookCreate, answer=WebhookAnswer, is_creating=True)
def create_webhook(caller: Caller, body: WebhookCreate, key: RequestKey) -> HttpResponse:
    """Create a webhook.

    Its secret is read from `/secret`. Send a test event before you rely on it.
    """
    with key.hold():
        endpoint = create_endpoint(caller.pro, _sent_fields(body), by=caller.token)
        return key.answer(created(WebhookAnswer(to_webhook_body(endpoint)), f"{dialect.prefix}/{endpoint.pk}"))


@api.endpoint("GET", ONE, scope=READ, answer=WebhookAnswer)
def get_webhook(caller: Caller, id: uuid.UUID) -> WebhookAnswer:
    """Get one webhook."""
    return WebhookAnswer(to_webhook_body(_find_endpoint(caller, id)))


def lock_webhook(caller: Caller, id: uuid.UUID) -> WebhookAnswer:
    """Lock a webhook until the transaction ends, and answer as `get_webhook` does."""
    return WebhookAnswer(to_webhook_body(Endpoint.objects.for_pro(caller.pro).select_for_update().get(pk=id)))


@api.endpoint("PATCH", ONE, scope=WRITE, body=WebhookUpdate, answer=WebhookAnswer, current=lock_webhook)
def update_webhook(caller: Caller, id: uuid.UUID, body: WebhookUpdate) -> WebhookAnswer:
    """Update a webhook.

    Send only the fields to change. One that is enabled again goes on with what waits.
    """
    endpoint = _find_endpoint(caller, id)
    change_endpoint(endpoint, _sent_fields(body), by=caller.token)
    return WebhookAnswer(to_webhook_body(endpoint))


@api.endpoint("DELETE", ONE, scope=WRITE, current=lock_webhook, takes_key=True)
def delete_webhook(caller: Caller, id: uuid.UUID, key: RequestKey) -> HttpResponse:
    """Delete a webhook, with its secret and what was to be sent there."""
    with key.hold():
        delete_endpoint(_find_endpoint(caller, id), by=caller.token)
        return key.answer(no_content())


@api.endpoint("GET", f"{ONE}/secret", scope=WRITE, answer=SecretAnswer)
def get_webhook_secret(caller: Caller, id: uuid.UUID) -> SecretAnswer:
    """Get the secret by which calls are verified."""
    return SecretAnswer(to_secret(_find_endpoint(caller, id)))


@api.endpoint("POST", f"{ONE}/secret", scope=WRITE, body=NoFields, answer=WebhookAnswer, is_creating=True)
def replace_webhook_secret(caller: Caller, id: uuid.UUID, body: NoFields, key: RequestKey) -> HttpResponse:
    """Replace the secret.

    Both sign for a day. Read the new one from the same address.
    """
    with key.hold():
        endpoint = _find_endpoint(caller, id)
        replace_secret(endpoint, by=caller.token)
        return key.answer(created(WebhookAnswer(to_webhook_body(endpoint)), f"{dialect.prefix}/{endpoint.pk}/secret"))


@api.endpoint(
    "POST", f"{ONE}/test", scope=WRITE, body=NoFields, answer=DeliveryAnswer, is_creating=True, tag="Deliveries"
)
def test_webhook(caller: Caller, id: uuid.UUID, body: NoFields, key: RequestKey) -> HttpResponse:
    """Send a test event, `webhook.test`, to this webhook alone."""
    with key.hold():
        return _delivered(key, send_test(_find_endpoint(caller, id)))


@api.endpoint("GET", f"{ONE}/deliveries", scope=READ, query=DeliveryQuery, answer=DeliveryPage, tag="Deliveries")
def list_deliveries(caller: Caller, id: uuid.UUID, query: DeliveryQuery) -> DeliveryPage:
    """List what was sent to a webhook in the last 30 days, the newest first."""
    rows = Dispatch.objects.for_pro(caller.pro).filter(endpoint=_find_endpoint(caller, id)).select_related("event")
    if query.state:
        rows = rows.filter(state=query.state)
    if query.cursor is not None:
        rows = rows.filter(pk__lt=from_cursor(query.cursor, row_number)[1])
    page = list(rows.order_by("-pk")[: query.limit + 1])
    last = page[query.limit - 1] if len(page) > query.limit else None
    data = [to_delivery(dispatch) for dispatch in page[: query.limit]]
    return DeliveryPage(data, Cursor(to_cursor(last.created_at, last.pk) if last else None))


def _find_delivery(caller: Caller, id: uuid.UUID, delivery_id: int) -> Dispatch:
    """A delivery of the Pro's. Raises DoesNotExist."""
    rows = Dispatch.objects.for_pro(caller.pro).filter(endpoint=id, endpoint__deleted_at=None)
    return rows.select_related("event", "endpoint__pro").get(pk=delivery_id)


@api.endpoint("GET", f"{ONE}/deliveries/<int:delivery_id>", scope=READ, answer=DeliveryAnswer, tag="Deliveries")
def get_delivery(caller: Caller, id: uuid.UUID, delivery_id: int) -> DeliveryAnswer:
    """Get one delivery."""
    return DeliveryAnswer(to_delivery(_find_delivery(caller, id, delivery_id)))


@api.endpoint(
    "POST",
    f"{ONE}/deliveries/<int:delivery_id>/send",
    scope=WRITE,
    body=NoFields,
    answer=DeliveryAnswer,
    is_creating=True,
    tag="Deliveries",
)
def send_delivery(caller: Caller, id: uuid.UUID, delivery_id: int, body: NoFields, key: RequestKey) -> HttpResponse:
    """Send an event again, with the id and the words that it had."""
    with key.hold():
        dispatch = _find_delivery(caller, id, delivery_id)
        send_again(dispatch, by=caller.token)
        return _delivered(key, dispatch)
