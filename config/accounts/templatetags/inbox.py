"""The tabs above the inbox."""

from typing import Any

from django import template
from django.template.context import Context

from ..inbox import tabs

register = template.Library()


@register.inclusion_tag("partials/_inbox_tabs.html", takes_context=True)
def inbox_tabs(context: Context) -> dict[str, Any]:
    """What waits for the present Pro, by kind; the present page's kind is marked."""
    request = context["request"]
    return {"tabs": tabs(request.pro), "space": request.resolver_match.namespace}
