"""Read the list of inquiries, one of them, and its history."""

from typing import Any

from django.db.models import QuerySet

from config.accounts.access import Caller
from config.accounts.models import Pro
from config.api.errors import Detail, invalid_fields
from config.counts.models import Total
from config.web.changes import read_changes
from config.web.compiled import Compiled
from config.web.paging import NumberedPages, row_number

from ..dialect import to_history, to_inquiry_body, to_offer, to_row
from ..history.reading import read_history
from ..models import Inquiry, InquiryCount, InquiryType, InquiryWeekCount
from ..models.inquiry import InquiryQuerySet
from ..schemas.answers import DetailAnswer, HistoryAnswer, InquiryChanges, InquiryDetail, InquiryPage, Pagination
from ..schemas.input import InquiryQuery
from ..schemas.listed import ListedInquiry
from .base import api


@api.endpoint("GET", "/list", scope="inquiries:read", query=InquiryQuery, answer=InquiryPage)
def list_inquiries(caller: Caller, query: InquiryQuery) -> InquiryPage:
    """List inquiries, newest first.

    Without those that are linked to a case, unless `unassigned_only=false` or `include_linked_to_case=true` is sent.
    `total` is exact. A page past the end is empty.

    A program that keeps a copy asks with `updated_since`, the time of its last call less a minute, or with
    `order_by=updated_at` for everything: then the rows come in the order of their last change, and `changes.next` is
    the `cursor` of the rest.
    """
    filters = {"status": query.status, "category": query.category, "user_id": query.user_id}
    filters["inquiry_type"] = None if query.inquiry_type is None else _type_id(query.inquiry_type)
    given = {name: value for name, value in filters.items() if value is not None}
    is_unassigned = query.unassigned_only and not query.include_linked_to_case
    if query.is_by_change:
        return _list_changes(_list(caller.pro, query.open_only, is_unassigned, **given), query)
    rows, total = _PAGES.page(query.page, query.per_page, caller.pro, query.open_only, is_unassigned, **given)
    pagination = Pagination(query.page, query.per_page, total, max(-(-total // query.per_page), 1))
    return InquiryPage(data=[to_row(row) for row in rows], pagination=pagination)


def _list_changes(rows: InquiryQuerySet, query: InquiryQuery) -> InquiryPage:
    """The list in the order of changes."""
    listed, size, since = rows.select_related("inquiry_type", "step"), query.per_page, query.updated_since
    skip = (query.page - 1) * size
    changes = read_changes([listed], size, since=since, cursor=query.cursor, read_id=row_number, skip=skip)
    total = (rows.filter(updated_at__gte=since) if since else rows).count()
    pagination = Pagination(query.page, size, total, max(-(-total // size), 1))
    return InquiryPage(
        data=[to_row(row) for row in changes.rows], pagination=pagination, changes=InquiryChanges(changes.next)
    )


def _list(pro: Pro, is_open: bool, is_unassigned: bool, **filters: Any) -> InquiryQuerySet:
    rows = Inquiry.objects.for_pro(pro).filter(**filters)
    if is_open:
        rows = rows.open()
    return rows.unassigned() if is_unassigned else rows


def _kept_total(pro: Pro, is_open: bool, is_unassigned: bool, **filters: Any) -> QuerySet[Any, Any]:
    kept = InquiryCount.objects.for_pro(pro).filter(**filters)
    if is_open:
        kept = kept.filter(status=Inquiry.Status.OPEN)
    return (kept.filter(is_linked=False) if is_unassigned else kept).values_list(Total())


def _weeks(pro: Pro, is_open: bool, is_unassigned: bool, **filters: Any) -> QuerySet[Any, Any] | None:
    if is_open or filters:
        return None
    weeks = InquiryWeekCount.objects.for_pro(pro)
    return weeks.filter(is_linked=False) if is_unassigned else weeks


_FILTERS = ("status", "inquiry_type")
_PAGES = NumberedPages(ListedInquiry, _list, kept_total=_kept_total, kept_for=_FILTERS, weeks=_weeks)
_TYPES = Compiled(lambda: InquiryType.objects.values_list("pk", "slug"))


def _type_id(text: str) -> int:
    """The id of the type with this id or slug; an id takes precedence over a slug that looks like one."""
    known = _TYPES.rows()
    ids = {slug: pk for pk, slug in known} | {str(pk): pk for pk, _slug in known}
    if text not in ids:
        raise invalid_fields(Detail("inquiry_type", "There is no inquiry type with this id or slug."))
    return ids[text]


@api.endpoint("GET", "/<int:id>", scope="inquiries:read", answer=DetailAnswer)
def get_inquiry(caller: Caller, id: int) -> DetailAnswer:
    """Get one inquiry with its offers, drafts too."""
    return _detail(Inquiry.objects.for_pro(caller.pro), id)


def lock_inquiry(caller: Caller, id: int) -> DetailAnswer:
    """Lock an inquiry until the transaction ends, and answer as `get_inquiry` does."""
    rows = Inquiry.objects.for_pro(caller.pro)
    rows.get(pk=id).lock()
    return _detail(rows, id)


def _detail(rows: InquiryQuerySet, id: int) -> DetailAnswer:
    inquiry = rows.select_related("inquiry_type", "step").get(pk=id)
    offers = [to_offer(offer) for offer in inquiry.offers.all()]
    return DetailAnswer(data=InquiryDetail(to_inquiry_body(inquiry), offers, len(offers)))


@api.endpoint("GET", "/<int:id>/history", scope="inquiries:read", answer=HistoryAnswer)
def get_inquiry_history(caller: Caller, id: int) -> HistoryAnswer:
    """Get every move of an inquiry, oldest first.

    `from_status` is null on the first one; `changed_by` is the UserHub user who made it, null where none is known.
    """
    inquiry = Inquiry.objects.for_pro(caller.pro).only("pk").get(pk=id)
    return HistoryAnswer(data=[to_history(entry) for entry in read_history(inquiry.pk)])
