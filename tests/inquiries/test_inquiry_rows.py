"""The HTML of rows of the list of inquiries and of cards of the board, whose texts come from strangers."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import override

from config.accounts.models import Pro
from config.web.templatetags.icons import lucide
from contacts.models import Contact
from inquiries.models import Inquiry, InquiryType, Offer, PendingMove, PipelineStep
from inquiries.models.inquiry import WITHHELD
from inquiries.pipeline.board import Column, Totals
from inquiries.templatetags.inquiries import step_dot, type_icon

NOW = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
TIME = '<time{} datetime="2026-03-02T14:05:00+00:00" title="2 March 2026, 14:05">just now</time>'
HOSTILE = "<b>Zoé</b> & 'co\" %(name)s"
PERSON = uuid.UUID(int=7)
KIND = InquiryType(pk=1, name="<type>", color="#123456", icon="📞")
STEP = PipelineStep(pk=2, key="first", label="<step>", color="#654321")
CUSTOMER = {"person": {"first_name": "<a>"}, "business": {"company": "<c>"}, "profile_at": NOW}
END = PipelineStep(pk=3, key="end", label="End", is_terminal=True)


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    with timezone.override(UTC), override("en"):
        yield


def inquiry(**fields):
    made = Inquiry(pk=1234, pro=Pro(), inquiry_type=KIND, step=STEP, subject=HOSTILE, moved_at=NOW, created_at=NOW)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def html(tag, **context):
    return " ".join(Template("{% load inquiry_rows board_cards %}" + tag).render(Context(context)).split())


def icon(name, size=14):
    return lucide(name, size=size, aria_hidden="true")


def expected_row(*, about="", customer, step="&lt;step&gt;", priority="", category="", amount=""):
    subject = escape(HOSTILE)
    return " ".join(
        f"""<tr> <td class="book-tick"><input type="checkbox" name="inquiry" value="1234"
        aria-label="Choose {subject}"></td> <th scope="row"><div class="inquiry-cell"> {type_icon(KIND)}
        <span class="inquiry-about"> <a href="/inquiries/1234" data-row>{subject}</a> <span class="soft small">
        <span class="number">#1234</span> {about} </span> </span> </div></th>
        <td class="inquiry-who">{customer}</td> <td class="inquiry-step"><div class="inquiry-cell">
        <span class="step-tag">{step_dot(STEP)}{step}</span> {priority} </div></td>
        <td class="inquiry-category">{category}</td> <td class="amount">{amount}</td>
        <td class="book-time">{TIME.format("")}</td> </tr>""".split()
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"profile_at": NOW}, {"customer": '<span class="soft">Without a name</span>'}),
        (
            {**CUSTOMER, "budget": Decimal(1850), "category": "<x>", "attachment_count": 1},
            {
                "about": f'<span class="with-icon">{icon("paperclip")}1 file</span>',
                "customer": '&lt;a&gt;<span class="soft small">&lt;c&gt;</span>',
                "category": "&lt;x&gt;",
                "amount": "€1,850.00",
            },
        ),
        (
            {"priority": "urgent", "offer_count": 2},
            {
                "about": f'<span class="with-icon">{icon("file-text")}2 offers</span>',
                "customer": f'<span class="soft with-icon">{icon("hourglass")}Waiting for the profile</span>',
                "priority": f'<span class="priority priority-urgent">{icon("chevrons-up")}Urgent</span>',
            },
        ),
        (
            {"profile_at": NOW, "status": "cancelled", "newest_offer": Offer(status="accepted"), "offer_count": 2},
            {
                "about": '<span class="tag tag-offer-accepted">Offer accepted</span>',
                "customer": '<span class="soft">Without a name</span>',
                "step": "Cancelled",
            },
        ),
    ],
)
def test_rows(fields, expected):
    row = inquiry(**{"attachment_count": 0, "offer_count": 0, **fields})
    assert html("{% inquiry_rows rows %}", rows=[row]) == expected_row(**expected)


def menu(card, step):
    """The sheet of a card: the steps to which it may move, and its closing but at the end of the pipeline."""
    url = "/inquiries/1234?from=board&amp;close=1#progress"
    close = f'<a class="sheet-item" href="{url}">{icon("circle-check", 16)} Close…</a>'
    return f"""<button class="ticket-menu" type="button" popovertarget="menu-1234"> {icon("ellipsis", 18)}<span
        class="hidden">Move “{escape(HOSTILE)}”</span> </button> <div id="menu-1234" class="sheet" popover>
        <form method="post" action="/move" data-card="card-1234" hx-post="/move" hx-swap="none"
        hx-disabled-elt="find button"> <token> <input type="hidden" name="id" value="1234"> <targets> </form>
        {"" if step.is_terminal else close} </div>"""


def expected_card(*, top="", who, company="", budget="", tone="", undo="", menu=""):
    return " ".join(
        f"""<li class="ticket" id="card-1234" draggable="true"> <div class="ticket-top">{top}</div>
        <h3><a href="/inquiries/1234?from=board" draggable="false" data-row
        aria-keyshortcuts="m Shift+ArrowRight Shift+ArrowLeft">{escape(HOSTILE)}</a></h3>
        <p class="ticket-who">{who} {company}</p> <p class="ticket-foot small soft"> {budget} <span
        class="number"><span class="hidden">On this step:</span>{icon("milestone", 13)} {TIME.format(tone)}</span> </p>
        {undo} {menu} </li>""".split()
    )


def card_html(card, step, *, allowed=()):
    column = Column(step, [*allowed], Totals(), [card])
    tag = "{% board_cards column '/move' form_tokens move_targets %}"
    return html(tag, column=column, form_tokens=SafeString("<token>"), move_targets=SafeString("<targets>"))


def test_a_card_of_a_contact_with_everything():
    move = PendingMove(pk=PERSON)
    contact = Contact(pk=PERSON, name="<contact>")
    fields = {"contact": contact, "budget": Decimal(1850), "priority": "low", "newest_offer": Offer(status="declined")}
    card = inquiry(**CUSTOMER, **fields, pending_move=move, profile_problem="<gone>")
    assert card_html(card, STEP) == expected_card(
        top=f'<span class="priority priority-low">{icon("chevron-down")}Low</span>'
        '<span class="tag tag-wrong" title="&lt;gone&gt;">No profile</span>'
        '<span class="tag tag-offer-declined">Offer declined</span>',
        who=f'<a class="with-icon" href="/contacts/{PERSON}" draggable="false">{icon("contact-round")}'
        " <span>&lt;a&gt;</span></a>",
        company='<span class="soft">&lt;c&gt;</span>',
        budget='<strong class="number">€1,850.00</strong>',
        undo=f"""<form class="ticket-undo" method="post" action="/inquiries/1234/moves/{PERSON}/undo"
        hx-post="/inquiries/1234/moves/{PERSON}/undo" hx-target="#toasts" hx-swap="none" hx-disabled-elt="find button"
        data-card="card-1234"> <token> <button class="ticket-undo-button">{icon("undo-2")} Undo<span
        class="hidden"> {escape(HOSTILE)}</span></button> </form>""",
        menu=menu(card, STEP),
    )


@pytest.mark.parametrize(
    ("fields", "top", "who"),
    [
        ({"user_id": 1234567}, '<span class="tag tag-waiting">Waiting for the profile</span>', "Customer 1234567"),
        ({"profile_at": NOW, "profile_problem": WITHHELD[0]}, "", "Without a name"),
        (
            {"profile_at": NOW, "status": "cancelled", "newest_offer": Offer(status="draft")},
            '<span class="tag tag-inquiry-cancelled">Cancelled</span>',
            "Without a name",
        ),
    ],
)
def test_a_card_without_a_contact_at_the_end_of_a_pipeline(fields, top, who):
    card = inquiry(**fields)
    assert card_html(card, END) == expected_card(top=top, who=f"<span>{who}</span>")
    back = expected_card(top=top, who=f"<span>{who}</span>", menu=menu(card, END))
    assert card_html(card, END, allowed=[STEP]) == back
