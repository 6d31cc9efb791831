"""/inquiries/<id>: its details, and two editors of its classification."""

from decimal import Decimal

import pytest
from django.utils import timezone

from inquiries.models import FilterOption, Inquiry

from ..pages import Page
from . import detail_page
from .detail_page import HTMX

path = detail_page.path


def test_the_details(browser, inquiry, path, user):
    inquiry.filter_options.set([FilterOption.objects.create(group="Region", label="Groningen")])
    Inquiry.objects.update(
        budget=Decimal("4500"), priority="high", category="roof", source="portal", responded_at=timezone.now()
    )
    assert (
        Page(browser.get(path))
        .one("#inquiry-details")
        .text.startswith(
            "Details Priority High Category roof Budget €4,500.00 Filter options Groningen Source portal "
            "Submitted by UserHub user 789 Received just now Answered not yet Edit"
        )
    )
    user.language = "nl"
    user.save()
    details = Page(browser.get(path)).one("#inquiry-details")
    assert "€\xa04.500,00" in details.raw_text


def test_the_classification_can_be_changed(browser, inquiry, path):
    here = FilterOption.objects.create(group="Region", label="Here")
    gone = FilterOption.objects.create(group="Region", label="Gone", is_active=False)
    inquiry.filter_options.set([gone])
    page = Page(browser.get(path))
    # An option that the inquiry has may stay.
    assert fields(page)["filter_options"] == str(gone.pk)
    typed = {"priority": "urgent", "category": " roof ", "filter_options": [here.pk]}
    assert browser.post(f"{path}/facts", typed)["Location"] == path
    inquiry = Inquiry.objects.get()
    assert (inquiry.priority, inquiry.category, list(inquiry.filter_options.all())) == ("urgent", "roof", [here])


def fields(page):
    """The fields of the classification form, unedited."""
    return page.form("#inquiry-details form").fields


@pytest.fixture
def region(db):
    return [FilterOption.objects.create(group="Region", label=label) for label in ("North", "South")]


@pytest.fixture
def facts():
    def read():
        inquiry = Inquiry.objects.get()
        return inquiry.priority, inquiry.category, [option.label for option in inquiry.filter_options.order_by("label")]

    return read


@pytest.mark.parametrize("typed", [{"priority": "low"}, {"category": "mine"}, {"filter_options": "{north}"}])
@pytest.mark.parametrize("headers", [{}, {**HTMX, "HX-Target": "inquiry-details"}], ids=["page", "htmx"])
def test_of_two_editors_the_second_sees_the_conflict_and_loses_nothing(
    browser, inquiry, path, facts, region, headers, typed
):
    north, south = region
    sent = fields(Page(browser.get(path)))
    inquiry.classify(priority="urgent", category="<theirs>", filter_options=[south.pk])
    typed = {name: value.format(north=north.pk) for name, value in typed.items()}
    page = Page(browser.post(f"{path}/facts", {**sent, **typed}, headers=headers), 409)
    assert facts() == ("urgent", "<theirs>", ["South"])
    details = page.one("#inquiry-details").text
    conflict = "Somebody else changed these details while you were editing. Your changes are still here and not saved."
    assert conflict in details
    assert "Current values: Priority Urgent Category <theirs> Filter options South" in details
    again = fields(page)
    assert {name: again[name] for name in typed} == typed
    assert browser.post(f"{path}/facts", again).status_code == 302
    # What the second one never touched stays the first one's.
    mine = {"priority": "low", "category": "mine", "filter_options": ["North"]}
    theirs = {"priority": "urgent", "category": "<theirs>", "filter_options": ["South"]}
    assert facts() == tuple({**theirs, **{name: mine[name] for name in typed}}.values())


def test_edits_of_different_values_do_not_conflict(browser, inquiry, path, facts, region):
    sent = fields(Page(browser.get(path)))
    inquiry.classify(priority="urgent", filter_options=[region[1].pk])
    assert browser.post(f"{path}/facts", {**sent, "category": "mine"}).status_code == 302
    assert facts() == ("urgent", "mine", ["South"])


def test_the_same_twice_is_no_conflict(browser, inquiry, path, facts, region):
    sent = fields(Page(browser.get(path)))
    for _ in range(2):
        typed = {"priority": "low", "category": " x ", "filter_options": [region[0].pk]}
        assert browser.post(f"{path}/facts", {**sent, **typed}).status_code == 302
    assert facts() == ("low", "x", ["North"])


def test_a_refusal_does_not_make_an_old_page_a_new_one(browser, inquiry, path, facts):
    sent = fields(Page(browser.get(path)))
    inquiry.classify(category="theirs")
    refused = Page(browser.post(f"{path}/facts", {**sent, "category": "x" * 101}), 422)
    assert browser.post(f"{path}/facts", {**fields(refused), "category": "mine"}).status_code == 409
    assert facts() == ("normal", "theirs", [])


@pytest.mark.parametrize("was", ["", "a\0b", "x" * 5000, "9" * 400, "[" * 5000])
@pytest.mark.parametrize("name", ["was_priority", "was_category", "was_filter_options"])
def test_malformed_original_values_overwrite_nothing(browser, inquiry, path, facts, region, name, was):
    inquiry.classify(priority="high", category="roof", filter_options=[region[0].pk])
    sent = fields(Page(browser.get(path)))
    typed = {"priority": "low", "category": "x", "filter_options": []}
    assert browser.post(f"{path}/facts", {**sent, **typed, name: was}).status_code == 409
    assert facts() == ("high", "roof", ["North"])


@pytest.mark.parametrize(
    "typed",
    [
        {"priority": "nonsense", "category": ""},
        {"priority": "low", "category": "x" * 101},
        {"priority": "low", "category": "a\0b"},
        {"priority": "low", "category": "", "filter_options": [2**80]},
        {},
    ],
)
def test_an_invalid_classification_is_refused(browser, inquiry, path, typed):
    FilterOption.objects.create(group="Region", label="Here")
    page = Page(browser.post(f"{path}/facts", typed, headers={**HTMX, "HX-Target": "inquiry-details"}), 422)
    for answer in (page, Page(browser.post(f"{path}/facts", typed), 422)):
        assert "open" in answer.one("#inquiry-details details")
        assert answer.has("#inquiry-details [aria-invalid=true]")
    inquiry = Inquiry.objects.get()
    assert (inquiry.priority, inquiry.category) == ("normal", "")


def test_htmx_gets_the_details(browser, inquiry, path):
    response = browser.post(
        f"{path}/facts", {"priority": "low", "category": ""}, headers={**HTMX, "HX-Target": "inquiry-details"}
    )
    assert Page(response).one("#inquiry-details").text.startswith("Details Priority Low Category –")
