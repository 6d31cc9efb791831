"""The HTML of the rows of the table of contacts, whose texts come from strangers."""

import uuid
from datetime import UTC, datetime

from django.template import Context, Template
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import override

from contacts.models import Contact

NOW = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
HOSTILE = "<b>Zoé</b> & 'co\" %(name)s"
IDS = [uuid.UUID(int=number) for number in (7, 8)]


def test_rows_of_contacts(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    contacts = [
        Contact(pk=IDS[0], name=HOSTILE, email="<a>@example.com", phone="+32470123456", status="renter", role="vendor"),
        Contact(pk=IDS[1], name="Jo", status="<old>", role="<old>", last_word_at=NOW),
    ]
    for contact in contacts:
        contact.created_at = NOW
    with timezone.override(UTC), override("en"):
        rows = Template('{% load contact_rows %}{% contact_rows contacts "BE" %}').render(
            Context({"contacts": contacts})
        )
    added = '<time datetime="2026-03-02T14:05:00+00:00" title="2 March 2026, 14:05">just now</time>'

    def row(contact, email, phone, status, role, word):
        name = escape(contact.name)
        return (
            f'<tr> <td class="book-tick"> <input type="checkbox" name="contact" value="{contact.pk}"'
            f' aria-label="Choose {name}"> </td>'
            f' <th scope="row"><a href="/contacts/{contact.pk}" data-row>{name}</a></th>'
            f' <td class="book-email">{email}</td> <td class="book-phone">{phone}</td>'
            f' <td><span class="tag tag-contact-{escape(contact.status)}">{status}</span></td>'
            f' <td class="book-role">{role}</td>'
            f' <td class="book-time book-word">{word}</td> <td class="book-time book-added">{added}</td> </tr>'
        )

    assert " ".join(rows.split()) == " ".join(
        (
            row(contacts[0], "&lt;a&gt;@example.com", "0470 12 34 56", "Renter", "Vendor", "–"),
            row(contacts[1], "", "", "&lt;old&gt;", "&lt;old&gt;", added),
        )
    )
