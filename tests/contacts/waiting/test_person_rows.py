"""The HTML of the rows of the desk's lists, whose texts come from strangers."""

import uuid
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import override

from config.web.templatetags.icons import lucide
from contacts.models import Contact, ContactMessage, WaitingItem
from contacts.views.desk_lists import Row

MAIL, CLOCK = lucide("mail", size=12), lucide("alarm-clock", size=14, aria_hidden="true")
NOW = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
ID = uuid.UUID(int=7)
HOSTILE = "<b>Zoé</b> & 'co\""


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    with timezone.override(UTC), override("en"):
        yield


def flat(html):
    return " ".join(html.replace(">\n", "> ").split())


def render(tag, view="list", **context):
    desk = SimpleNamespace(view=view, row_query="?q=a&view=<>")
    html = Template("{% load person_rows %}" + tag).render(Context({"desk": desk, **context}))
    return flat(html)


def person(**fields):
    contact = Contact(pk=ID, name=HOSTILE)
    item = WaitingItem(kind="message", is_returned=True, later_words="<i>call</i>")
    row = Row(str(ID), contact, item, HOSTILE, NOW, words="<u>hello</u>", channel="email", newest_id=70_000)
    return row._replace(**fields)


def expected(*, heading="", swap="", is_open="", current=""):
    name, link = escape(HOSTILE), f"/inbox/{ID}?q=a&amp;view=&lt;&gt;"
    return (
        f'{heading} <li id="row-{ID}"{swap} class="person-row{is_open}">'
        f' <a class="row" href="{link}" hx-get="{link}" hx-target="#item" hx-push-url="true" hx-indicator="#item"'
        f' hx-sync="#item:replace" data-row{current}>'
        f' <span class="face" aria-hidden="true">&lt;<span class="way">{MAIL}</span></span>'
        f' <span class="row-name"><strong>{name}</strong> <span class="times">×2</span></span>'
        ' <span class="row-at"><time class="waited" datetime="2026-03-02T14:05:00+00:00" title="2 March 2026, 14:05">'
        "just now</time></span>"
        f' <span class="row-words">{CLOCK} &lt;i&gt;call&lt;/i&gt; ·'
        ' <span class="row-tag">&lt;tag&gt;</span> <span class="row-about">&lt;about&gt;</span>'
        " &lt;u&gt;hello&lt;/u&gt;"
        f'</span> </a> <label class="row-tick"><input type="checkbox" name="person" value="{ID}.70000">'
        f'<span class="hidden">Choose {name}</span></label> </li>'
    ).strip()


def test_a_person_who_waits_below_a_heading():
    row = person(times=2, tag="<tag>", about="<about>", group="old")
    groups = {"old": {"label": "<old>", "people": 1234}}
    heading = '<li class="group"><h2>&lt;old&gt; (1,234)</h2></li>'
    assert render("{% person_rows rows %}", rows=[row], groups=groups) == flat(expected(heading=heading))
    # Who is only previewed is no link to the page that is open.
    contact = row.contact
    shown = expected(is_open=" is-open", current=' aria-current="true"')
    assert render("{% person_rows rows %}", rows=[row], contact=contact) == flat(shown)
    shown = expected(current=' aria-current="true"')
    assert render("{% person_rows rows %}", rows=[row], contact=contact, is_preview=True) == flat(shown)


def test_a_row_that_is_swapped_for_the_one_that_is_shown():
    row = person(times=2, tag="<tag>", about="<about>")
    assert render("{% person_row row %}", row=row) == flat(expected(swap=' hx-swap-oob="true"'))


@pytest.mark.parametrize(
    ("state", "words"), [("received", "&lt;p&gt; – &lt;q&gt;"), ("sent", "You: &lt;p&gt; – &lt;q&gt;")]
)
def test_a_conversation_and_an_item_without_a_contact(state, words):
    last = ContactMessage(state=state, subject="<p>", text="<q>", channel="telegram")
    row = Row("5", None, None, "Jane", NOW, channel="telegram", last=last, newest_id=3)
    assert render("{% person_rows rows %}", view="all", rows=[row]) == flat(
        '<li id="row-5" class="person-row"> <a class="row" href="" data-row>'
        f' <span class="face" aria-hidden="true">J<span class="way">{lucide("send", size=12)}</span></span>'
        ' <span class="row-name"><strong>Jane</strong></span>'
        ' <span class="row-at"><time datetime="2026-03-02T14:05:00+00:00" title="2 March 2026, 14:05">14:05'
        "</time></span>"
        f' <span class="row-words">{words}</span> </a> </li>'
    )
