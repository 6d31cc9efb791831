"""Endpoints are made, changed and deleted; what was sent to them is sent again."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.accounts.models import ApiToken, Pro, User
from config.audit.kinds import Kind
from config.audit.recording import record_event

from .kinds import TEST, scopes_of
from .models import Dispatch, Endpoint
from .publishing import Subject, enqueue_sending, make_event, send_to
from .switching_off import note_wanted_types

MAX_ENDPOINTS = 10
type Actor = User | ApiToken | None


class MissingScopeError(Exception):
    """A token may not have told elsewhere what it may not read itself; `scopes` are those that it lacks."""

    def __init__(self, scopes: list[str]) -> None:
        super().__init__(", ".join(scopes))
        self.scopes = scopes


def create_endpoint(pro: Pro, fields: dict[str, Any], *, by: Actor) -> Endpoint:
    """Create an endpoint from Endpoint.SETTABLE. Raises ValidationError with every invalid field, MissingScopeError."""
    endpoint = Endpoint(pro=pro)
    _assign(endpoint, fields)
    _check_scopes(by, *endpoint.types)
    with transaction.atomic():
        _lock(pro)
        if Endpoint.objects.for_pro(pro).count() >= MAX_ENDPOINTS:
            raise ValidationError(_("Use at most %(n)s webhooks.") % {"n": MAX_ENDPOINTS})
        endpoint.save(force_insert=True)
        note_wanted_types(pro)
        record_event(Kind.ENDPOINT_MADE, endpoint, pro=pro, by=by)
    return endpoint


def change_endpoint(endpoint: Endpoint, fields: dict[str, Any], *, by: Actor) -> None:
    """Change some fields. One that is switched on again begins anew.

    Raises ValidationError, MissingScopeError and DoesNotExist.
    """
    with transaction.atomic():
        _lock(endpoint.pro, endpoint)
        was_on = endpoint.is_enabled
        _assign(endpoint, fields)
        if {"url", "types"} & {*fields} or fields.get("is_enabled"):
            _check_scopes(by, *endpoint.types, *_waiting_types(endpoint))
        if endpoint.is_enabled and (not was_on or "url" in fields):
            endpoint.forget_failures()
        endpoint.save()
        note_wanted_types(endpoint.pro)
        record_event(Kind.ENDPOINT_CHANGED, endpoint, pro=endpoint.pro, by=by, detail=",".join(sorted(fields)))
        if endpoint.is_enabled:
            enqueue_sending([endpoint])


def delete_endpoint(endpoint: Endpoint, *, by: Actor) -> None:
    """Delete an endpoint, with its secrets; nothing is sent to it any more. Raises DoesNotExist."""
    with transaction.atomic():
        _lock(endpoint.pro, endpoint)
        endpoint.deleted_at, endpoint.is_enabled = timezone.now(), False
        endpoint.secret = endpoint.former_secret = ""
        endpoint.save()
        note_wanted_types(endpoint.pro)
        record_event(Kind.ENDPOINT_DELETED, endpoint, pro=endpoint.pro, by=by)


def replace_secret(endpoint: Endpoint, *, by: Actor) -> None:
    """Make a new secret; both sign for a day. Raises DoesNotExist."""
    with transaction.atomic():
        _lock(endpoint.pro, endpoint)
        endpoint.replace_secret()
        endpoint.save()
        record_event(Kind.ENDPOINT_CHANGED, endpoint, pro=endpoint.pro, by=by, detail="secret")


def send_test(endpoint: Endpoint) -> Dispatch:
    """Send an event that tells nothing to this endpoint alone. Raises ValidationError while it is off."""
    if not endpoint.is_enabled:
        raise ValidationError(_("Switch it on first."))
    data = {"webhookId": str(endpoint.pk), "message": "This is a test."}
    with transaction.atomic():
        event = make_event(endpoint.pro, TEST, Subject(f"test:{uuid.uuid4()}", None, data))
        return send_to([endpoint], [event])[0]


def send_again(dispatch: Dispatch, *, by: Actor) -> None:
    """Send an event to its endpoint once more, for three days from now.

    Raises ValidationError while that is off, and MissingScopeError.
    """
    _check_scopes(by, dispatch.event.type)
    if not dispatch.endpoint.is_enabled:
        raise ValidationError(_("Switch it on first."))
    now = timezone.now()
    with transaction.atomic():
        Dispatch.objects.filter(pk=dispatch.pk).update(state=Dispatch.State.WAITING, began_at=now, next_at=now)
        enqueue_sending([dispatch.endpoint])
    dispatch.refresh_from_db(fields=["state", "began_at", "next_at"])


def _assign(endpoint: Endpoint, fields: dict[str, Any]) -> None:
    """Assign these values, unsaved. Raises ValidationError with every invalid field."""
    for name, value in fields.items():
        if name not in Endpoint.SETTABLE:
            raise ValueError(name)
        setattr(endpoint, name, value.strip() if isinstance(value, str) else value)
    if "types" in fields and isinstance(endpoint.types, list):
        endpoint.types = list(dict.fromkeys(endpoint.types))
    # What was allowed once does not stand in the way of another change.
    unchanged = set() if endpoint._state.adding else {*Endpoint.SETTABLE} - {*fields}
    endpoint.full_clean(exclude={"pro", *unchanged}, validate_unique=False, validate_constraints=False)


def _check_scopes(by: Actor, *types: str) -> None:
    """Raise MissingScopeError for a token that may not read what events of these types tell."""
    if isinstance(by, ApiToken):
        needed = set[str]().union(*map(scopes_of, types))
        if missing := sorted(scope for scope in needed if not by.allows(scope)):
            raise MissingScopeError(missing)


def _waiting_types(endpoint: Endpoint) -> Iterable[str]:
    """The types of what is on its way there, which may be others than those that it wants by now."""
    return endpoint.dispatches.waiting().values_list("event__type", flat=True).distinct()


def _lock(pro: Pro, endpoint: Endpoint | None = None) -> None:
    """Lock the Pro's endpoints until the transaction ends, and read one of them anew."""
    Pro.objects.select_for_update(no_key=True).get(pk=pro.pk)
    if endpoint:
        endpoint.refresh_from_db(from_queryset=Endpoint.objects.filter(deleted_at=None).select_related("pro"))
