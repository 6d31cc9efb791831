"""Pages of the workspace: the inbox beside its template from memory, and the pages and fragments of one thing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.template.loader import get_template
from django.test import Client
from django.test.utils import setup_test_environment, teardown_test_environment
from django.utils import timezone

from config.accounts.models import Pro, User
from contact_requests.models import ContactRequest, Property
from contacts.models import Contact, ContactEvent, ContactMessage, ContactNote
from contacts.search_text import message_search_text
from contacts.waiting.listing import list_waiting, waiting_cursor
from inquiries.models import Inquiry, InquiryType
from inquiries.pipeline.moves import start_inquiry

from .figure import UNTIL_KEPT, Figure, in_turns, of_rounds, ratios
from .inprocess import Caller, member
from .setting import Setting

INBOX = "waiting/desk.html"
# Values that differ from one rendering to the next.
FLEETING = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|since=[^"&]*|nonce="[^"]*"')


def inbox_figures(setting: Setting) -> Iterator[Figure]:
    for pro, name in ((setting.usual, "usual Pro"), (setting.largest, "largest Pro")):
        caller = member(pro)
        caller.get("/inbox")
        queries = caller.queries("/inbox")
        yield Figure(f"inbox, {name}: queries", len(queries), "", at_most=6)
        template, context = _captured(caller, "/inbox")
        times = 5 if setting.is_small else 40
        memory, page = in_turns([partial(template.render, context), caller.getting("/inbox")], times, before=UNTIL_KEPT)
        yield of_rounds(f"inbox, {name}: page", page)
        yield of_rounds(f"inbox, {name}: its template from memory", memory)
        yield ratios(f"inbox, {name}: share of the template from memory", memory, page, "", at_least=0.7)


def _captured(caller: Caller, url: str):
    """The template that a page is made of, and its context with all rows read."""
    setup_test_environment(debug=False)
    try:
        client = Client(headers={"Cookie": caller.headers["HTTP_COOKIE"]})
        response = client.get(url)
        context = response.context[0].flatten()
    finally:
        teardown_test_environment()
    template = get_template(INBOX)
    rendered, page = template.render(context).encode(), response.content
    # The same page, but for its tokens and the time.
    assert abs(len(FLEETING.sub(b"", rendered)) - len(FLEETING.sub(b"", page))) < 200, (rendered, page)
    return template, context


@dataclass(frozen=True)
class Page:
    name: str
    url: str
    target: str = ""


def page_figures(setting: Setting) -> Iterator[Figure]:
    pro = setting.largest
    caller, contact, inquiry = member(pro), *_make_busy_contact(pro)
    board = member(pro if setting.is_small else setting.tenth)
    cursor = waiting_cursor(list_waiting(pro).rows[-1].item)
    pages = [
        (caller, Page("contact", f"/contacts/{contact.pk}")),
        (caller, Page("thread", f"/inbox/{contact.pk}")),
        (caller, Page("inquiry", f"/inquiries/{inquiry.pk}")),
        (board, Page("board of 2,000 cards or more", "/inquiries/board/question")),
    ]
    fragments = [
        (caller, Page("a person", f"/inbox/{contact.pk}", "item")),
        (caller, Page("news of a thread", f"/inbox/{contact.pk}", "thread")),
        (caller, Page("list of who waits", "/inbox", "list")),
        (caller, Page("further people who wait", f"/inbox?cursor={cursor}", "more")),
        (caller, Page("table of contacts", "/contacts", "book")),
        (caller, Page("list of requests", "/inbox/requests", "list")),
        (caller, Page("list of inquiries", "/inquiries", "inquiries")),
        (caller, Page("field of a contact", f"/contacts/{contact.pk}/edit/name", "fact-name")),
        (board, Page("board", "/inquiries/board/question", "board")),
    ]
    times = 5 if setting.is_small else 40
    for one, page in pages:
        yield Figure(f"page, {page.name}: queries", len(one.queries(page.url)), "", at_most=10)
        yield of_rounds(f"page, {page.name}", _durations(one, page, times), at_most=30.0)
    for one, page in fragments:
        yield of_rounds(f"fragment, {page.name}", _durations(one, page, times), at_most=15.0)


def _durations(caller: Caller, page: Page, times: int) -> list[float]:
    [medians] = in_turns([caller.getting(page.url, page.target)], times, before=UNTIL_KEPT)
    return medians


def _make_busy_contact(pro: Pro) -> tuple[Contact, Inquiry]:
    """Somebody who has written sixty messages and ten requests, and has ten inquiries; returns one of them too."""
    contact, user = Contact.objects.for_pro(pro).newest_first()[0], User.objects.filter(pro=pro)[0]
    now = timezone.now()
    messages = []
    for number in range(60):
        message = ContactMessage(
            pro=pro,
            contact=contact,
            channel="email",
            external_id=f"<busy{number}@example.org>",
            subject="Rénovation",
            text=f"Bonjour, voici les photos de la pièce {number}. Merci !",
            state="received" if number % 2 else "sent",
            author=None if number % 2 else user,
            created_at=now - timedelta(hours=60 - number),
            read_at=now,
        )
        message.search_text = message_search_text(message.subject, message.text)
        messages.append(message)
    ContactMessage.objects.bulk_create(messages)
    prop = Property.objects.filter(pro=pro)[0]
    requests = [
        ContactRequest(
            pro=pro, property=prop, contact=contact, name=contact.name, email=contact.email, message="Libre ?"
        )
        for _ in range(10)
    ]
    for request in requests:
        request.search_text = request.make_search_text()
    ContactRequest.objects.bulk_create(requests)
    ContactEvent.objects.bulk_create([contact.build_event(ContactEvent.Kind.CREATED, user) for _ in range(10)])
    for number in range(5):
        ContactNote.objects.add_note(contact, f"Rappeler le {number + 1}", by=user)
    return contact, [_make_inquiry(pro, contact, user) for _ in range(10)][-1]


def _make_inquiry(pro: Pro, contact: Contact, user: User) -> Inquiry:
    kind = InquiryType.objects.get(slug="question")
    person = {"first_name": "Zoé", "last_name": "Zimmermann", "email": contact.email, "phone": "", "language": "fr"}
    inquiry = Inquiry(
        pro=pro, inquiry_type=kind, user_id=4, created_by=4, contact=contact, subject="Cuisine", message="?"
    )
    inquiry.person, inquiry.profile_at = {**person, "address": {}}, timezone.now()
    with transaction.atomic():
        start_inquiry(inquiry, by=user)
    return inquiry
