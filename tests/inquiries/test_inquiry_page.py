"""/inquiries/<id>: the question, the customer, the contact and the case."""

import re
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Contact
from inquiries.linking import link_contact
from inquiries.models import Inquiry, InquiryHistory, Offer, PipelineStep
from inquiries.pipeline.moves import link_case, move_inquiry

from ..factories import ContactFactory, InquiryFactory
from ..pages import Page
from . import detail_page
from .detail_page import HTMX

path = detail_page.path
known = detail_page.known


def test_the_message_is_a_letter(browser, inquiry, path):
    Inquiry.objects.update(message="First <line>\n\nSecond", subject="<Kitchen>")
    page = Page(browser.get(path))
    assert page.texts("#history .words p") == ["First <line>", "Second"]
    assert (page.one("h1").text, page.one("title").text) == ("<Kitchen>", "<Kitchen> · Inquiries · Vestibule")


def test_the_customer_and_the_business_as_they_were(browser, known, path):
    page = Page(browser.get(path))
    address = "Hoofdstraat 12 9711 AB Groningen Nederland"
    customer = page.one("#customer")
    assert customer.text == (
        f"Customer Jan de <Vries> jan@example.com 06 12 34 56 78 {address} Business Bouw BV {address} VAT NL1B01 "
        "Invoices bill@example.com Assen From the profile of UserHub user 456, copied when the inquiry came in."
    )
    assert customer.values("a", "href") == [
        "mailto:jan@example.com",
        "tel:+33612345678",
        "mailto:bill@example.com",
    ]


@pytest.mark.parametrize("business", [{}, {"company": "", "invoice_email": ""}, {"address": None}])
def test_a_person_without_a_business(browser, known, path, business):
    known.business = business
    known.save()
    assert "Business" not in Page(browser.get(path)).one("#customer").text


def test_a_missing_profile_can_be_retried(browser, inquiry, path):
    Inquiry.objects.update(profile_problem="UserHub knows nobody of this id.")
    page = Page(browser.get(path))
    assert page.one("#customer").text == (
        "Customer UserHub user 456 has no profile yet. UserHub is asked again only when you retry. "
        "UserHub knows nobody of this id. Try again"
    )
    assert browser.post(f"{path}/profile")["Location"] == path
    assert Inquiry.objects.get().profile_problem == ""
    response = browser.post(f"{path}/profile", headers={**HTMX, "HX-Target": "customer"})
    assert "Asking UserHub again." in Page(response).one("#customer").text


def test_known_users_are_shown_by_name(browser, known, path, user):
    user.userhub_id = 789
    user.save()
    InquiryHistory.objects.create(inquiry=known, from_status="a", to_status="b", to_label="B", changed_by=31337)
    page = Page(browser.get(path))
    assert "Submitted by Olive Owner" in page.one("#inquiry-details").text
    assert "UserHub user 31337" in page.one("#history").text
    known.created_by = known.user_id
    known.save()
    assert "Submitted by Jan de <Vries>" in Page(browser.get(path)).one("#inquiry-details").text
    Inquiry.objects.update(person={}, business={})
    assert "Submitted by the customer" in Page(browser.get(path)).one("#inquiry-details").text


def test_a_user_of_another_pro_is_shown_by_number(browser, inquiry, path, other_user):
    other_user.userhub_id = 789
    other_user.save()
    assert "Submitted by UserHub user 789" in Page(browser.get(path)).one("#inquiry-details").text


@pytest.mark.parametrize(("key", "label"), [("in_progress", "in progress"), ("resolved", "resolved"), ("odd", "odd")])
def test_the_suggested_case_status_is_translated(browser, inquiry, path, key, label):
    PipelineStep.objects.update(maps_to_case_status=key)
    Inquiry.objects.update(case_id=7)
    assert f"this step suggests the status “{label}”" in Page(browser.get(path)).one("#inquiry-case").text


@pytest.mark.parametrize(
    ("statuses", "hints"),
    [
        ([], []),
        (["draft"], []),
        (["sent"], ["The offer was sent."]),
        (["viewed"], ["The customer opened the offer."]),
        (["declined", "accepted"], ["The customer accepted the offer."]),
        (["declined"], ["The customer declined the offer."]),
    ],
)
def test_the_state_of_the_offer_is_shown_above_the_moves(browser, pro, shipped, statuses, hints):
    inquiry = InquiryFactory(pro=pro, inquiry_type=shipped["offer_request"])
    move_inquiry(inquiry, to="offer_created", by=None)
    for status in statuses:
        Offer.objects.create(inquiry=inquiry, title="A", amount=Decimal(1), status=status)
    assert Page(browser.get(inquiry.get_absolute_url())).one("#progress").texts(".progress-hint") == hints


