"""Rows of the list of contact requests. A page has 25, so they are made by a function, as those of the desk are."""

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from django import template
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from config.web.addresses import address
from contacts.templatetags.desk import initials, short_time

from ..models import ContactRequest

register = template.Library()


@register.simple_tag
def request_rows(requests: Iterable[ContactRequest], back_url: str, open_row: str) -> SafeString:
    """A row for each contact request, which leads to its person and from there back to `back_url`.

    `open_row` is the id of the row whose person is beside the list, "" for none.
    """
    statuses = {value: escape(str(label)) for value, label in ContactRequest.Status.choices}
    choose = _("Choose %(name)s")
    rows = []
    for request in requests:
        row_id, name = f"row-{request.pk}", escape(request.name)
        url = escape(f"{address('waiting:person', request.contact_id)}?from={quote(back_url, safe='')}%23{row_id}")
        is_open, current = (" is-open", ' aria-current="true"') if row_id == open_row else ("", "")
        rows.append(f"""
<li id="{row_id}" class="person-row{is_open}">
  <a class="row" href="{url}#request-{request.pk}" hx-get="{url}" hx-target="#item"
     hx-push-url="{url}#request-{request.pk}" hx-indicator="#item" data-row{current}>
    <span class="face" aria-hidden="true">{escape(initials(request.name))}</span>
    <span class="row-name"><strong>{name}</strong></span>
    <span class="row-at">{short_time(request.created_at)}</span>
    <span class="row-words">
      <span class="tag tag-{request.status}">{statuses[request.status]}</span>
      <span class="row-about">{escape(request.property.title)}</span> {escape(Truncator(request.message).chars(90))}
    </span>
  </a>
  <label class="row-tick">
    <input type="checkbox" name="request" value="{request.pk}"><span class="hidden">{choose % {"name": name}}</span>
  </label>
</li>""")
    return SafeString("".join(rows))
