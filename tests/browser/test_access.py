"""axe on every page, light and dark, in every language, wide and narrow; nothing scrolls sideways at 320 px."""

import gzip
import sys
from datetime import timedelta
from itertools import count

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from playwright.sync_api import expect

from config.accounts.models import IdentityDocument
from config.api.endpoint import Api
from contact_requests import receiving
from contact_requests.models import OfficePage
from contact_requests.pictures import add_picture
from contact_requests.receipts import make_receipt_key
from contacts.channels.message import File, Media
from contacts.conversations.writing import write_message
from contacts.models import Contact, ContactImport, ContactMessage, ContactNote, KeptView
from inquiries.attachments import attach
from inquiries.models import AllowedMove, FilterOption, Inquiry, InquiryType
from inquiries.pipeline.moves import close_inquiry, move_inquiry
from tests.contact_requests.rows import answer
from tests.contacts.messaging import arrive, connect
from tests.factories import (
    ContactFactory,
    InquiryFactory,
    InquiryTypeFactory,
    PropertyFactory,
    RequestFactory,
    make_token,
)
from tests.pictures import picture

from .addresses import CLOSED, PUBLIC
from .barriers import hindrances, too_wide, violations
from .bulk_runs import bulk_runs, make_bulk_runs
from .conftest import WIDE, sign_in
from .webhook_rows import make_webhook, webhooks

pytestmark = pytest.mark.django_db(transaction=True)

TURNS = {"fr": (0, 375), "nl": (1, 1280)}
CONTACTS = "/api/v1/contacts"
TWIN = "bbbbbbbb-0000-4000-8000-000000000002"


@pytest.fixture
def row(user, shipped):
    house = PropertyFactory(pro=user.pro, slug="house", title="Maison", city="Honfleur", price=389000, summary="84 m²")
    OfficePage.objects.create(pro=user.pro, slug="harbour", introduction="Wolfeschlegelsteinhausenbergerdorff" * 3)
    rows = [
        RequestFactory(property=house, name="Wolfeschlegelsteinhausenbergerdorff" * n, phone="+33612345678")
        for n in (1, 2, 3)
    ]
    rows[1].mark("read", by=user)
    receiving.receive(
        house, name="Spam", email="s@example.org", phone="", message="Buy", language="en", quarantine="honeypot"
    )
    answer(rows[0], "Yes.", by=user)
    ContactFactory(id=TWIN, pro=user.pro, name=rows[0].name, phone="+33612345678", role="tenant")
    make_token(user.pro)
    KeptView.objects.keep(user.pro, user, "Wolfeschlegelsteinhausenbergerdorff", "sort=name")
    add_picture(house, picture(), filename="front.jpg", description="The front")
    ContactNote.objects.add_note(rows[0].contact, "Prefers calls after six. " * 9, by=user)
    rows[0].contact.change({"status": "applicant"}, by=user)
    rows[2].contact.archive(by=user)
    for state in ("uploaded", "checked", "running", "done"):
        make_import(user, state)
    for state, error in {"reading": "", "refused": "The file is empty."}.items():
        ContactImport.objects.create(pro=user.pro, user=user, filename=f"{state}.csv", state=state, error=error)
    make_bulk_runs(user)
    make_webhook(user.pro)
    make_messages(user)
    make_inquiries(user)
    make_board(user.pro, rows[0].contact)
    return rows[0]


def make_messages(user):
    """A conversation with everything in it, by two channels; one that cannot be answered; three channels, one new."""
    long = "Wolfeschlegelsteinhausenbergerdorff"
    whatsapp, letterbox = connect(user.pro, "whatsapp"), connect(user.pro, "email", address=f"{long}@{long}.example")
    telegram = connect(user.pro, "telegram")
    arrive(telegram, long * 3, who=long * 3)
    telegram.delete()
    known = {"identities": (("email", "talker@example.org"),), "email": "talker@example.org"}
    files = (File(f"{long * 3}.txt", b"The plan."), File(f"{long * 2}.exe", b"MZ"))
    arrive(
        letterbox,
        f"{long * 4} " * 3,
        who=f"Talker {long * 3}",
        subject=long * 5,
        quoted=f"> {long * 4}",
        files=files,
        **known,
    )
    media = tuple(Media(kind, filename=f"{long * 3}.bin") for kind in ("image", "document", "voice", "hologram"))
    late = timezone.now() - timedelta(hours=30)
    talker = arrive(whatsapp, "", media=media, is_automatic=True, **known).contact
    ContactFactory(pro=user.pro, name=f"Twin {long * 3}", email=talker.email)
    arrive(whatsapp, long, edited_at=timezone.now(), **known)
    ContactMessage.objects.exclude(edited_at=None).update(former=[[late.isoformat(), long * 4]])
    reason = f"{long * 3} (131026)"
    states = {"sent": "", "delivered": "", "read": "", "sending": reason, "failed": reason}
    for state, error in states.items():
        message = write_message(talker, f"{state} {long * 3}", channel="whatsapp", by=user)
        ContactMessage.objects.filter(pk=message.pk).update(state=state, error=error)
    # WhatsApp takes no more free text.
    talker.messages.filter(channel="whatsapp", state="received").update(created_at=late)


