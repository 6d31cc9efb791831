"""Entries of a thread that are made by a function: there are dozens, and a template takes five times as long."""

from collections.abc import Mapping
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString

from config.web.times import clock_element

register = template.Library()


@register.simple_tag
def event_entry(item: Mapping[str, Any]) -> SafeString:
    """An event of the contact: its kind or the fields that were changed, by whom and when."""
    event, lines = item["event"], item["lines"]
    parts = [_changed_field(*line) for line in lines]
    if event.kind != "changed" or not lines:
        parts.insert(0, f"<strong>{escape(str(item['kind']))}</strong> {escape(item['other'])}")
    actor = f"{escape(event.actor)} · " if event.actor else ""
    parts.append(f'<span class="soft">{actor}{clock_element(event.created_at)}</span>')
    return SafeString(f'<li class="entry happened"><p>{" ".join(parts)}</p></li>')


def _changed_field(label: str, before: str, after: str) -> str:
    was = f"<del>{escape(before)}</del> → " if before else ""
    now = f"<ins>{escape(after)}</ins>" if after else "–"
    return f"<span><strong>{escape(label)}</strong> {was}{now}</span>"
