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
from inquiries.models import Inquiry, InquiryHistory, Offer, PipelineStep
from inquiries.pipeline.moves import link_case, move_inquiry

from ..factories import ContactFactory, InquiryFactory
from . import detail_page
from .detail_page import HTMX, html, text

path = detail_page.path
known = detail_page.known


def test_the_message_is_a_letter(browser, inquiry, path):
    Inquiry.objects.update(message="First <line>\n\nSecond", subject="<Kitchen>")
    page = html(browser.get(path))
    assert "<p>First &lt;line&gt;</p>\n\n<p>Second</p>" in page
    assert "<h1>&lt;Kitchen&gt;</h1>" in page and "<title>&lt;Kitchen&gt; · Inquiries · Vestibule</title>" in page


def test_the_customer_and_the_business_as_they_were(browser, known, path):
    page = html(browser.get(path))
    address = "Hoofdstraat 12 9711 AB Groningen Nederland"
    assert text(page, "customer") == (
        f"Customer Jan de &lt;Vries&gt; jan@example.com 06 12 34 56 78 {address} Business Bouw BV {address} VAT NL1B01 "
        "Invoices bill@example.com Assen From the profile of UserHub user 456, copied when the inquiry came in."
    )
    assert 'href="mailto:jan@example.com"' in page and 'href="tel:+33612345678"' in page


@pytest.mark.parametrize("business", [{}, {"company": "", "invoice_email": ""}, {"address": None}])
def test_a_person_without_a_business(browser, known, path, business):
    known.business = business
    known.save()
    assert "Business" not in text(html(browser.get(path)), "customer")


def test_a_missing_profile_can_be_retried(browser, inquiry, path):
    Inquiry.objects.update(profile_problem="UserHub knows nobody of this id.")
    page = html(browser.get(path))
    assert text(page, "customer") == (
        "Customer UserHub user 456 has no profile yet. UserHub is asked again only when you retry. "
        "UserHub knows nobody of this id. Try again"
    )
    assert browser.post(f"{path}/profile")["Location"] == path
    assert Inquiry.objects.get().profile_problem == ""
    again = browser.post(f"{path}/profile", headers={**HTMX, "HX-Target": "customer"})
    assert "Asking UserHub again." in text(html(again), "customer")


def test_known_users_are_shown_by_name(browser, known, path, user):
    user.userhub_id = 789
    user.save()
    InquiryHistory.objects.create(inquiry=known, from_status="a", to_status="b", to_label="B", changed_by=31337)
    page = html(browser.get(path))
    assert "Submitted by Olive Owner" in text(page, "inquiry-details")
    assert "Inquiry created Submitted Olive Owner" in text(page, "history")
    assert "UserHub user 31337" in text(page, "history")
    known.created_by = known.user_id
    known.save()
    assert "Submitted by Jan de &lt;Vries&gt;" in text(html(browser.get(path)), "inquiry-details")
    Inquiry.objects.update(person={}, business={})
    assert "Submitted by the customer" in text(html(browser.get(path)), "inquiry-details")


def test_a_user_of_another_pro_is_shown_by_number(browser, inquiry, path, other_user):
    other_user.userhub_id = 789
    other_user.save()
    assert "Submitted by UserHub user 789" in text(html(browser.get(path)), "inquiry-details")


@pytest.mark.parametrize(("key", "said"), [("in_progress", "in progress"), ("resolved", "resolved"), ("odd", "odd")])
def test_the_suggested_case_status_is_translated(browser, inquiry, path, key, said):
    PipelineStep.objects.update(maps_to_case_status=key)
    Inquiry.objects.update(case_id=7)
    assert f"this step suggests the status “{said}”" in text(html(browser.get(path)), "inquiry-case")


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ([], ""),
        (["draft"], ""),
        (["sent"], "The offer was sent."),
        (["viewed"], "The customer opened the offer."),
        (["declined", "accepted"], "The customer accepted the offer."),
        (["declined"], "The customer declined the offer."),
    ],
)
def test_the_state_of_the_offer_is_shown_above_the_moves(browser, pro, shipped, statuses, said):
    found = InquiryFactory(pro=pro, inquiry_type=shipped["offer_request"])
    move_inquiry(found, to="offer_created", by=None)
    for status in statuses:
        Offer.objects.create(inquiry=found, title="A", amount=Decimal(1), status=status)
    assert hint(browser.get(found.get_absolute_url())) == said


def test_no_hint_for_an_offer_without_a_matching_move(browser, pro, shipped):
    for slug in ("offer_request", "question"):
        found = InquiryFactory(pro=pro, inquiry_type=shipped[slug])
        Offer.objects.create(inquiry=found, title="A", amount=Decimal(1), status="accepted")
        assert hint(browser.get(found.get_absolute_url())) == ""


