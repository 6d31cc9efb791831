"""Rows of the desk's lists. Each list has 25, so they are made by a function; a template takes five times as long."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.template.context import Context
from django.template.defaultfilters import floatformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from config.web.templatetags.icons import lucide

from .desk import initials, short_time, waited, way_icon
from .messages import summary

register = template.Library()

LINK = (
    '<a class="row" href="{url}{query}" hx-get="{url}{query}" hx-target="#item" hx-push-url="true" hx-indicator="#item"'
    ' hx-sync="#item:replace" data-row{current}>'
)
LINK_ELSEWHERE = '<a class="row" href="{url}" data-row>'
ROW = """
<li id="row-{key}"{swap} class="person-row{is_open}">
  {link}
    <span class="face" aria-hidden="true">{initials}<span class="way">{way}</span></span>
    <span class="row-name"><strong>{name}</strong>{times}</span>
    <span class="row-at">{at}</span>
    <span class="row-words">{words}</span>{assignee}
  </a>
  {tick}
</li>"""
TICK = (
    '<label class="row-tick"><input type="checkbox" name="person" value="{}.{}"><span class="hidden">{}</span></label>'
)


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
        return format_html('<li class="group"><h2>{}{}</h2></li>', group["label"], people)

    def _row(self, row: Any) -> str:
        is_shown = row.key == self.contact_id
        return format_html(
            ROW,
            key=row.key,
            swap=SafeString(' hx-swap-oob="true"' if self.is_swap else ""),
            is_open=" is-open" if is_shown and not self.is_preview else "",
            link=self._link(row, is_shown=is_shown),
            initials=initials(row.name),
            way=lucide(way_icon(row), size=12),
            name=row.name,
            times=format_html(' <span class="times">×{}</span>', row.times) if row.times > 1 else "",
            at=waited(row.at) if self.is_waiting else short_time(row.at),
            words=_waiting_words(row),
            assignee=_assignee(row.assignee),
            tick=self._tick(row),
        )

    def _link(self, row: Any, *, is_shown: bool) -> str:
        if not row.contact:
            return format_html(LINK_ELSEWHERE, url=row.url)
        current = SafeString(' aria-current="true"' if is_shown else "")
        return format_html(LINK, url=row.url, query=self.query, current=current)

    def _tick(self, row: Any) -> str:
        if not (row.newest_id and self.is_waiting):
            return ""
        return format_html(TICK, row.key, row.newest_id, _("Choose %(name)s") % {"name": row.name})


def _assignee(name: str) -> SafeString:
    """Initials of the colleague to whom a person is assigned, with their name."""
    if not name:
        return SafeString("")
    label = _("Assigned to %(name)s") % {"name": name}
    return format_html(
        '<span class="row-assignee" title="{}"><span aria-hidden="true">{}</span><span class="hidden">{}</span></span>',
        label,
        initials(name),
        label,
    )


def _waiting_words(row: Any) -> SafeString:
    parts = list[str]()
    if row.item and row.item.is_returned and row.item.later_words:
        clock = lucide("alarm-clock", size=14, aria_hidden="true")
        parts.append(format_html("{} {} · ", clock, row.item.later_words))
    if row.due:
        label = _("Overdue") if row.due == "over" else _("Due soon")
        parts.append(format_html('<span class="row-due is-{}">{}</span> ', row.due, label))
    if row.tag:
        parts.append(format_html('<span class="row-tag">{}</span> ', row.tag))
    if row.about:
        parts.append(format_html('<span class="row-about">{}</span> ', row.about))
    if row.last and row.last.is_outbound:
        parts.append(format_html("{} ", _("You:")))
    parts.append(format_html("{}", summary(row.last) if row.last else row.words))
    return SafeString("".join(parts))


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