def test_no_hint_for_an_offer_without_a_matching_move(browser, pro, shipped):
    for slug in ("offer_request", "question"):
        inquiry = InquiryFactory(pro=pro, inquiry_type=shipped[slug])
        Offer.objects.create(inquiry=inquiry, title="A", amount=Decimal(1), status="accepted")
        assert Page(browser.get(inquiry.get_absolute_url())).one("#progress").texts(".progress-hint") == []


def test_how_to_reach_the_customer_and_the_message_come_first(browser, known, path):
    page = Page(browser.get(path))
    reach = page.one(".inquiry-reach")
    assert reach.text == "Jan de <Vries> 06 12 34 56 78 jan@example.com"
    assert reach.values("a", "href") == ["tel:+33612345678", "mailto:jan@example.com"]
    parts = [page.one(selector) for selector in ("h1", "#progress", ".inquiry-reach", ".words", "#customer")]
    assert page.all("h1, .inquiry-reach, .words, #progress, #customer") == parts
    known.person = {}
    known.save()
    page = Page(browser.get(path))
    assert page.has("h1") and not page.has(".inquiry-reach")


def test_large_ids_stay_whole_in_every_language(browser, inquiry, path, user):
    user.language = "fr"
    user.save()
    Inquiry.objects.update(user_id=2**63 - 1, created_by=1234567, case_id=7654321)
    page = Page(browser.get(path))
    assert str(2**63 - 1) in page.one("#customer").text
    assert "1234567" in page.one("#inquiry-details").text
    assert "7654321" in page.one("#inquiry-case").text


# --- The contact


def test_contacts_with_the_same_address_are_suggested(browser, known, path, pro):
    ContactFactory(pro=pro, name="Same Mail", email="JAN@example.com")
    ContactFactory(pro=pro, name="Same Phone", phone="+33612345678")
    ContactFactory(name="Foreign", email="jan@example.com"), ContactFactory(pro=pro, name="Somebody")
    candidates = Page(browser.get(path)).one("#inquiry-contact ul.candidates")
    assert candidates.texts("li a") == ["Same Mail", "Same Phone"]


def test_a_contact_is_looked_for(browser, inquiry, path, pro):
    ContactFactory(pro=pro, name="Hélène Œuvrard"), ContactFactory(name="Hélène Foreign")
    page = Page(browser.get(path, {"contact_q": "helene"}))
    assert page.one("#inquiry-contact ul.candidates").texts("li a") == ["Hélène Œuvrard"]
    swap = browser.get(path, {"contact_q": "nob\0ody"}, headers={**HTMX, "HX-Target": "inquiry-contact"})
    page = Page(swap)
    assert page.one("#inquiry-contact").text == page.text
    assert page.one("[role=status]").text == "No contacts match. Add a contact"


def test_a_contact_is_linked_and_unlinked(browser, inquiry, path, pro):
    contact = ContactFactory(pro=pro, name="Jan")
    assert browser.post(f"{path}/contact", {"contact": contact.pk})["Location"] == path
    assert Inquiry.objects.get().contact == contact
    link = Page(browser.get(path)).one("#inquiry-contact form.linked a")
    assert (link["href"], link.text) == (f"/contacts/{contact.pk}", "Jan")
    swap = browser.post(f"{path}/contact", {"contact": ""}, headers={**HTMX, "HX-Target": "inquiry-contact"})
    assert "No contact is linked." in Page(swap).one("#inquiry-contact").text
    assert Inquiry.objects.get().contact is None


def test_nobody_but_an_own_present_contact_is_linked(browser, inquiry, path, pro, user):
    archived = ContactFactory(pro=pro)
    archived.archive(by=user)
    for id in (archived.pk, ContactFactory().pk, uuid.uuid4(), "nonsense", "a\0b", str(2**80)):
        page = Page(browser.post(f"{path}/contact", {"contact": id}), 409)
        alert = page.one("#inquiry-contact [role=alert]")
        assert alert.text == "This contact has been archived or merged, or is not yours. Choose again."
    assert Inquiry.objects.get().contact is None


def test_the_model_links_no_foreign_contact(inquiry):
    with pytest.raises(Contact.DoesNotExist):
        link_contact(inquiry, ContactFactory())