def conversations():
    names = {"talker": "Talker", "closed": "Wolfeschlegelsteinhausenbergerdorff" * 3}
    found = Contact.objects.exclude(last_message_at=None)
    return {key: found.get(name__startswith=name).pk for key, name in names.items()}


def make_inquiries(user):
    """One with everything on it, halfway along a long pipeline, and one that waits for its profile."""
    long = "Wolfeschlegelsteinhausenbergerdorff"
    inquiry_type = InquiryTypeFactory(steps=[f"{long.lower()}_{n}" for n in range(14)], icon="❓")
    inquiry_type.steps.get(sort_order=3).moves_out.create(to_step=inquiry_type.steps.get(sort_order=1))
    address = {"street": long * 3, "postal_code": "9711 AB", "city": "Groningen", "country": "Nederland"}
    reach = {"email": f"{long.lower()}@example.org", "phone": "+33612345678"}
    known = InquiryFactory(
        pro=user.pro,
        inquiry_type=inquiry_type,
        subject=long * 3,
        message=f"{long * 4} " * 3,
        category=long,
        budget=9_999_999_999,
        priority="urgent",
        case_id=2**63 - 1,
        contact=ContactFactory(pro=user.pro),
        profile_at=timezone.now(),
        person={"first_name": long, "last_name": long, **reach, "address": address},
        business={"company": long * 3, "vat_number": long, "address": address, "invoice_email": reach["email"]},
    )
    for step in inquiry_type.steps.all()[1:3]:
        move_inquiry(known, to=step.key, by=user, note=long * 9)
    attach(known, ContentFile(b"The plan."), f"{long * 3}.txt", uploaded_by=9)
    known.filter_options.set([FilterOption.objects.create(group=long, label=long)])
    close_inquiry(InquiryFactory(pro=user.pro, inquiry_type=inquiry_type, priority="low"), outcome="cancelled", by=user)
    InquiryFactory(pro=user.pro, inquiry_type=inquiry_type, priority="high", profile_problem=long)


def make_board(pro, contact):
    """A card of every look, on a board with a way back."""
    inquiry_type = InquiryType.objects.get(slug="offer_request")
    long = "Wolfeschlegelsteinhausenbergerdorff" * 3
    for priority in Inquiry.Priority.values:
        InquiryFactory(
            pro=pro, inquiry_type=inquiry_type, priority=priority, profile_problem="Nobody." * (priority == "high")
        )
        person = {"first_name": long, "last_name": long}
        fields = {"person": person, "profile_at": timezone.now(), "business": {"company": long}, "budget": 9_999_999}
        InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject=long, contact=contact, **fields)
    back = {key: inquiry_type.steps.get(key=key) for key in ("offer_revised", "in_negotiation")}
    AllowedMove.objects.create(from_step=back["offer_revised"], to_step=back["in_negotiation"])
    Inquiry.objects.filter(pk=Inquiry.objects.order_by("pk").last().pk).update(step=back["offer_revised"])


def inquiries():
    rows = Inquiry.objects.order_by("pk")
    waiting = rows.exclude(profile_problem="").first()
    known = rows.first()
    ids = {"known": known.pk, "attachment": known.attachments.get().pk}
    return {**ids, "waiting": waiting.pk}


def make_import(user, state):
    """An import in `state`, with a row of each outcome."""
    long = "Wolfeschlegelsteinhausenbergerdorff" * 5
    fields = {
        "headings": ["Nom", long],
        "columns": ["name", "email"],
        "rows": [(n, ["Anna", long]) for n in range(2, 6)],
    }
    found = ContactImport.objects.upload(user.pro, filename=f"{state}.csv", **fields, by=user)
    for row, outcome in zip(found.rows.order_by("number"), ("create", "complete", "known", "refuse"), strict=True):
        row.fields, row.learnt = {"name": "Anna", "email": f"{long}@example.org"}, {"phone": "+33612345678"}
        row.set_result(outcome, same_as=2, reasons={"email": "Enter a valid email address."})
        row.save()
    found.state, found.done, found.finished_at = state, 2, timezone.now()
    found.counts = {"create": 1, "complete": 1, "known": 1, "refuse": 1}
    found.save()


