"""Rows of the table of contacts. A page has 50, so they are made by a function, as those of the desk are."""

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from config.web.addresses import address
from config.web.templatetags.vestibule import ago

from ..models import Contact
from .phones import phone

register = template.Library()


@register.simple_tag
def contact_rows(contacts: Iterable[Contact], country: str) -> SafeString:
    """A row for each contact; phones as somebody in `country` writes them."""
    statuses = {value: escape(str(label)) for value, label in Contact.Status.choices}
    roles = {value: escape(str(label)) for value, label in Contact.Role.choices}
    choose = _("Choose %(name)s")
    rows = []
    for contact in contacts:
        name = escape(contact.name)
        # The database takes others too; they are shown as they are.
        status, role = escape(contact.status), escape(contact.role)
        last_word = ago(contact.last_word_at) if contact.last_word_at else "–"
        rows.append(f"""
      <tr>
        <td class="book-tick">
          <input type="checkbox" name="contact" value="{contact.pk}" aria-label="{choose % {"name": name}}">
        </td>
        <th scope="row"><a href="{address("contacts:contact_detail", contact.pk)}" data-row>{name}</a></th>
        <td class="book-email">{escape(contact.email)}</td>
        <td class="book-phone">{escape(phone(contact.phone, country))}</td>
        <td><span class="tag tag-contact-{status}">{statuses.get(status, status)}</span></td>
        <td class="book-role">{roles.get(role, role)}</td>
        <td class="book-time book-word">{last_word}</td>
        <td class="book-time book-added">{ago(contact.created_at)}</td>
      </tr>""")
    return SafeString("".join(rows))
