"""Creating, editing and discarding an offer in the workspace; the offers of an inquiry; old and foreign pages."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from inquiries.amounts import AmountField
from inquiries.forms.new import NewInquiryForm
from inquiries.models import Inquiry, Offer
from inquiries.offers.forms import OfferForm
from inquiries.offers.lifecycle import answer_offer

from ..factories import InquiryFactory
from ..pages import Page
from .offer_pages import form_of, path

UNTIL = (timezone.now().date() + timedelta(days=10)).isoformat()
WRITTEN = {"title": "Kitchen", "amount": "1.850,50", "currency": "EUR", "valid_until": UNTIL, "text": "Oak."}


@pytest.fixture
def new(customer):
    return f"/inquiries/{customer.pk}/offers/new"


def test_a_new_offer_begins_with_the_subject_and_thirty_days(browser, new):
    fields = form_of(browser.get(new)).fields
    assert (fields["title"], len(fields["id"])) == ("New kitchen", 36)
    assert date.fromisoformat(fields["valid_until"]) - timezone.now().date() >= timedelta(days=29)


def test_a_draft_is_saved(browser, new, user):
    response = browser.post(new, WRITTEN)
    offer = Offer.objects.get()
    assert (response.status_code, response["Location"]) == (302, path(offer))
    assert (offer.title, offer.amount, offer.currency) == ("Kitchen", Decimal("1850.50"), "EUR")
    assert (offer.valid_until.isoformat(), offer.text, offer.made_by) == (UNTIL, "Oak.", user)
    response = browser.get(path(offer))
    assert Page(response).texts(".message-success") == ["The draft is saved."]
    assert form_of(response).fields.items() >= {**WRITTEN, "amount": "1850.50"}.items()


def test_saving_may_lead_to_the_preview(browser, new):
    response = browser.post(new, {**WRITTEN, "preview": "1"})
    assert response["Location"] == path(Offer.objects.get(), "/send")


def test_a_form_sent_twice_is_one_draft(browser, new):
    id = form_of(browser.get(new)).fields["id"]
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
        assert list(errors(response)) == [field]
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
    for field in (OfferForm(customer).fields["amount"], NewInquiryForm(customer.pro).fields["budget"]):
        assert (type(field), field.clean(typed)) == (AmountField, Decimal(read))


def errors(response):
    """The errors by field."""
    lists = form_of(response, 422).all("ul.errorlist[id^=id_]")
    return {each["id"].removeprefix("id_").removesuffix("_error"): each.text for each in lists}


@pytest.mark.parametrize(
    ("amount", "error"), [("-5", "Ensure this value is greater than or equal to 0."), ("x", "Enter a number.")]
)
def test_all_errors_are_shown_at_once(browser, new, draft, amount, error):
    for address in (new, path(draft)):
        response = browser.post(address, {**WRITTEN, "title": "", "amount": amount, "valid_until": "2020-01-01"})
        assert errors(response) == {
            "title": "This field is required.",
            "amount": error,
            "valid_until": "This date is in the past.",
        }


@pytest.mark.parametrize(
    ("person", "profile_at", "warning"),
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
def test_a_missing_address_is_shown_before_an_offer_is_written(browser, new, draft, person, profile_at, warning):
    Inquiry.objects.update(person=person, profile_at=profile_at)
    for address in (new, path(draft), f"/inquiries/{draft.inquiry_id}"):
        page = Page(browser.get(address))
        assert page.has("form:has([name=title]), #offers")
        warnings = [text for text in page.texts("p.message") if text.startswith("No offer can be sent")]
        assert [text.startswith(warning) for text in warnings] == [True] * bool(warning)
    assert browser.post(new, WRITTEN)["Location"] == path(Offer.objects.exclude(pk=draft.pk).get())


def test_a_draft_is_edited(browser, draft):
    was = form_of(browser.get(path(draft))).fields["was"]
    response = browser.post(path(draft), {**WRITTEN, "title": "Bathroom", "was": was})
    assert (response.status_code, response["Location"]) == (302, path(draft))
    draft.refresh_from_db()
    assert (draft.title, draft.amount) == ("Bathroom", Decimal("1850.50"))


def test_of_two_editors_the_second_sees_the_conflict_and_loses_nothing(browser, draft):
    was = form_of(browser.get(path(draft))).fields["was"]
    draft.edit_draft(title="Theirs", text="Their <b>words</b>")
    form = form_of(browser.post(path(draft), {**WRITTEN, "title": "Mine", "was": was}), 409)
    assert form.fields["title"] == "Mine"
    conflict = form.one(".message-error")
    assert conflict.one("strong").text == "Theirs" and "Their <b>words</b>" in conflict.text
    draft.refresh_from_db()
    assert draft.title == "Theirs"
    again = browser.post(path(draft), {**WRITTEN, "title": "Mine", "was": form.fields["was"]})
    draft.refresh_from_db()
    assert (again.status_code, draft.title) == (302, "Mine")


def test_a_draft_is_discarded(browser, draft):
    response = browser.post(path(draft, "/discard"))
    assert (response.status_code, response["Location"]) == (302, f"/inquiries/{draft.inquiry_id}")
    assert Offer.objects.count() == 0
    assert Page(browser.post(path(draft, "/discard")), 404).one("h1").text == "There is nothing here"


@pytest.mark.parametrize("more", ["", "/send", "/discard"])
def test_an_old_page_of_an_offer_that_was_answered(browser, sent, more):
    answer_offer(sent, Offer.Status.ACCEPTED)
    response = browser.post(path(sent, more), WRITTEN)
    assert (response.status_code, response["Location"]) == (302, path(sent))
    main = Page(browser.get(path(sent))).one("main")
    assert "That is no longer possible" in main.text and main.has(".offer-about .tag-offer-accepted")
    assert "The inquiry is now on “Submitted”." in main.text
    sent.refresh_from_db()
    assert sent.status == "accepted"


@pytest.mark.parametrize("more", ["", "/send", "/discard"])
def test_another_pros_offer_is_404(other_browser, browser, draft, pro, inquiry_type, more):
    for method in ("get", "post"):
        if (method, more) == ("get", "/discard"):
            continue
        page = Page(getattr(other_browser, method)(path(draft, more), WRITTEN), 404)
        assert page.one("h1").text == "There is nothing here"
        assert "Kitchen" not in page.text
    beside = InquiryFactory(pro=pro, inquiry_type=inquiry_type)
    page = Page(browser.get(f"/inquiries/{beside.pk}/offers/{draft.pk}"), 404)
    assert page.one("h1").text == "There is nothing here"
    assert Offer.objects.get().title == "Kitchen"


@pytest.mark.parametrize("id", [0, 2**31, 2**63, 2**80, 9**99])
def test_an_offer_that_does_not_exist_is_404(browser, draft, id):
    for address in (f"/inquiries/{id}/offers/new", f"/inquiries/{draft.inquiry_id}/offers/{id}"):
        for response in (browser.get(address), browser.post(address, WRITTEN)):
            assert Page(response, 404).one("h1").text == "There is nothing here"
    assert Offer.objects.get() == draft


def test_the_section_lists_the_offers(rf, sent, user):
    Offer.objects.create_draft(sent.inquiry, by=user, title="<b>", amount=Decimal("12345.6"), currency="CHF")
    html = render_to_string("inquiries/_offers.html", {"inquiry": sent.inquiry, "offers": Offer.objects.all()})
    section = Page(html).one("#offers")
    assert section.one("h2").text == "Offers 2"
    first, second = section.texts("li.offer-row")
    assert first.startswith("Kitchen €1,850.50 Sent on its way valid until ")
    assert second == "<b> CHF 12,345.60 Draft Olive Owner · just now"
    assert section.one(".wide-head a")["href"] == f"/inquiries/{sent.inquiry_id}/offers/new"


@pytest.mark.parametrize(
    ("language", "shown"), [("en", "€1,850.50"), ("fr", "1\u00a0850,50\u00a0€"), ("nl", "€\u00a01.850,50")]
)
def test_an_amount_is_written_as_its_reader_does(browser, user, sent, language, shown):
    user.language = language
    user.save()
    assert Page(browser.get(path(sent))).one(".offer-price").raw_text == shown


@pytest.mark.parametrize("rows", [1, 50])
def test_the_section_asks_nothing_more_for_more_offers(django_assert_num_queries, customer, user, rows):
    for _ in range(rows):
        Offer.objects.create_draft(customer, by=user, title="x", amount=Decimal(1), currency="EUR")
    with django_assert_num_queries(1):
        offers = list(Offer.objects.for_pro(customer.pro).filter(inquiry=customer).select_related("inquiry__pro"))
        render_to_string("inquiries/_offers.html", {"inquiry": customer, "offers": offers})
