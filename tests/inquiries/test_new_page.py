"""/inquiries/new: an inquiry submitted for a customer."""

import uuid
from decimal import Decimal

import pytest

from inquiries.customers import userhub
from inquiries.models import DirectoryUser, FilterOption, Inquiry
from inquiries.views.new import LOOK_UPS

from ..pages import Page

PATH = "/inquiries/new"
LOOK_UP = "/inquiries/new/customer"
HTMX = {"HX-Request": "true", "HX-Target": "who"}
# Valid in a field of text.
TEXTS = {"subject": ["NaN", "-1"], "message": ["9" * 5000, "NaN", "-1"], "category": ["NaN", "-1"]}


def new_form(page):
    return page.form("form:has([name=subject])")


def errors(page):
    """The errors by field."""
    lists = new_form(page).all("ul.errorlist[id^=id_]")
    return {each["id"].removeprefix("id_").removesuffix("_error"): each.text for each in lists}


@pytest.fixture
def jan(db):
    return DirectoryUser.objects.create(
        userhub_id=456, first_name="Jan", last_name="<Vries>", email="jan@example.com", company="Bouw BV", city="Assen"
    )


@pytest.fixture
def typed(inquiry_type):
    return {
        "id": str(uuid.uuid4()),
        "user_id": "456",
        "inquiry_type_id": str(inquiry_type.pk),
        "subject": "Kitchen",
        "message": "How much?",
        "category": "roof",
        "budget": "4500.50",
        "priority": "high",
    }


def test_it_asks_for_everything_with_the_first_type_chosen(browser, shipped):
    FilterOption.objects.create(group="Region", label="Groningen")
    FilterOption.objects.create(group="Region", label="Gone", is_active=False)
    shipped["callback_request"].is_active = False
    shipped["callback_request"].save()
    page = Page(browser.get(PATH))
    radios = page.all("input[name=inquiry_type_id]")
    assert [(radio.value, "checked" in radio) for radio in radios] == [
        (str(shipped["question"].pk), True),
        (str(shipped["offer_request"].pk), False),
    ]
    options = [label.text for label in page.all("label") if label.has("[name=filter_option_ids]")]
    assert options == ["Groningen"]


def test_without_an_active_type_there_is_nothing_to_fill_in(browser, shipped):
    for inquiry_type in shipped.values():
        inquiry_type.is_active = False
        inquiry_type.save()
    main = Page(browser.get(PATH)).one("main")
    assert "There is no active inquiry type." in main.text and not main.has("form")


def test_an_inquiry_is_submitted_on_behalf_of_the_customer(browser, pro, user, inquiry_type, jan, typed):
    user.userhub_id = 789
    user.save()
    option = FilterOption.objects.create(group="Region", label="Groningen")
    response = browser.post(PATH, {**typed, "filter_option_ids": [option.pk]})
    inquiry = Inquiry.objects.get()
    assert response["Location"] == f"/inquiries/{inquiry.pk}"
    assert (inquiry.pro, inquiry.inquiry_type, inquiry.user_id, inquiry.created_by) == (pro, inquiry_type, 456, 789)
    assert (inquiry.subject, inquiry.message, inquiry.category) == ("Kitchen", "How much?", "roof")
    assert (inquiry.budget, inquiry.priority, inquiry.source) == (Decimal("4500.50"), "high", "workspace")
    assert list(inquiry.filter_options.all()) == [option]
    assert (inquiry.full_name, inquiry.business["company"]) == ("Jan <Vries>", "Bouw BV")
    assert [(row.to_status, row.by_name) for row in inquiry.history.all()] == [("submitted", str(user))]


def test_the_same_form_sent_twice_is_one_inquiry(browser, jan, typed):
    first, second = browser.post(PATH, typed), browser.post(PATH, typed)
    assert first["Location"] == second["Location"] and Inquiry.objects.count() == 1


def test_other_values_in_the_same_form_are_another_inquiry(browser, jan, typed):
    browser.post(PATH, typed)
    browser.post(PATH, {**typed, "subject": "Roof"})
    assert Inquiry.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_at_once_is_one_inquiry(browser, jan, typed, at_once):
    answers = at_once(6, lambda _n: browser.post(PATH, typed)["Location"])
    assert answers == [f"/inquiries/{Inquiry.objects.get().pk}"] * 6


def test_all_errors_are_shown_at_once_and_values_stay(browser, jan, typed):
    FilterOption.objects.create(group="Region", label="Groningen")
    bad = {
        "user_id": "9999",
        "inquiry_type_id": "0",
        "subject": "",
        "message": "Kept <words>",
        "category": "x" * 101,
        "budget": "-1",
        "priority": "nonsense",
        "filter_option_ids": ["0"],
    }
    page = Page(browser.post(PATH, {**typed, **bad}), 422)
    assert list(errors(page)) == [
        "user_id",
        "inquiry_type_id",
        "subject",
        "category",
        "budget",
        "priority",
        "filter_option_ids",
    ]
    fields = new_form(page).fields
    assert (fields["message"], fields["user_id"]) == ("Kept <words>", "9999")
    assert Inquiry.objects.count() == 0