# --- The case


def test_a_case_is_linked_and_unlinked(browser, inquiry, path, user):
    user.userhub_id = 789
    user.save()
    assert browser.post(f"{path}/case", {"case_id": "7654321"})["Location"] == path
    inquiry.refresh_from_db()
    assert inquiry.case_id == 7654321 and inquiry.responded_at is not None
    assert "Linked to case 7654321" in Page(browser.get(path)).one("#inquiry-case").text
    swap = browser.post(f"{path}/case", {"unlink": "1"}, headers={**HTMX, "HX-Target": "inquiry-case"})
    assert "Number of the case" in Page(swap).one("#inquiry-case").text
    assert Inquiry.objects.get().case_id is None


@pytest.mark.parametrize("number", ["", "0", "-1", "1.5", "x", str(2**63), str(2**80), "9" * 5000, "1\0"])
def test_a_number_that_no_case_has_is_refused_and_stays_typed(browser, inquiry, path, number):
    page = Page(browser.post(f"{path}/case", {"case_id": number}), 422)
    field = page.one("#inquiry-case input[name=case_id]")
    assert (field["aria-invalid"], field.value) == ("true", number.replace("\0", "\ufffd"))
    assert Inquiry.objects.get().case_id is None


@pytest.mark.parametrize("number", [0, -1, 2**63, 2**80])
def test_the_model_refuses_a_number_that_no_case_has(inquiry, user, number):
    with pytest.raises(ValidationError) as error:
        link_case(inquiry, number, by=user)
    assert list(error.value.message_dict) == ["case_id"]


# --- The link back


@pytest.mark.parametrize(
    ("query", "back"), [("", ("/inquiries", "Inquiries")), ("?from=board", ("/inquiries/board/test", "Board"))]
)
def test_the_back_link_leads_to_the_list_or_board(browser, path, query, back):
    page = Page(browser.get(f"{path}{query}"))
    link = page.one(".inquiry-back a[data-back]")
    assert (link["href"], link.text) == back


# --- Access

ACTIONS = ["move", "close", "case", "contact", "facts", "profile"]


def test_another_pros_inquiry_is_404(browser, user):
    foreign = InquiryFactory()
    for id in (foreign.pk, 10**9, 2**63, 2**80, "9" * 5000):
        answers = [browser.get(f"/inquiries/{id}")]
        answers += [browser.post(f"/inquiries/{id}/{action}", {"to": "in_review"}) for action in ACTIONS]
        for response in answers:
            page = Page(response, 404)
            assert page.one("h1").text == "There is nothing here"
            assert foreign.subject not in page.text
    foreign.refresh_from_db()
    assert (foreign.pipeline_status, foreign.history.count()) == ("submitted", 1)


def test_an_action_is_no_link(browser, path):
    before = Inquiry.objects.values().get(), list(InquiryHistory.objects.values())
    for action in ACTIONS:
        response = browser.get(f"{path}/{action}")
        assert (response.status_code, response["Allow"]) == (405, "POST")
    assert (Inquiry.objects.values().get(), list(InquiryHistory.objects.values())) == before


def test_it_is_closed_to_nobody_and_to_a_gated_pro(nobody, browser, pro, path):
    assert nobody.get(path)["Location"] == f"/sign-in?next={path}"
    assert nobody.post(f"{path}/move", {"to": "in_review"})["Location"].startswith("/sign-in")
    pro.cni_required = True
    pro.save()
    assert browser.post(f"{path}/move", {"to": "in_review"})["Location"] == "/settings/identity"
    assert Inquiry.objects.get().pipeline_status == "submitted"


@pytest.mark.parametrize("moves", [0, 40])
def test_the_number_of_queries_does_not_grow(browser, inquiry, path, user, moves):
    inquiry_type = inquiry.inquiry_type
    inquiry_type.steps.get(key="in_review").moves_out.create(to_step=inquiry_type.steps.get(key="submitted"))
    for n in range(moves):
        move_inquiry(inquiry, to="submitted" if n % 2 else "in_review", by=user)
    with CaptureQueriesContext(connection) as queries:
        page = Page(browser.get(path))
    assert len(page.all("#history li.entry")) == moves + 1
    assert len(queries) <= 15


def test_old_times_are_dates(browser, inquiry, path):
    Inquiry.objects.update(created_at=timezone.now() - timedelta(days=400))
    details = Page(browser.get(path)).one("#inquiry-details").text
    assert re.search(r"Received \d+ \w+\.? 20\d\d", details)
