"""Rows of the list of inquiries, and entries of a thread. A page has dozens, so they are made by a function.

A template takes five times as long.
"""

from collections.abc import Iterable
from html import escape
from typing import Any

from django import template
from django.utils.html import linebreaks
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.web.addresses import address
from config.web.amounts import money
from config.web.templatetags.icons import lucide
from config.web.templatetags.vestibule import ago
from config.web.times import clock_element

from ..translations import pipeline_label
from .inquiries import offer_tag, priority_tag, step_dot, type_icon

register = template.Library()


@register.simple_tag
def inquiry_rows(inquiries: Iterable[Any]) -> SafeString:
    """A row for each inquiry; they have `attachment_count` and `offer_count`."""
    return SafeString("".join(map(_inquiry_row, inquiries)))


def _inquiry_row(row: Any) -> str:
    subject = escape(row.subject)
    choose = _("Choose %(name)s") % {"name": subject}
    return f"""
<tr>
  <td class="book-tick"><input type="checkbox" name="inquiry" value="{row.pk}" aria-label="{choose}"></td>
  <th scope="row"><div class="inquiry-cell">
    {type_icon(row.inquiry_type)}
    <span class="inquiry-about">
      <a href="{address("inquiries:inquiry_detail", row.pk)}" data-row>{subject}</a>
      <span class="soft small">
        <span class="number">#{row.reference}</span>
        {_attachments(row.attachment_count)}
        {offer_tag(row.newest_offer) or _offers(row.offer_count)}
      </span>
    </span>
  </div></th>
  <td class="inquiry-who">{_customer(row)}</td>
  <td class="inquiry-step"><div class="inquiry-cell">
    <span class="step-tag">{step_dot(row.step)}{escape(_step_name(row))}</span>
    {priority_tag(row)}
  </div></td>
  <td class="inquiry-category">{escape(row.category)}</td>
  <td class="amount">{"" if row.budget is None else money(row.budget, "EUR")}</td>
  <td class="book-time">{ago(row.created_at)}</td>
</tr>"""


def _step_name(row: Any) -> str:
    return str(row.get_status_display() if row.status == "cancelled" else pipeline_label(row.step.label))


@register.simple_tag
def inquiry_entry(row: Any) -> SafeString:
    """An inquiry in the thread of its contact."""
    name = escape(pipeline_label(row.inquiry_type.name))
    return SafeString(f"""
<li class="entry request-letter" id="inquiry-{row.pk}">
  <p class="entry-head">
    {type_icon(row.inquiry_type, is_named=False)}
    <a href="{address("inquiries:inquiry_detail", row.pk)}">{escape(row.subject)}</a>
    <span class="tag">{escape(_step_name(row))}</span>
    <span class="soft">{name} · {clock_element(row.created_at)}</span>
  </p>
  <div class="words">{linebreaks(row.message, autoescape=True)}</div>
</li>""")


def _attachments(count: int) -> str:
    words = ngettext("%(n)s file", "%(n)s files", count) % {"n": count}
    return _with_icon("paperclip", words) if count else ""


def _offers(count: int) -> str:
    words = ngettext("%(n)s offer", "%(n)s offers", count) % {"n": count}
    return _with_icon("file-text", words) if count else ""


def _customer(row: Any) -> str:
    if row.customer_name:
        company = f'<span class="soft small">{escape(row.company)}</span>' if row.company else ""
        return f"{escape(row.customer_name)}{company}"
    if row.is_waiting_for_profile:
        return _with_icon("hourglass", _("Waiting for the profile"), "soft with-icon")
    return f'<span class="soft">{escape(_("Without a name"))}</span>'


def _with_icon(icon: str, words: str, classes: str = "with-icon") -> str:
    return f'<span class="{classes}">{lucide(icon, size=14, aria_hidden="true")}{escape(words)}</span>'
