"""/pro/properties: list, get, create, change, and keep by reference. Source: docs/api/properties.md."""

import uuid
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse

from config.accounts.access import Caller
from config.api.dialect import created
from config.api.errors import ProblemError
from config.api.idempotency import RequestKey
from config.web.changes import read_changes
from config.web.paging import read_newest

from .api import PROPERTIES, api
from .dialect import dialect, format_time, left_at, to_changes
from .models import DeletedRow, Property
from .models.property import reference_key
from .properties import change_property, create_property, keep_property
from .property_schemas import (
    ListingBody,
    PropertyBody,
    PropertyCreate,
    PropertyPage,
    PropertyQuery,
    PropertyUpdate,
)
from .schemas import Cursor

LIST, ONE = "/properties", "/properties/<uuid:id>"
BY_REFERENCE = "/properties/by-reference/<str:reference>"
READ, WRITE = "properties:read", "properties:write"


def _to_body(prop: Property) -> PropertyBody:
    """Body of a property; its numbers are shown."""
    return PropertyBody(
        id=prop.pk,
        pro_id=prop.pro_id,
        reference=prop.reference or None,
        slug=prop.slug,
        title=prop.title,
        summary=prop.summary or None,
        description=prop.description or None,
        city=prop.city or None,
        price=None if prop.price is None else float(prop.price),
        state=prop.state,
        is_published=prop.is_published,
        translations=prop.translations,
        numbers=[ListingBody(row.portal or None, row.number) for row in prop.numbers.all()],
        url=f"{settings.SITE_URL}{prop.get_absolute_url()}",
        created_at=format_time(prop.created_at),
        updated_at=format_time(prop.updated_at),
    )


def _stored(caller: Caller, id: uuid.UUID) -> PropertyBody:
    return _to_body(Property.objects.for_pro(caller.pro).get(pk=id))


def _created(prop: Property) -> HttpResponse:
    # Read again: prices are as the database has them.
    prop.refresh_from_db()
    return created(_to_body(prop), f"{dialect.prefix}/properties/{prop.pk}")


@api.endpoint(
    "GET",
    LIST,
    scope=READ,
    tag=PROPERTIES,
    query=PropertyQuery,
    answer=PropertyPage,
    errors=("gated", "invalid_cursor"),
)
def list_properties(caller: Caller, query: PropertyQuery) -> PropertyPage:
    """List properties, newest first.

    Follow `cursor.next` for the next page until it is null. A program that keeps a copy asks with `updated_since`, the
    time of its last call less a minute, or with `order_by=updatedAt` for everything: then the rows come in the order of
    their last change, and with `include_deleted=true` `changes.deleted` names what was deleted for good.
    """
    filters: dict[str, Any] = {} if query.is_published is None else {"is_published": query.is_published}
    if query.reference is not None:
        filters["reference_key"] = reference_key(query.reference)
    rows = Property.objects.for_pro(caller.pro).filter(**filters).prefetch_related("numbers")
    if query.is_by_change:
        lists: list[QuerySet[Any]] = [rows]
        if query.include_deleted:
            lists.append(DeletedRow.objects.properties(caller.pro))
        changes = read_changes(lists, query.limit, since=query.updated_since, cursor=query.cursor, read_id=uuid.UUID)
        data = [_to_body(row) for row in changes.rows if left_at(row) is None]
        return PropertyPage(data, Cursor(changes.next), changes.next is not None, to_changes(changes))
    page, following = read_newest(rows, query.limit, query.cursor, read_id=uuid.UUID)
    return PropertyPage([_to_body(row) for row in page], Cursor(following), following is not None)


@api.endpoint(
    "POST",
    LIST,
    scope=WRITE,
    tag=PROPERTIES,
    body=PropertyCreate,
    answer=PropertyBody,
    errors=("gated",),
    is_creating=True,
)
def add_property(caller: Caller, body: PropertyCreate, key: RequestKey) -> HttpResponse:
    """Create a property.

    It has a page with a form at once, at `url`, unless `isPublished` is false.
    """
    with key.hold():
        return key.answer(_created(create_property(caller.pro, by=caller.actor, **body.sent)))


@api.endpoint("GET", ONE, scope=READ, tag=PROPERTIES, answer=PropertyBody, errors=("gated",))
def get_property(caller: Caller, id: uuid.UUID) -> PropertyBody:
    """Get one property."""
    return _stored(caller, id)


def lock_property(caller: Caller, id: uuid.UUID) -> PropertyBody:
    """Lock a property until the transaction ends, and answer as `get_property` does."""
    return _to_body(Property.objects.for_pro(caller.pro).select_for_update(of=("self",)).get(pk=id))


@api.endpoint(
    "PATCH",
    ONE,
    scope=WRITE,
    tag=PROPERTIES,
    body=PropertyUpdate,
    answer=PropertyBody,
    current=lock_property,
    errors=("gated",),
)
def update_property(caller: Caller, id: uuid.UUID, body: PropertyUpdate) -> PropertyBody:
    """Change a property.

    Send only the fields to change; null empties one. With another `slug` its page moves.
    """
    change_property(Property.objects.for_pro(caller.pro).get(pk=id), by=caller.actor, **body.sent)
    return _stored(caller, id)


def _find_kept(caller: Caller, reference: str) -> Property:
    """The property with a reference of the Pro's own. Raises DoesNotExist."""
    key = reference_key(reference)
    return Property.objects.for_pro(caller.pro).exclude(reference_key="").get(reference_key=key)


@api.endpoint("GET", BY_REFERENCE, scope=READ, tag=PROPERTIES, answer=PropertyBody, errors=("gated",))
def get_property_by_reference(caller: Caller, reference: str) -> PropertyBody:
    """Get the property with a reference.

    References are compared without case, accents, spaces and punctuation: leave a slash out.
    """
    return _to_body(_find_kept(caller, reference))


def lock_property_by_reference(caller: Caller, reference: str) -> PropertyBody:
    """Lock a property until the transaction ends, and answer as `get_property_by_reference` does."""
    try:
        return lock_property(caller, _find_kept(caller, reference).pk)
    except Property.DoesNotExist as error:
        raise ProblemError("precondition_failed", "There is no property with this reference.") from error


@api.endpoint(
    "PUT",
    BY_REFERENCE,
    scope=WRITE,
    tag=PROPERTIES,
    body=PropertyUpdate,
    answer=PropertyBody,
    current=lock_property_by_reference,
    errors=("gated",),
    may_create=True,
)
def keep_property_by_reference(caller: Caller, reference: str, body: PropertyUpdate) -> Any:
    """Create the property with a reference, or change it.

    Answers 201 for a new one, which needs a `title`, else 200. Fields that are not sent stay as they are. To repeat it
    changes nothing. `reference` in the body says how it is written; it must be the same one as it is compared.
    """
    prop, is_new = keep_property(caller.pro, reference, body.sent, by=caller.actor)
    return _created(prop) if is_new else _stored(caller, prop.pk)
