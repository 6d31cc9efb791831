"""Cards of a column of the board. There are 80 on a page, so they are made by a function, as rows of lists are."""

from dataclasses import dataclass
from html import escape

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from config.web.addresses import address
from config.web.amounts import money
from config.web.templatetags.icons import lucide

from ..models import Inquiry, PendingMove
from ..pipeline.board import Column
from .inquiries import here_since, offer_tag, priority_tag

register = template.Library()


@dataclass
class _Cards:
    """The column whose cards they are, and what stands on each of them: the fields of its forms."""

    column: Column
    move_url: str
    form_tokens: str
    move_targets: str

    def html(self, card: Inquiry) -> str:
        url, subject = f"{address('inquiries:inquiry_detail', card.pk)}?from=board", escape(card.subject)
        company = f'<span class="soft">{escape(card.company)}</span>' if card.company else ""
        budget = "" if card.budget is None else f'<strong class="number">{money(card.budget, "EUR")}</strong>'
        here = lucide("milestone", size=13, aria_hidden="true")
        return f"""
<li class="ticket" id="card-{card.pk}" draggable="true">
  <div class="ticket-top">{priority_tag(card)}{_problem(card)}{_cancelled(card)}{offer_tag(card.newest_offer)}</div>
  <h3><a href="{url}" draggable="false" data-row
    aria-keyshortcuts="m Shift+ArrowRight Shift+ArrowLeft">{subject}</a></h3>
  <p class="ticket-who">{_person(card)} {company}</p>
  <p class="ticket-foot small soft">
    {budget}
    <span class="number"><span class="hidden">{escape(_("On this step:"))}</span>{here}
      {here_since(card.moved_at, self.column.step)}</span>
  </p>
  {self._undo(card, card.pending_move, subject) if card.pending_move else ""}
  {self._menu(card, url, subject)}
</li>"""

    def _undo(self, card: Inquiry, move: PendingMove, subject: str) -> str:
        url, icon = address("inquiries:move_undo", card.pk, move.pk), lucide("undo-2", size=14, aria_hidden="true")
        return f"""
<form class="ticket-undo" method="post" action="{url}" hx-post="{url}" hx-target="#toasts" hx-swap="none"
      hx-disabled-elt="find button" data-card="card-{card.pk}">
  {self.form_tokens}
  <button class="ticket-undo-button">{icon} {escape(_("Undo"))}<span class="hidden"> {subject}</span></button>
</form>"""

    def _menu(self, card: Inquiry, url: str, subject: str) -> str:
        """The steps to which it may move, and the form that closes it."""
        is_terminal = self.column.step.is_terminal
        if is_terminal and not self.column.allowed_steps:
            return ""
        label = _("Move “%(subject)s”") % {"subject": subject}
        icon = lucide("circle-check", size=16, aria_hidden="true")
        close = f'<a class="sheet-item" href="{url}&amp;close=1#progress">{icon} {escape(_("Close…"))}</a>'
        return f"""
<button class="ticket-menu" type="button" popovertarget="menu-{card.pk}">
  {lucide("ellipsis", size=18, aria_hidden="true")}<span class="hidden">{label}</span>
</button>
<div id="menu-{card.pk}" class="sheet" popover>
  <form method="post" action="{self.move_url}" data-card="card-{card.pk}" hx-post="{self.move_url}" hx-swap="none"
        hx-disabled-elt="find button">
    {self.form_tokens}
    <input type="hidden" name="id" value="{card.pk}">
    {self.move_targets}
  </form>
  {"" if is_terminal else close}
</div>"""


def _problem(card: Inquiry) -> str:
    if card.profile_problem and not card.is_profile_withheld:
        title, words = escape(card.translated_profile_problem), escape(_("No profile"))
        return f'<span class="tag tag-wrong" title="{title}">{words}</span>'
    if card.is_waiting_for_profile:
        return f'<span class="tag tag-waiting">{escape(_("Waiting for the profile"))}</span>'
    return ""


def _cancelled(card: Inquiry) -> str:
    if card.status != Inquiry.Status.CANCELLED:
        return ""
    return f'<span class="tag tag-inquiry-cancelled">{escape(card.get_status_display())}</span>'


def _person(card: Inquiry) -> str:
    if card.contact:
        name, icon = card.customer_name or card.contact.name, lucide("contact-round", size=14, aria_hidden="true")
        url = address("contacts:contact_detail", card.contact_id)
        return f'<a class="with-icon" href="{url}" draggable="false">{icon} <span>{escape(name)}</span></a>'
    number = _("Customer %(id)s") % {"id": card.user_id}
    name = card.customer_name or (_("Without a name") if card.user_id is None else number)
    return f"<span>{escape(name)}</span>"


@register.simple_tag
def board_cards(column: Column, move_url: str, form_tokens: str, move_targets: str) -> SafeString:
    """The cards of a column; the HTML of what their forms have in common is made once."""
    cards = _Cards(column, move_url, form_tokens, move_targets)
    return SafeString("".join(map(cards.html, column.cards)))