def imports():
    return {found.state: found.pk for found in ContactImport.objects.all()}


def count_routes(start):
    return sum((api.dialect.prefix + o.route).startswith(start) for api in Api.registered for o in api.operations)


def tour(page, row, user, check):
    """Run `check` on every page, signed out and then signed in."""
    found = []
    for path in PUBLIC:
        page.goto(path.format(receipt=make_receipt_key(row), form_key=row.pro.office_page.form_key))
        found += check(page)
    sign_in(page, user)
    gone = Contact.objects.for_pro(row.pro, deleted=True).get().pk
    for path in CLOSED:
        rows = {"id": row.pk, "contact": row.contact_id, "note": row.contact.notes.get().pk, "gone": gone, "twin": TWIN}
        rows |= {"view": user.kept_views.get().pk, "house": row.property_id}
        page.goto(path.format(**rows, **imports(), **bulk_runs(), **webhooks(), **inquiries(), **conversations()))
        if path == "/docs/api":
            # Its routes are drawn by one template: all are looked at once, those of contacts as the other pages.
            found += check(page, widths=(375,), has_colours=False)
            page.fill("#reference-search", CONTACTS)
            expect(page.locator("#reference-found")).to_have_text(str(count_routes(CONTACTS)))
        found += check(page)
    return found


@pytest.mark.thorough
@pytest.mark.parametrize("language", ["en", *TURNS])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(request, open_page, user, row, language):
    user.language = language
    user.save()
    page = open_page("/sign-in", extra_http_headers={"Accept-Language": language}, **WIDE)
    is_whole = language == "en" or request.config.getoption("every_combination")
    assert tour(page, row, user, hindrances if is_whole else make_turns(language)) == []


def make_turns(language):
    """A check of all pages in turn in another language than English: each is looked at by axe in one of them.

    How long words are is looked at in all of them; no language has colours of its own.
    """
    first, width = TURNS[language]
    places = count(first)

    def check(page, **_options):
        is_ours = next(places) % len(TURNS) == 0
        return hindrances(page, widths=(width,), has_colours=False) if is_ours else too_wide(page)

    return check


def test_the_first_visit_to_the_form_is_light_and_asks_no_third_party(open_page, row, live_server):
    # From an empty page: what another one still fetches would be counted, and gone before it is read.
    page = open_page("about:blank")
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto("/properties/house")
    page.wait_for_load_state("networkidle")
    assert {answer.url.startswith(live_server.url) for answer in answers} == {True}
    [image] = [answer for answer in answers if "/pictures/" in answer.url]
    assert image.headers["content-type"] == "image/webp"
    # In production the static files travel compressed, the page as it is. The pictures of the property do not count.
    answers.remove(image)
    sizes = [len(gzip.compress(answer.body()) if "/static/" in answer.url else answer.body()) for answer in answers]
    sys.stdout.write(f"first visit: {sum(sizes) / 1024:.1f} KB in {len(sizes)} answers\n")
    assert sum(sizes) <= 60 * 1024


def test_errors_of_a_form_are_tied_to_their_fields(open_page, row):
    page = open_page("/properties/house")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("alert").first.wait_for()
    field = page.get_by_label("Your name")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator(f"#{field.get_attribute('aria-describedby')}")).to_have_text("This field is required.")
    assert violations(page) == []


def test_the_identity_page_of_a_gated_pro(enter, user, row):
    user.pro.cni_required = True
    user.pro.save()
    page = enter("/inbox")
    page.get_by_text("upload your identity card").wait_for()
    assert violations(page) == []
    document = {"name": "cni.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF\n"}
    page.set_input_files("[name=file]", document)
    page.get_by_role("button", name="Send for review").click()
    page.get_by_text("In review", exact=True).wait_for()
    assert IdentityDocument.objects.get().filename == "cni.pdf"
    assert violations(page) == []


@pytest.mark.thorough
def test_the_style_guide_has_no_barriers(open_page, staff):
    page = open_page("/styleguide", as_user=staff)
    assert hindrances(page) == []
