"""The contacts API: list, get, create, update, delete."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet, Window
from django.http import HttpResponse
from msgspec import UNSET, Struct, structs

from config.accounts.access import Caller, by_token
from config.accounts.models import SCOPES, Pro
from config.api.dialect import created, no_content
from config.api.endpoint import Api
from config.api.idempotency import RequestKey
from config.api.times import format_utc
from config.audit.recording import record_view
from config.counts.models import Total
from config.search.found import find_keys
from config.web.changes import read_changes
from config.web.compiled import Compiled
from config.web.many import Many
from config.web.paging import NumberedPages

from .dialect import dialect, to_answer, to_contact_body
from .examples import EXAMPLES
from .models import Contact, ContactCount, ContactWeekCount, Erasure
from .models.queryset import ContactQuerySet
from .schemas import (
    ContactAnswer,
    ContactChanges,
    ContactCreate,
    ContactPage,
    ContactQuery,
    ContactUpdate,
    DeletedContact,
    ListedContact,
    Pagination,
)
from .search_text import contact_terms

MESSAGES = "Messages"
api = Api(
    dialect,
    title="Contacts",
    description="The address book of a Pro. Deleting hides a contact; its history is kept.",
    tags={"Contacts": "People of the address book.", MESSAGES: "The conversation with a contact."},
    authenticate=by_token,
    scopes=SCOPES,
    examples=EXAMPLES,
)


def _list(pro: Pro, **filters: str) -> ContactQuerySet:
    return Contact.objects.for_pro(pro).filter(**filters)


def _kept_total(pro: Pro, **filters: str) -> QuerySet[Any, Any]:
    present = ContactCount.objects.for_pro(pro).filter(state=ContactCount.State.PRESENT)
    return present.filter(**filters).values_list(Total())


def _weeks(pro: Pro, **filters: str) -> QuerySet[Any, Any] | None:
    return None if filters else ContactWeekCount.objects.of_book(pro)


_FILTERS = ("status", "role", "channel_preference")
_PAGES = NumberedPages(ListedContact, _list, kept_total=_kept_total, kept_for=_FILTERS, weeks=_weeks)
_WITH_KEYS = Compiled.structs(ListedContact, lambda pro, keys: _list(pro).filter(pk__among=keys).newest_first())


def _found(pro: Pro, words: list[str], **filters: str) -> QuerySet[Any, Any]:
    """The keys of what a search for words finds, each with the number of all, see `find_keys`."""
    rows = _list(pro, **filters)
    rows = rows.filter(Contact.search_index.matching([{word} for word in words], rows.db))
    return rows.newest_first().values_list("pk", Window(Count("*")))


_FOUND = Compiled(_found)


def _search(pro: Pro, text: str, start: int, size: int, filters: Mapping[str, str]) -> tuple[list[uuid.UUID], int]:
    """The keys of a page of what a search finds, and the number of all, as `find_keys` gives them."""
    words = Contact.search_index.plain_words(contact_terms(text), Contact.objects.db)
    found = _FOUND.part(size, start, pro, words, **filters) if words else []
    if found or (words and start == 0):
        return [key for key, _total in found], found[0][1] if found else 0
    return find_keys(_list(pro, **filters).search(text).newest_first(), start, size)


def sent_fields(body: Struct) -> dict[str, Any]:
    """The fields that were sent."""
    return {name: value for name, value in structs.asdict(body).items() if value is not UNSET}


@api.endpoint("GET", "", scope="contacts:read", query=ContactQuery, answer=ContactPage)
def list_contacts(caller: Caller, query: ContactQuery) -> ContactPage:
    """List contacts, newest first.

    `limit` is clamped to what the plan allows: free 50, pro 100, enterprise 500. A page past the end is empty.

    A program that keeps a copy asks with `updated_since`, the time of its last call less a minute, or with
    `order_by=updatedAt` for everything: then the rows come in the order of their last change, `changes.next` is the
    `cursor` of the rest, and with `include_deleted=true` `changes.deleted` names what was deleted, merged or erased.
    """
    filters = {"status": query.status, "role": query.role, "channel_preference": query.channel}
    given = {name: value for name, value in filters.items() if value}
    limit = min(query.limit, caller.pro.max_page_size)
    if query.is_by_change:
        changed = _list_changes(caller.pro, query, limit, given)
        return _with_external_ids(caller.pro, changed) if query.include_external_ids else changed
    if query.search:
        keys, total = _search(caller.pro, query.search, (query.page - 1) * limit, limit, given)
        rows = _WITH_KEYS.rows(caller.pro, Many((*keys,))) if keys else []
    else:
        rows, total = _PAGES.page(query.page, limit, caller.pro, **given)
    page = ContactPage([to_contact_body(row) for row in rows], Pagination(query.page, limit, total, -(-total // limit)))
    return _with_external_ids(caller.pro, page) if query.include_external_ids else page


def _with_external_ids(pro: Pro, page: ContactPage) -> ContactPage:
    """The page with the external ids of its contacts."""
    held = Contact.objects.for_pro(pro).filter(pk__in=[row.id for row in page.data]).exclude(external_id="")
    page.external_ids = {str(id): external_id for id, external_id in held.values_list("pk", "external_id")}
    return page


def _list_changes(pro: Pro, query: ContactQuery, limit: int, filters: Mapping[str, str]) -> ContactPage:
    """The list in the order of changes, and the contacts that left it if they are asked for."""
    present, since = _list(pro, **filters).search(query.search), query.updated_since
    gone = Contact.objects.for_pro(pro, deleted=None).filter(deleted_at__isnull=False)
    lists = [present, gone] if query.include_deleted else [present]
    skip = (query.page - 1) * limit
    changes = read_changes(lists, limit, since=since, cursor=query.cursor, read_id=uuid.UUID, skip=skip)
    deleted = [
        DeletedContact(row.pk, format_utc(row.deleted_at), row.merged_into_id) for row in changes.rows if row.deleted_at
    ]
    if query.include_deleted and query.cursor is None and skip == 0:
        deleted += _erased(pro, since)
    total = (present.filter(updated_at__gte=since) if since else present).count()
    return ContactPage(
        [to_contact_body(row) for row in changes.rows if row.deleted_at is None],
        Pagination(query.page, limit, total, -(-total // limit)),
        ContactChanges(changes.next, deleted),
    )


def _erased(pro: Pro, since: datetime | None) -> Iterator[DeletedContact]:
    rows = Erasure.objects.for_pro(pro).filter(state=Erasure.State.DONE, ended_at__isnull=False)
    for row in (rows.filter(ended_at__gte=since) if since else rows).order_by("ended_at", "pk"):
        # Whoever was merged into it is gone as well: a program may not have heard of the merge yet.
        for id in (row.person, *map(uuid.UUID, row.merged)):
            yield DeletedContact(id, format_utc(row.ended_at), None)  # type: ignore[arg-type]


def contact_of_caller(caller: Caller, id: uuid.UUID, *, deleted: bool | None = False) -> Contact:
    """A contact of the caller's Pro, read with the Pro; `deleted` as for `for_pro`. Raises DoesNotExist."""
    return Contact.objects.for_pro(caller.pro, deleted=deleted).select_related("pro").get(pk=id)