def hint(response):
    found = re.findall(r'<p class="progress-hint[^>]*>(.*?)</p>', html(response), re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", "".join(found)).split())


def test_the_message_and_how_to_reach_the_customer_come_before_the_moves(browser, known, path):
    page = html(browser.get(path))
    reach = re.search(r'<p class="inquiry-reach">.*?</p>', page, re.S)[0]
    assert " ".join(re.sub(r"<[^>]+>", " ", reach).split()) == "Jan de &lt;Vries&gt; 06 12 34 56 78 jan@example.com"
    assert re.findall(r'href="(.*?)"', reach) == ["tel:+33612345678", "mailto:jan@example.com"]
    places = [page.index(mark) for mark in ("<h1>", 'class="inquiry-reach"', 'id="letter-title"', 'id="progress"')]
    assert places == sorted(places)
    known.person = {}
    known.save()
    assert 'class="inquiry-reach"' not in html(browser.get(path))


def test_large_ids_stay_whole_in_every_language(browser, inquiry, path, user):
    user.language = "fr"
    user.save()
    Inquiry.objects.update(user_id=2**63 - 1, created_by=1234567, case_id=7654321)
    page = html(browser.get(path))
    assert str(2**63 - 1) in page and "1234567" in page and "7654321" in page


# --- The contact


def test_contacts_with_the_same_address_are_suggested(browser, known, path, pro):
    ContactFactory(pro=pro, name="Same Mail", email="JAN@example.com")
    ContactFactory(pro=pro, name="Same Phone", phone="+33612345678")
    ContactFactory(name="Foreign", email="jan@example.com"), ContactFactory(pro=pro, name="Somebody")
    part = text(html(browser.get(path)), "inquiry-contact")
    assert "Same Mail" in part and "Same Phone" in part and "Foreign" not in part and "Somebody" not in part


def test_a_contact_is_looked_for(browser, inquiry, path, pro):
    ContactFactory(pro=pro, name="Hélène Œuvrard"), ContactFactory(name="Hélène Foreign")
    part = text(html(browser.get(path, {"contact_q": "helene"})), "inquiry-contact")
    assert "Hélène Œuvrard" in part and "Foreign" not in part
    swap = browser.get(path, {"contact_q": "nob\0ody"}, headers={**HTMX, "HX-Target": "inquiry-contact"})
    assert html(swap).strip().startswith("<section") and "No contacts match." in html(swap)


def test_a_contact_is_linked_and_unlinked(browser, inquiry, path, pro):
    contact = ContactFactory(pro=pro, name="Jan")
    assert browser.post(f"{path}/contact", {"contact": contact.pk})["Location"] == path
    assert Inquiry.objects.get().contact == contact
    assert f'href="/contacts/{contact.pk}"' in html(browser.get(path))
    swap = browser.post(f"{path}/contact", {"contact": ""}, headers={**HTMX, "HX-Target": "inquiry-contact"})
    assert "No contact is linked." in text(html(swap), "inquiry-contact")
    assert Inquiry.objects.get().contact is None


def test_nobody_but_an_own_present_contact_is_linked(browser, inquiry, path, pro, user):
    archived = ContactFactory(pro=pro)
    archived.archive(by=user)
    for id in (archived.pk, ContactFactory().pk, uuid.uuid4(), "nonsense", "a\0b", str(2**80)):
        page = html(browser.post(f"{path}/contact", {"contact": id}), 409)
        assert "This contact has been archived or merged, or is not yours." in page
    assert Inquiry.objects.get().contact is None


def test_the_model_links_no_foreign_contact(inquiry):
    with pytest.raises(Contact.DoesNotExist):
        inquiry.link_contact(ContactFactory())


# --- The case


def test_a_case_is_linked_and_unlinked(browser, inquiry, path, user):
    user.userhub_id = 789
    user.save()
    assert browser.post(f"{path}/case", {"case_id": "7654321"})["Location"] == path
    found = Inquiry.objects.get()
    assert found.case_id == 7654321 and found.responded_at is not None
    assert "Linked to case 7654321" in text(html(browser.get(path)), "inquiry-case")
    swap = browser.post(f"{path}/case", {"unlink": "1"}, headers={**HTMX, "HX-Target": "inquiry-case"})
    assert "Number of the case" in text(html(swap), "inquiry-case")
    assert Inquiry.objects.get().case_id is None


@pytest.mark.parametrize("number", ["", "0", "-1", "1.5", "x", str(2**63), str(2**80), "9" * 5000, "1\0"])
def test_a_number_that_no_case_has_is_refused_and_stays_typed(browser, inquiry, path, number):
    page = html(browser.post(f"{path}/case", {"case_id": number}), 422)
    assert 'aria-invalid="true"' in page
    assert Inquiry.objects.get().case_id is None


@pytest.mark.parametrize("number", [0, -1, 2**63, 2**80])
def test_the_model_refuses_a_number_that_no_case_has(inquiry, user, number):
    with pytest.raises(ValidationError) as error:
        link_case(inquiry, number, by=user)
    assert list(error.value.message_dict) == ["case_id"]


# --- The way back


@pytest.mark.parametrize(
    ("query", "back"), [("", ("/inquiries", "Inquiries")), ("?from=board", ("/inquiries/board/test", "Board"))]
)
def test_the_back_link_leads_to_the_list_or_board(browser, path, query, back):
    page = html(browser.get(f"{path}{query}"))
    [(href, words)] = re.findall(r'<p class="back always"><a href="(.*?)" data-back>(.*?)</a>', page, re.S)
    assert (href, re.sub("<[^>]+>", "", words).strip()) == back


# --- Whose it is

ACTIONS = ["move", "close", "case", "contact", "facts", "profile"]


def test_another_pros_inquiry_is_404(browser, user):
    foreign = InquiryFactory()
    for id in (foreign.pk, 10**9, 2**63, 2**80, "9" * 5000):
        assert browser.get(f"/inquiries/{id}").status_code == 404
        for action in ACTIONS:
            assert browser.post(f"/inquiries/{id}/{action}", {"to": "in_review"}).status_code == 404
    foreign.refresh_from_db()
    assert (foreign.pipeline_status, foreign.history.count()) == ("submitted", 1)


def test_an_action_is_no_link(browser, path):
    for action in ACTIONS:
        assert browser.get(f"{path}/{action}").status_code == 405


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
        html(browser.get(path))
    assert len(queries) <= 16


def test_old_times_are_dates(browser, inquiry, path):
    Inquiry.objects.update(created_at=timezone.now() - timedelta(days=400))
    assert re.search(r"Received \d+ \w+\.? 20\d\d", text(html(browser.get(path)), "inquiry-details"))
