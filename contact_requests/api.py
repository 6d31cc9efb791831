"""/pro/contact-requests: list, get, create, change the status."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from msgspec import structs

from config.accounts.access import Caller, by_token_or_session
from config.accounts.cors import check_origin
from config.accounts.models import SCOPES, Pro
from config.api.dialect import created
from config.api.endpoint import Api
from config.api.errors import ProblemError
from config.api.idempotency import RequestKey
from config.web.changes import read_changes
from config.web.compiled import Compiled
from config.web.paging import from_cursor, to_cursor

from .dialect import TO_DATABASE, dialect, left_at, to_changes, to_request_body
from .examples import EXAMPLES
from .forms import ProgramForm
from .marking import find_and_mark
from .models import ContactRequest, DeletedRow
from .models.request import ContactRequestQuerySet
from .schemas import (
    ContactRequestBody,
    ContactRequestCreate,
    ContactRequestPage,
    Cursor,
    ListedRequest,
    ListQuery,
    StatusBody,
)


def authenticate(request: HttpRequest) -> Caller:
    """The caller of a request. Raises ProblemError: unauthenticated, forbidden, rate_limited, gated."""
    caller = by_token_or_session(request)
    check_origin(request, caller.pro)
    if caller.pro.is_gated:
        raise ProblemError("gated", "Prove your identity first: upload your CNI in the workspace.")
    return caller


PROPERTIES = "Properties"
api = Api(
    dialect,
    title="Contact requests",
    description="What visitors sent about the properties of a Pro. A Pro that must prove its identity has to, first.",
    tags={"Contact requests": "Requests of visitors, and their status.", PROPERTIES: "What visitors ask about."},
    authenticate=authenticate,
    scopes=SCOPES,
    has_session=True,
    examples=EXAMPLES,
)


def _list(pro: Pro, *position: Any, **filters: Any) -> ContactRequestQuerySet:
    """A Pro's contact requests, after the position (created_at, id) if there is one."""
    rows = ContactRequest.objects.for_pro(pro).filter(**filters).newest_first()
    return rows.after(*position) if position else rows


_ROWS = Compiled.structs(ListedRequest, _list, keeps_plan=True)


@api.endpoint(
    "GET",
    "/contact-requests",
    scope="contact_requests:read",
    query=ListQuery,
    answer=ContactRequestPage,
    errors=("gated", "invalid_cursor"),
)
def list_contact_requests(caller: Caller, query: ListQuery) -> ContactRequestPage:
    """List contact requests, newest first.

    Follow `cursor.next` for the next page until it is null. A request that arrives meanwhile is neither repeated
    nor does it push another one out.

    A program that keeps a copy asks with `updated_since`, the time of its last call less a minute, or with
    `order_by=updatedAt` for everything: then the rows come in the order of their last change, and with
    `include_deleted=true` `changes.deleted` names what was set aside as spam or deleted for good.
    """
    filters = {"status": TO_DATABASE.get(query.status or ""), "property_id": query.property_id}
    given = {name: value for name, value in filters.items() if value}
    if query.is_by_change:
        return _list_changes(caller.pro, query, given)
    position = from_cursor(query.cursor, uuid.UUID) if query.cursor is not None else ()
    rows = _ROWS.part(query.limit + 1, 0, caller.pro, *position, **given)
    page, more = rows[: query.limit], len(rows) > query.limit
    end = to_cursor(page[-1].created_at, page[-1].id) if more else None
    return ContactRequestPage([to_request_body(row) for row in page], Cursor(end), more)


def _list_changes(pro: Pro, query: ListQuery, filters: dict[str, Any]) -> ContactRequestPage:
    """The list in the order of changes, and the requests that left it if they are asked for."""
    lists: list[QuerySet[Any]] = [ContactRequest.objects.for_pro(pro).filter(**filters).select_related("property")]
    if query.include_deleted:
        lists += [ContactRequest.objects.for_pro(pro, quarantined=True), DeletedRow.objects.requests(pro)]
    since, cursor = query.updated_since, query.cursor
    changes = read_changes(lists, query.limit, since=since, cursor=cursor, read_id=uuid.UUID)
    data = [to_request_body(row) for row in changes.rows if left_at(row) is None]
    return ContactRequestPage(data, Cursor(changes.next), changes.next is not None, to_changes(changes))


@api.endpoint(
    "POST",
    "/contact-requests",
    scope="contact_requests:write",
    body=ContactRequestCreate,
    answer=ContactRequestBody,
    errors=("gated",),
    is_creating=True,
    is_open_to_browsers=True,
)
def create_contact_request(caller: Caller, body: ContactRequestCreate, key: RequestKey) -> HttpResponse:
    """Create a contact request, as if the visitor had sent the form of the property.

    The visitor becomes a contact and gets an acknowledgment, the Pro a notification. Nothing is held back as spam.
    Send `propertyId` or `propertyReference`, and at least one of `email` and `phone`.

    Pages of origins that the Pro allows may call this from a browser; any other origin is 403. A token in a page is
    everybody's, so a site that is open to all sends the public form instead.
    """
    with key.hold():
        form = ProgramForm(caller.pro, structs.asdict(body))
        if not form.is_valid():
            raise ValidationError(form.errors.as_data())
        contact_request = form.receive()
        location = f"{dialect.prefix}/contact-requests/{contact_request.pk}"
        return key.answer(created(to_request_body(contact_request), location))


@api.endpoint(
    "GET",
    "/contact-requests/<uuid:id>",
    scope="contact_requests:read",
    answer=ContactRequestBody,
    errors=("gated",),
)
def get_contact_request(caller: Caller, id: uuid.UUID) -> ContactRequestBody:
    """Get one contact request."""
    return to_request_body(ContactRequest.objects.for_pro(caller.pro).select_related("property").get(pk=id))


def lock_contact_request(caller: Caller, id: uuid.UUID) -> ContactRequestBody:
    """Lock a contact request until the transaction ends, and answer as `get_contact_request` does."""
    return to_request_body(ContactRequest.objects.get_locked(caller.pro, id))


@api.endpoint(
    "PUT",
    "/contact-requests/<uuid:id>",
    scope="contact_requests:write",
    body=StatusBody,
    answer=ContactRequestBody,
    current=lock_contact_request,
    errors=("gated", "invalid_transition"),
)
def update_contact_request(caller: Caller, id: uuid.UUID, body: StatusBody) -> ContactRequestBody:
    """Change the status of one contact request.

    Allowed are new_request to read, new_request to replied and read to replied. Repeating the present status
    changes nothing.
    """
    return to_request_body(find_and_mark(caller.pro, id, TO_DATABASE[body.status], by=caller.user or caller.token))
