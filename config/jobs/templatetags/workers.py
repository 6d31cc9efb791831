"""The worker's state for staff."""

from django import template

from ..readiness import worker_state

register = template.Library()


@register.simple_tag
def is_worker_missing() -> bool:
    """True when no worker has been heard of for longer than a restart takes."""
    return worker_state() != "ok"
