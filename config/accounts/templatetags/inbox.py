"""The tabs above the inbox."""

from typing import Any

from django import template
from django.template.context import Context

from ..inbox import tabs

register = template.Library()


@register.inclusion_tag("partials/_inbox_tabs.html", takes_context=True)
def inbox_tabs(context: Context) -> dict[str, Any]:
    """What waits for the present Pro, by kind; the present page's kind is marked. With `is_swap` it takes the place of
    the one that htmx has on the page."""
    request = context["request"]
    is_swap = context.get("is_swap", False)
    return {"tabs": tabs(request.pro), "space": request.resolver_match.namespace, "is_swap": is_swap}
