"""Creating, previewing, sending and discarding an offer in the workspace."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from inquiries.amounts import AmountField
from inquiries.forms import NewInquiryForm
from inquiries.models import Inquiry, Offer
from inquiries.offers.forms import OfferForm
from inquiries.offers.lifecycle import answer_offer

from ..factories import InquiryFactory

UNTIL = (timezone.now().date() + timedelta(days=10)).isoformat()
WRITTEN = {"title": "Kitchen", "amount": "1.850,50", "currency": "EUR", "valid_until": UNTIL, "text": "Oak."}


def html(response):
    return response.content.decode()


def value(response, name):
    """The value of a field of the page's form."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', html(response))[0]
    return re.search(r'value="([^"]*)"', tag)[1]


def path(offer, more=""):
    return f"/inquiries/{offer.inquiry_id}/offers/{offer.pk}{more}"


@pytest.fixture
def new(customer):
    return f"/inquiries/{customer.pk}/offers/new"


def test_a_new_offer_begins_with_the_subject_and_thirty_days(browser, new):
    response = browser.get(new)
    assert response.status_code == 200
    assert (value(response, "title"), len(value(response, "id"))) == ("New kitchen", 36)
    assert date.fromisoformat(value(response, "valid_until")) - timezone.now().date() >= timedelta(days=29)


def test_a_draft_is_saved(browser, new, user):
    response = browser.post(new, WRITTEN)
    offer = Offer.objects.get()
    assert (response.status_code, response["Location"]) == (302, path(offer))
    assert (offer.title, offer.amount, offer.currency) == ("Kitchen", Decimal("1850.50"), "EUR")
    assert (offer.valid_until.isoformat(), offer.text, offer.made_by) == (UNTIL, "Oak.", user)
    page = browser.get(path(offer))
    assert "The draft is saved." in html(page)
    assert (value(page, "title"), value(page, "amount"), value(page, "valid_until")) == ("Kitchen", "1850.50", UNTIL)


def test_saving_may_lead_to_the_preview(browser, new):
    response = browser.post(new, {**WRITTEN, "preview": "1"})
    assert response["Location"] == path(Offer.objects.get(), "/send")


def test_a_form_sent_twice_is_one_draft(browser, new):
    id = value(browser.get(new), "id")
    for _ in range(2):
        browser.post(new, {**WRITTEN, "id": id})
    assert Offer.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("title", ""),
        ("title", " "),
        ("title", "x" * 256),
        ("title", "a\0b"),
        ("text", "x" * 10_001),
        ("text", "a\0b"),
        ("amount", ""),
        ("amount", "-1"),
        ("amount", "NaN"),
        ("amount", "1e9"),
        ("amount", "0,999"),
        ("amount", "99999999999999999999"),
        ("amount", "9" * 5000),
        ("currency", ""),
        ("currency", "XXX"),
        ("valid_until", "2020-01-01"),
        ("valid_until", "tomorrow"),
        ("valid_until", "99999-01-01"),
    ],
)
def test_an_invalid_offer_is_refused_beside_its_field(browser, new, draft, field, typed):
    for address in (new, path(draft)):
        response = browser.post(address, {**WRITTEN, field: typed})
        assert (response.status_code, 'class="errorlist' in html(response)) == (422, True)
    draft.refresh_from_db()
    assert (Offer.objects.count(), draft.title) == (1, "Kitchen")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1850", "1850.00"),
        ("1850,5", "1850.50"),
        ("1850.50", "1850.50"),
        ("1.850,50", "1850.50"),
        ("1,850.50", "1850.50"),
        ("1 850,50 €", "1850.50"),
        ("1\u202f850,50\u00a0€", "1850.50"),
        ("€ 1.850", "1850.00"),
        ("12'345'678.90", "12345678.90"),
        ("4.500,00", "4500.00"),
        ("4 500,00", "4500.00"),
        ("4 500,00 €", "4500.00"),
        ("4,500.00", "4500.00"),
        ("0,50", "0.50"),
        ("0", "0.00"),
        ("١٢", "12.00"),
    ],
)
def test_an_amount_is_read_however_it_is_written(customer, typed, read):
    # Of an offer, and the budget of an inquiry alike.
    for field in (OfferForm(customer).fields["amount"], NewInquiryForm().fields["budget"]):
        assert (type(field), field.clean(typed)) == (AmountField, Decimal(read))


