"""Choices for an inquiry: types, their pipelines, filter options."""

from config.accounts.access import Caller
from config.api.errors import ProblemError

from ..dialect import to_filter_option, to_step, to_type
from ..models import FilterOption, InquiryType
from ..schemas.answers import FilterOptionsAnswer, StatusesAnswer, TypesAnswer
from ..schemas.input import MetaQuery, StatusesQuery
from .base import CHOICES, api


@api.endpoint("GET", "/meta/types", scope="inquiries:read", tag=CHOICES, query=MetaQuery, answer=TypesAnswer)
def list_inquiry_types(caller: Caller, query: MetaQuery) -> TypesAnswer:
    """List the inquiry types, each with its pipeline in short.

    `icon_display` is what to show: an emoji itself, or the name of a Lucide icon.
    """
    types = InquiryType.objects.prefetch_related("steps")
    if not query.include_inactive:
        types = types.filter(is_active=True)
    return TypesAnswer(data=[to_type(inquiry_type) for inquiry_type in types])


@api.endpoint("GET", "/meta/statuses", scope="inquiries:read", tag=CHOICES, query=StatusesQuery, answer=StatusesAnswer)
def list_pipelines(caller: Caller, query: StatusesQuery) -> StatusesAnswer:
    """List the pipelines by the slugs of their types, each step in full.

    Those of inactive types too, as inquiries may still stand on them. An unknown slug is 404.
    """
    types = InquiryType.objects.prefetch_related("steps")
    if query.type is not None:
        types = types.filter(slug=query.type)
    pipelines = {each.slug: [to_step(step) for step in each.steps.all()] for each in types}
    if query.type is not None and not pipelines:
        raise ProblemError("not_found", "There is no inquiry type with this slug.")
    return StatusesAnswer(data=pipelines)


@api.endpoint(
    "GET", "/meta/filter-options", scope="inquiries:read", tag=CHOICES, query=MetaQuery, answer=FilterOptionsAnswer
)
def list_filter_options(caller: Caller, query: MetaQuery) -> FilterOptionsAnswer:
    """List the filter options, by group and in their order."""
    options = FilterOption.objects.all()
    if not query.include_inactive:
        options = options.filter(is_active=True)
    return FilterOptionsAnswer(data=[to_filter_option(option) for option in options])
