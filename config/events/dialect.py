"""Dialect of /api/v1/webhooks: error codes, field names and times."""

from config.api.dialect import V1_CODES, CamelDialect
from config.api.errors import Detail, ProblemError, invalid_fields
from config.api.times import format_utc
from config.web.paging import InvalidCursorError

from .managing import MissingScopeError
from .models import Dispatch, Endpoint
from .schemas import DeliveryBody, WebhookBody, WebhookSecret

# Names of the model's fields that have another one here.
NAMES = {"types": "events", "is_enabled": "enabled"}


class WebhooksDialect(CamelDialect):
    def translate(self, error: Exception) -> ProblemError | None:
        if isinstance(error, InvalidCursorError):
            return invalid_fields(Detail("cursor", str(error)))
        if isinstance(error, MissingScopeError):
            text = f"What these events tell takes {' and '.join(error.scopes)}. This token lacks it."
            return ProblemError("forbidden", text)
        return super().translate(error)

    def field_name(self, name: str) -> str:
        return super().field_name(NAMES.get(name, name))


dialect = WebhooksDialect("/api/v1/webhooks", V1_CODES)


def to_webhook_body(endpoint: Endpoint) -> WebhookBody:
    """JSON body of an endpoint."""
    return WebhookBody(
        id=endpoint.pk,
        url=endpoint.url,
        description=endpoint.description,
        events=endpoint.types,
        enabled=endpoint.is_enabled,
        problem=endpoint.problem or None,  # type: ignore[arg-type]
        failing_since=format_utc(endpoint.failing_since),
        last_delivered_at=format_utc(endpoint.last_delivered_at),
        created_at=format_utc(endpoint.created_at),
        updated_at=format_utc(endpoint.updated_at),
    )


def to_secret(endpoint: Endpoint) -> WebhookSecret:
    """JSON body of an endpoint's secrets."""
    present, *former = endpoint.secrets
    return WebhookSecret(present, former[0] if former else None, format_utc(endpoint.former_until) if former else None)


def to_delivery(dispatch: Dispatch) -> DeliveryBody:
    """JSON body of a delivery; its event must be loaded."""
    is_waiting = dispatch.state == Dispatch.State.WAITING
    return DeliveryBody(
        id=dispatch.pk,
        event_id=dispatch.event.name,
        type=dispatch.event.type,
        state=dispatch.state,  # type: ignore[arg-type]
        attempts=dispatch.attempts,
        status=dispatch.status,
        reason=dispatch.reason or None,  # type: ignore[arg-type]
        answer=dispatch.answer,
        created_at=format_utc(dispatch.created_at),
        last_attempt_at=format_utc(dispatch.tried_at),
        next_attempt_at=format_utc(dispatch.next_at) if is_waiting else None,
    )