def errors(response):
    """The errors by field."""
    found = re.findall(r'<ul class="errorlist" id="id_(\w+)_error"[^>]*>(.*?)</ul>', html(response), re.S)
    return {name: " ".join(re.sub(r"<[^>]+>", " ", said).split()) for name, said in found}


@pytest.mark.parametrize(
    ("amount", "said"), [("-5", "Ensure this value is greater than or equal to 0."), ("x", "Enter a number.")]
)
def test_all_errors_are_shown_at_once(browser, new, draft, amount, said):
    for address in (new, path(draft)):
        response = browser.post(address, {**WRITTEN, "title": "", "amount": amount, "valid_until": "2020-01-01"})
        assert (response.status_code, errors(response)) == (
            422,
            {"title": "This field is required.", "amount": said, "valid_until": "This date is in the past."},
        )


@pytest.mark.parametrize(
    ("person", "profile_at", "said"),
    [
        ({}, None, "No offer can be sent yet: the customer’s profile"),
        ({"first_name": "Jan"}, timezone.now(), "No offer can be sent: the customer’s profile has no e-mail address."),
        (
            {"email": "noreply@example.org"},
            timezone.now(),
            "No offer can be sent: the customer’s profile has no e-mail",
        ),
        ({"email": "jan@example.org"}, timezone.now(), ""),
    ],
)
def test_a_missing_address_is_shown_before_an_offer_is_written(browser, new, draft, person, profile_at, said):
    Inquiry.objects.update(person=person, profile_at=profile_at)
    for address in (new, path(draft), f"/inquiries/{draft.inquiry_id}"):
        page = html(browser.get(address))
        assert said in page if said else "No offer can be sent" not in page
    assert browser.post(new, WRITTEN).status_code == 302


def test_a_draft_is_edited(browser, draft):
    was = value(browser.get(path(draft)), "was")
    response = browser.post(path(draft), {**WRITTEN, "title": "Bathroom", "was": was})
    assert (response.status_code, response["Location"]) == (302, path(draft))
    draft.refresh_from_db()
    assert (draft.title, draft.amount) == ("Bathroom", Decimal("1850.50"))


def test_of_two_editors_the_second_sees_the_conflict_and_loses_nothing(browser, draft):
    was = value(browser.get(path(draft)), "was")
    draft.edit_draft(title="Theirs", text="Their <b>words</b>")
    response = browser.post(path(draft), {**WRITTEN, "title": "Mine", "was": was})
    assert response.status_code == 409
    assert value(response, "title") == "Mine"
    assert "<strong>Theirs</strong>" in html(response) and "Their &lt;b&gt;words&lt;/b&gt;" in html(response)
    draft.refresh_from_db()
    assert draft.title == "Theirs"
    again = browser.post(path(draft), {**WRITTEN, "title": "Mine", "was": value(response, "was")})
    draft.refresh_from_db()
    assert (again.status_code, draft.title) == (302, "Mine")


def test_the_preview_is_the_mail(browser, draft):
    page = html(browser.get(path(draft, "/send")))
    for shown in (
        "jan@example.org",
        "port@example.com",
        "Offer from Agence du Port: Kitchen",
        "€1,850.50",
        "Hello Jan",
    ):
        assert shown in page


def test_sending(browser, draft):
    was = value(browser.get(path(draft, "/send")), "was")
    response = browser.post(path(draft, "/send"), {"was": was})
    assert (response.status_code, response["Location"]) == (302, path(draft))
    draft.refresh_from_db()
    assert (draft.status, Inquiry.objects.get().responded_at is not None) == ("sent", True)
    page = html(browser.get(path(draft)))
    assert "The offer is on its way to jan@example.org." in page
    assert f"http://testserver/offers/{draft.key}" in page and 'name="title"' not in page


def test_sending_twice_is_sending_once(browser, draft):
    was = value(browser.get(path(draft, "/send")), "was")
    answers = [browser.post(path(draft, "/send"), {"was": was})["Location"] for _ in range(2)]
    assert (answers, DBTaskResult.objects.count()) == ([path(draft)] * 2, 1)
    assert browser.get(path(draft, "/send"))["Location"] == path(draft)