def test_an_id_unknown_to_userhub(browser, typed):
    page = Page(browser.post(PATH, typed), 422)
    assert errors(page) == {"user_id": "UserHub knows no user of this id."}
    assert Inquiry.objects.count() == 0


@pytest.mark.parametrize("typed_budget", ["4.500,00", "4 500,00", "4 500,00 €", "4,500.00", "€ 4.500"])
def test_a_budget_is_read_however_it_is_written(browser, jan, typed, typed_budget):
    browser.post(PATH, {**typed, "budget": typed_budget})
    assert Inquiry.objects.get().budget == Decimal("4500.00")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (field, value)
        for field in ("user_id", "subject", "message", "category", "budget", "id")
        for value in ("a\0b", "x" * 10_001, "9" * 5000, "NaN", "-1")
        if value not in TEXTS.get(field, ())
    ],
)
def test_hostile_values_are_refused_beside_their_field(browser, jan, typed, field, value):
    page = Page(browser.post(PATH, {**typed, field: value}), 422)
    # The id is no visible field, so its error is above the form.
    assert list(errors(page)) == ([] if field == "id" else [field])
    assert new_form(page).has("[role=alert]")
    assert Inquiry.objects.count() == 0


@pytest.mark.parametrize(("field", "value"), [(field, value) for field in TEXTS for value in TEXTS[field]])
def test_a_text_may_read_like_anything(browser, jan, typed, field, value):
    response = browser.post(PATH, {**typed, field: value})
    inquiry = Inquiry.objects.get()
    assert response["Location"] == f"/inquiries/{inquiry.pk}"
    assert getattr(inquiry, field) == value


def test_an_unavailable_userhub_does_not_block_submission(browser, typed, settings):
    settings.USERHUB_URL, settings.USERHUB_TOKEN = "http://127.0.0.1:9", "secret"
    assert browser.post(PATH, typed).status_code == 302
    assert Inquiry.objects.get().is_waiting_for_profile


def test_the_look_up_shows_the_customer_before_submitting(browser, jan):
    page = Page(browser.get(LOOK_UP, {"user_id": " 456 "}, headers=HTMX))
    assert page.one("div#who").text == page.text == "Jan <Vries> · Bouw BV · Assen"


@pytest.mark.parametrize(
    ("typed_id", "text"),
    [
        ("", ""),
        ("9", "UserHub knows no user of this id."),
        ("0", "This is not the id of a UserHub user."),
        ("a\0b", "This is not the id of a UserHub user."),
        (str(2**63), "This is not the id of a UserHub user."),
        ("9" * 5000, "This is not the id of a UserHub user."),
    ],
)
def test_a_look_up_that_finds_nobody(browser, typed_id, text):
    assert Page(browser.get(LOOK_UP, {"user_id": typed_id}, headers=HTMX)).one("#who").text == text


def test_a_look_up_while_userhub_is_down(browser, settings):
    settings.USERHUB_URL, settings.USERHUB_TOKEN = "http://127.0.0.1:9", "secret"
    page = Page(browser.get(LOOK_UP, {"user_id": "456"}, headers=HTMX))
    assert (
        page.one("#who").text == "UserHub is not answering. You can submit the inquiry anyway; the profile will follow."
    )


def test_nobody_copies_the_directory_by_its_numbers(browser, jan, monkeypatch):
    monkeypatch.setattr(LOOK_UPS, "times", 1)
    assert "Jan" in Page(browser.get(LOOK_UP, {"user_id": "456"}, headers=HTMX)).text
    page = Page(browser.get(LOOK_UP, {"user_id": "456"}, headers=HTMX))
    assert "Too many look-ups." in page.one("#who").text and "Jan" not in page.text


def test_without_javascript_the_look_up_keeps_what_is_typed(browser, jan, typed):
    page = Page(browser.post(PATH, {**typed, "look": "1"}))
    assert "Jan <Vries>" in page.one("#who").text
    assert new_form(page).fields == {**typed, **dict.fromkeys(("contact_q", "name", "email", "phone"), "")}
    assert errors(page) == {} and Inquiry.objects.count() == 0


def test_it_is_closed_to_nobody_and_to_a_gated_pro(nobody, browser, pro, typed):
    assert nobody.get(PATH)["Location"] == "/sign-in?next=/inquiries/new"
    pro.cni_required = True
    pro.save()
    assert browser.post(PATH, typed)["Location"] == "/settings/identity"
    assert browser.get(LOOK_UP, {"user_id": "456"})["Location"] == "/settings/identity"
    assert Inquiry.objects.count() == 0


def test_an_option_deactivated_meanwhile_is_refused_beside_its_field(browser, inquiry_type, jan, typed, monkeypatch):
    option = FilterOption.objects.create(group="Region", label="Groningen")
    pk, fetch_profile = option.pk, userhub.fetch_profile

    def slowly(user_id, **_):
        FilterOption.objects.all().update(is_active=False)
        return fetch_profile(user_id)

    monkeypatch.setattr("inquiries.customers.userhub.fetch_profile", slowly)
    page = Page(browser.post(PATH, {**typed, "filter_option_ids": [pk]}), 422)
    assert errors(page) == {"filter_option_ids": f"There is no active filter option with these ids: {pk}."}
    assert not Inquiry.objects.exists()
