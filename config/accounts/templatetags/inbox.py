"""The tabs above the inbox."""

from typing import Any

from django import template
from django.template.context import Context

from ..inbox import tabs

register = template.Library()


@register.inclusion_tag("partials/_inbox_tabs.html", takes_context=True)
def inbox_tabs(context: Context) -> dict[str, Any]:
    """The tabs with their counts; the current page's tab is marked. With `is_swap` htmx replaces those on the page."""
    request = context["request"]
    is_swap = context.get("is_swap", False)
    return {"tabs": tabs(request.pro), "namespace": request.resolver_match.namespace, "is_swap": is_swap}
