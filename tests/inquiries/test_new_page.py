"""/inquiries/new: an inquiry submitted for a customer."""

import re
import uuid
from decimal import Decimal

import pytest

from inquiries.customers import userhub
from inquiries.models import DirectoryUser, FilterOption, Inquiry
from inquiries.views.new import LOOK_UPS

PATH = "/inquiries/new"
LOOK_UP = "/inquiries/new/customer"
HTMX = {"HX-Request": "true", "HX-Target": "who"}
# What is no fault in a field of text.
TEXTS = {"subject": ["NaN", "-1"], "message": ["9" * 5000, "NaN", "-1"], "category": ["NaN", "-1"]}


def html(response, status=200):
    assert response.status_code == status, response.content
    return response.content.decode()


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def wrong(page):
    """The names of the fields with errors."""
    return re.findall(r'<ul class="errorlist" id="id_(\w+)_error"', page)


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
    page = html(browser.get(PATH))
    inquiry_types = re.findall(r'name="inquiry_type_id" value="(\d+)"( checked)?', page)
    assert inquiry_types == [(str(shipped["question"].pk), " checked"), (str(shipped["offer_request"].pk), "")]
    assert "Groningen" in page and "Gone" not in page


def test_without_an_active_type_there_is_nothing_to_fill_in(browser, shipped):
    for inquiry_type in shipped.values():
        inquiry_type.is_active = False
        inquiry_type.save()
    assert "There is no active inquiry type." in html(browser.get(PATH))


def test_an_inquiry_is_submitted_on_behalf_of_the_customer(browser, pro, user, inquiry_type, jan, typed):
    user.userhub_id = 789
    user.save()
    option = FilterOption.objects.create(group="Region", label="Groningen")
    response = browser.post(PATH, {**typed, "filter_option_ids": [option.pk]})
    found = Inquiry.objects.get()
    assert response["Location"] == f"/inquiries/{found.pk}"
    assert (found.pro, found.inquiry_type, found.user_id, found.created_by) == (pro, inquiry_type, 456, 789)
    assert (found.subject, found.message, found.category) == ("Kitchen", "How much?", "roof")
    assert (found.budget, found.priority, found.source) == (Decimal("4500.50"), "high", "workspace")
    assert list(found.filter_options.all()) == [option]
    assert (found.full_name, found.business["company"]) == ("Jan <Vries>", "Bouw BV")
    assert [(row.to_status, row.by_name) for row in found.history.all()] == [("submitted", str(user))]


def test_the_same_form_sent_twice_is_one_inquiry(browser, jan, typed):
    first, second = browser.post(PATH, typed), browser.post(PATH, typed)
    assert first["Location"] == second["Location"] and Inquiry.objects.count() == 1


def test_other_words_in_the_same_form_are_another_inquiry(browser, jan, typed):
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
    page = html(browser.post(PATH, {**typed, **bad}), 422)
    assert wrong(page) == [
        "user_id",
        "inquiry_type_id",
        "subject",
        "category",
        "budget",
        "priority",
        "filter_option_ids",
    ]
    assert "Kept &lt;words&gt;</textarea>" in page and 'value="9999"' in page
    assert Inquiry.objects.count() == 0


def test_an_id_unknown_to_userhub(browser, typed):
    page = html(browser.post(PATH, typed), 422)
    assert wrong(page) == ["user_id"] and "UserHub knows no user of this id." in page


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
    page = html(browser.post(PATH, {**typed, field: value}), 422)
    # What no field shows is said above the form.
    assert wrong(page) == ([] if field == "id" else [field])
    assert Inquiry.objects.count() == 0


@pytest.mark.parametrize(("field", "value"), [(field, value) for field in TEXTS for value in TEXTS[field]])
def test_a_text_may_read_like_anything(browser, jan, typed, field, value):
    response = browser.post(PATH, {**typed, field: value})
    found = Inquiry.objects.get()
    assert (response.status_code, response["Location"], getattr(found, field)) == (302, f"/inquiries/{found.pk}", value)


def test_an_unavailable_userhub_does_not_block_submission(browser, typed, settings):
    settings.USERHUB_URL, settings.USERHUB_TOKEN = "http://127.0.0.1:9", "secret"
    assert browser.post(PATH, typed).status_code == 302
    assert Inquiry.objects.get().is_waiting_for_profile


def test_the_look_up_shows_the_customer_before_submitting(browser, jan):
    page = html(browser.get(LOOK_UP, {"user_id": " 456 "}, headers=HTMX))
    assert words(page) == "Jan &lt;Vries&gt; · Bouw BV · Assen" and page.strip().startswith('<div id="who"')


@pytest.mark.parametrize(
    ("typed_id", "said"),
    [
        ("", ""),
        ("9", "UserHub knows no user of this id."),
        ("0", "This is not the id of a UserHub user."),
        ("a\0b", "This is not the id of a UserHub user."),
        (str(2**63), "This is not the id of a UserHub user."),
        ("9" * 5000, "This is not the id of a UserHub user."),
    ],
)
def test_a_look_up_that_finds_nobody(browser, typed_id, said):
    assert words(html(browser.get(LOOK_UP, {"user_id": typed_id}, headers=HTMX))) == said


def test_a_look_up_while_userhub_is_down(browser, settings):
    settings.USERHUB_URL, settings.USERHUB_TOKEN = "http://127.0.0.1:9", "secret"
    page = html(browser.get(LOOK_UP, {"user_id": "456"}, headers=HTMX))
    assert words(page) == "UserHub is not answering. You can submit the inquiry anyway; the profile will follow."


def test_nobody_copies_the_directory_by_its_numbers(browser, jan, monkeypatch):
    monkeypatch.setattr(LOOK_UPS, "times", 1)
    html(browser.get(LOOK_UP, {"user_id": "456"}, headers=HTMX))
    page = html(browser.get(LOOK_UP, {"user_id": "456"}, headers=HTMX))
    assert "Too many look-ups." in page and "Jan" not in page


def test_without_javascript_the_look_up_keeps_what_is_typed(browser, jan, typed):
    page = html(browser.post(PATH, {**typed, "look": "1"}))
    assert "Jan &lt;Vries&gt;" in page and "How much?</textarea>" in page and typed["id"] in page
    assert wrong(page) == [] and Inquiry.objects.count() == 0


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

    def slowly(user_id):
        FilterOption.objects.all().update(is_active=False)
        return fetch_profile(user_id)

    monkeypatch.setattr("inquiries.customers.userhub.fetch_profile", slowly)
    page = html(browser.post(PATH, {**typed, "filter_option_ids": [pk]}), 422)
    assert f"There is no active filter option with these ids: {pk}." in page
    assert not Inquiry.objects.exists()
