"""Rows of the desk's lists. Each list has 25, so they are made by a function; a template takes five times as long."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from django import template
from django.template.context import Context
from django.template.defaultfilters import floatformat
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from config.web.templatetags.icons import lucide

from .desk import initials, short_time, waited, way_icon
from .messages import summary

register = template.Library()


@dataclass
class _List:
    """The list that the rows stand in; `contact_id` is that of the person beside it, "" without one."""

    is_waiting: bool
    query: str
    groups: Mapping[str, Any]
    contact_id: str
    is_preview: bool
    is_swap: bool

    def rows(self, rows: Iterable[Any]) -> SafeString:
        return SafeString("".join(self._heading(row) + self._row(row) for row in rows))

    def _heading(self, row: Any) -> str:
        if row.group not in self.groups:
            return ""
        group = self.groups[row.group]
        people = f" ({floatformat(group['people'], 'g')})" if group["people"] else ""
        return f'<li class="group"><h2>{escape(group["label"])}{people}</h2></li>'

    def _row(self, row: Any) -> str:
        is_shown = row.key == self.contact_id
        swap = ' hx-swap-oob="true"' if self.is_swap else ""
        is_open = " is-open" if is_shown and not self.is_preview else ""
        times = f' <span class="times">×{row.times}</span>' if row.times > 1 else ""
        at = waited(row.at) if self.is_waiting else short_time(row.at)
        way = lucide(way_icon(row), size=12)
        return f"""
<li id="row-{row.key}"{swap} class="person-row{is_open}">
  {self._link(row, is_shown=is_shown)}
    <span class="face" aria-hidden="true">{escape(initials(row.name))}<span class="way">{way}</span></span>
    <span class="row-name"><strong>{escape(row.name)}</strong>{times}</span>
    <span class="row-at">{at}</span>
    <span class="row-words">{_waiting_words(row)}</span>{_assignee(row.assignee)}
  </a>
  {self._tick(row)}
</li>"""

    def _link(self, row: Any, *, is_shown: bool) -> str:
        if not row.contact:
            return f'<a class="row" href="{escape(row.url)}" data-row>'
        url = escape(f"{row.url}{self.query}")
        current = ' aria-current="true"' if is_shown else ""
        return (
            f'<a class="row" href="{url}" hx-get="{url}" hx-target="#item" hx-push-url="true" hx-indicator="#item"'
            f' hx-sync="#item:replace" data-row{current}>'
        )

    def _tick(self, row: Any) -> str:
        if not (row.newest_id and self.is_waiting):
            return ""
        label = escape(_("Choose %(name)s") % {"name": row.name})
        return (
            f'<label class="row-tick"><input type="checkbox" name="person" value="{row.key}.{row.newest_id}">'
            f'<span class="hidden">{label}</span></label>'
        )


def _assignee(name: str) -> str:
    """Initials of the colleague to whom a person is assigned, with their name."""
    if not name:
        return ""
    label = escape(_("Assigned to %(name)s") % {"name": name})
    return (
        f'<span class="row-assignee" title="{label}"><span aria-hidden="true">{escape(initials(name))}</span>'
        f'<span class="hidden">{label}</span></span>'
    )


def _waiting_words(row: Any) -> str:
    parts = list[str]()
    if row.item and row.item.is_returned and row.item.later_words:
        clock = lucide("alarm-clock", size=14, aria_hidden="true")
        parts.append(f"{clock} {escape(row.item.later_words)} · ")
    if row.due:
        label = _("Overdue") if row.due == "over" else _("Due soon")
        parts.append(f'<span class="row-due is-{row.due}">{escape(label)}</span> ')
    if row.tag:
        parts.append(f'<span class="row-tag">{escape(row.tag)}</span> ')
    if row.about:
        parts.append(f'<span class="row-about">{escape(row.about)}</span> ')
    if row.last and row.last.is_outbound:
        parts.append(escape(_("You:")) + " ")
    parts.append(escape(summary(row.last) if row.last else row.words))
    return "".join(parts)


@register.simple_tag(takes_context=True)
def person_rows(context: Context, rows: Iterable[Any]) -> SafeString:
    """Rows of the list that the context is of."""
    return _make_list(context).rows(rows)


@register.simple_tag(takes_context=True)
def person_row(context: Context, row: Any) -> SafeString:
    """A row that htmx puts in the place of the one that is shown."""
    return _make_list(context, is_swap=True).rows([row])


def _make_list(context: Context, *, is_swap: bool = False) -> _List:
    desk, contact = context["desk"], context.get("contact")
    return _List(
        is_waiting=desk.view == "list",
        query=desk.row_query,
        groups=context.get("groups") or {},
        contact_id=str(contact.pk) if contact else "",
        is_preview=bool(context.get("is_preview")),
        is_swap=is_swap,
    )