def test_a_draft_changed_since_the_preview_is_shown_again_and_not_sent(browser, draft):
    was = value(browser.get(path(draft, "/send")), "was")
    draft.edit_draft(title="Theirs")
    response = browser.post(path(draft, "/send"), {"was": was})
    assert (response.status_code, "Theirs" in html(response)) == (409, True)
    assert "so it was not sent" in html(response)
    assert DBTaskResult.objects.count() == 0


def test_without_an_address_there_is_no_button(browser, draft):
    Inquiry.objects.update(person={})
    page = browser.get(path(draft, "/send"))
    assert "This customer has no e-mail address" in html(page) and "Send to" not in html(page)
    assert browser.post(path(draft, "/send")).status_code == 422
    assert DBTaskResult.objects.count() == 0


def test_a_draft_is_discarded(browser, draft):
    response = browser.post(path(draft, "/discard"))
    assert (response.status_code, response["Location"]) == (302, f"/inquiries/{draft.inquiry_id}")
    assert Offer.objects.count() == 0
    assert browser.post(path(draft, "/discard")).status_code == 404


@pytest.mark.parametrize("more", ["", "/send", "/discard"])
def test_an_old_page_of_an_offer_that_was_answered(browser, sent, more):
    answer_offer(sent, Offer.Status.ACCEPTED)
    response = browser.post(path(sent, more), WRITTEN)
    assert (response.status_code, response["Location"]) == (302, path(sent))
    page = html(browser.get(path(sent)))
    assert "That is no longer possible" in page and "tag-offer-accepted" in page
    assert "The inquiry stays on its step until you move it." in page
    sent.refresh_from_db()
    assert sent.status == "accepted"


@pytest.mark.parametrize("more", ["", "/send", "/discard"])
def test_another_pros_offer_is_404(other_browser, browser, draft, pro, inquiry_type, more):
    for method in ("get", "post"):
        if (method, more) == ("get", "/discard"):
            continue
        assert getattr(other_browser, method)(path(draft, more), WRITTEN).status_code == 404
    beside = InquiryFactory(pro=pro, inquiry_type=inquiry_type)
    assert browser.get(f"/inquiries/{beside.pk}/offers/{draft.pk}").status_code == 404
    assert Offer.objects.get().title == "Kitchen"


@pytest.mark.parametrize("id", [0, 2**31, 2**63, 2**80, 9**99])
def test_an_offer_that_does_not_exist_is_404(browser, draft, id):
    for address in (f"/inquiries/{id}/offers/new", f"/inquiries/{draft.inquiry_id}/offers/{id}"):
        assert (browser.get(address).status_code, browser.post(address, WRITTEN).status_code) == (404, 404)


def test_the_section_lists_the_offers(rf, sent, user):
    Offer.objects.create_draft(sent.inquiry, by=user, title="<b>", amount=Decimal("12345.6"), currency="CHF")
    shown = render_to_string("inquiries/_offers.html", {"inquiry": sent.inquiry, "offers": Offer.objects.all()})
    text = " ".join(re.sub(r"<[^>]+>", " ", shown).split())
    assert text.startswith("Offers 2 New offer Kitchen €1,850.50 Sent on its way valid until ")
    assert text.endswith("&lt;b&gt; CHF\u00a012,345.60 Draft Olive Owner · just now".replace("\u00a0", " "))
    assert f'href="/inquiries/{sent.inquiry_id}/offers/new"' in shown


@pytest.mark.parametrize(
    ("language", "shown"), [("en", "€1,850.50"), ("fr", "1\u00a0850,50\u00a0€"), ("nl", "€\u00a01.850,50")]
)
def test_an_amount_is_written_as_its_reader_does(browser, user, sent, language, shown):
    user.language = language
    user.save()
    assert shown in html(browser.get(path(sent)))


@pytest.mark.parametrize("rows", [1, 50])
def test_the_section_asks_nothing_more_for_more_offers(django_assert_num_queries, customer, user, rows):
    for _ in range(rows):
        Offer.objects.create_draft(customer, by=user, title="x", amount=Decimal(1), currency="EUR")
    with django_assert_num_queries(1):
        offers = list(Offer.objects.for_pro(customer.pro).filter(inquiry=customer).select_related("inquiry__pro"))
        render_to_string("inquiries/_offers.html", {"inquiry": customer, "offers": offers})