@api.endpoint("GET", "/<uuid:id>", scope="contacts:read", answer=ContactAnswer)
def get_contact(caller: Caller, id: uuid.UUID) -> ContactAnswer:
    """Get one contact."""
    contact = Contact.objects.for_pro(caller.pro).get(pk=id)
    record_view(contact, by=caller.actor)
    return to_answer(contact)


def lock_contact(caller: Caller, id: uuid.UUID) -> ContactAnswer:
    """Lock a contact until the transaction ends, and answer as `get_contact` does."""
    return to_answer(Contact.objects.for_pro(caller.pro).select_for_update(of=("self",)).get(pk=id))


@api.endpoint("POST", "", scope="contacts:write", body=ContactCreate, answer=ContactAnswer, is_creating=True)
def create_contact(caller: Caller, body: ContactCreate, key: RequestKey) -> HttpResponse:
    """Create a contact.

    `name` and at least one of `email` and `phone` are required. An `externalId` that another contact has is refused.
    """
    with key.hold():
        contact = Contact.objects.register(caller.pro, by=caller.token, **sent_fields(body))
        return key.answer(created(to_answer(contact), f"{dialect.prefix}/{contact.pk}"))


@api.endpoint(
    "PATCH", "/<uuid:id>", scope="contacts:write", body=ContactUpdate, answer=ContactAnswer, current=lock_contact
)
def update_contact(caller: Caller, id: uuid.UUID, body: ContactUpdate) -> ContactAnswer:
    """Update a contact.

    Send only the fields to change; null empties one that may be empty. `appliedAt` follows the status.
    """
    contact = Contact.objects.for_pro(caller.pro).get(pk=id)
    contact.change(sent_fields(body), by=caller.token)
    return to_answer(contact)


@api.endpoint("DELETE", "/<uuid:id>", scope="contacts:write", current=lock_contact, takes_key=True)
def delete_contact(caller: Caller, id: uuid.UUID, key: RequestKey) -> HttpResponse:
    """Delete a contact.

    It leaves every list and count and is kept for the record; a second time is 404, but with the same
    `Idempotency-Key` 204.
    """
    with key.hold():
        Contact.objects.for_pro(caller.pro).get(pk=id).archive(by=caller.token)
        return key.answer(no_content())
