"""The HTML of the first line of a message, whose texts come from strangers."""

from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import override

from config.accounts.models import Pro, User
from config.web.templatetags.icons import lucide
from contacts.models import Contact, ContactMessage

NOW = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
HOSTILE = "<b>Zoé</b> & 'co\" %(name)s"
PRO = Pro(name="<office>", country="BE")
CONTACT = Contact(pro=PRO, name=HOSTILE)


TIME = '<time datetime="2026-03-02T14:05:00+00:00" title="2 March 2026, 14:05">14:05</time>'
WRITTEN = f'<span class="soft">{TIME}</span>'


def channel(icon, label):
    return f'{lucide(icon, size=14, aria_hidden="true")} <span class="hidden">{label}</span>'


def strong(name):
    return f"<strong>{escape(name)}</strong>"


@pytest.mark.parametrize(
    ("fields", "parts"),
    [
        ({"channel": "whatsapp"}, [channel("message-circle", "WhatsApp"), strong(HOSTILE), WRITTEN]),
        ({"channel": "<sms>"}, [channel("message-circle", "&lt;sms&gt;"), strong(HOSTILE), WRITTEN]),
        (
            {"channel": "email", "sender": [["email", "<a>@example.com"]], "sender_name": "<Jo>", "edited_at": NOW},
            [
                *(channel("mail", "E-mail"), strong(HOSTILE), "<span>as “&lt;Jo&gt;”</span>"),
                '<bdi class="soft">&lt;a&gt;@example.com</bdi>',
                f'<span class="soft">{TIME} · edited</span>',
            ],
        ),
        (
            {"channel": "telegram", "sender": [["phone", "+32470123456"]], "sender_name": HOSTILE},
            [channel("send", "Telegram"), strong(HOSTILE), '<bdi class="soft">0470 12 34 56</bdi>', WRITTEN],
        ),
        (
            {"channel": "email", "sender": [["email", "a@example.com"]], "sender_name": "a@example.com"},
            [channel("mail", "E-mail"), strong(HOSTILE), "<span>as “a@example.com”</span>", WRITTEN],
        ),
        (
            {"channel": "email", "state": "sent", "author": User(name="<Ann>")},
            [channel("mail", "E-mail"), strong("<Ann>"), WRITTEN],
        ),
        (
            {"channel": "email", "state": "sent", "is_automatic": True},
            [channel("mail", "E-mail"), strong("<office>"), WRITTEN, '<span class="tag">Automatic</span>'],
        ),
    ],
)
def test_head(fields, parts):
    message = ContactMessage(**{"state": "received", "sender": [], "sender_name": "", "created_at": NOW, **fields})
    tag = Template("{% load messages %}{% message_head message contact pro %}")
    with timezone.override(UTC), override("en"):
        html = tag.render(Context({"message": message, "contact": CONTACT, "pro": PRO}))
    assert html == f'<p class="entry-head">{" ".join(parts)}</p>'
