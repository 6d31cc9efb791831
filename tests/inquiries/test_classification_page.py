"""/inquiries/<id>: its details, and two editors of its classification."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.utils import timezone

from inquiries.models import FilterOption, Inquiry

from . import detail_page
from .detail_page import HTMX, html, text

path = detail_page.path


def test_the_details(browser, inquiry, path, user):
    inquiry.filter_options.set([FilterOption.objects.create(group="Region", label="Groningen")])
    Inquiry.objects.update(
        budget=Decimal("4500"), priority="high", category="roof", source="portal", responded_at=timezone.now()
    )
    assert text(html(browser.get(path)), "inquiry-details").startswith(
        "Details Priority High Category roof Budget €4,500.00 Filter options Groningen Source portal "
        "Submitted by UserHub user 789 Received just now Responded just now Edit"
    )
    user.language = "nl"
    user.save()
    assert "€\xa04.500,00" in html(browser.get(path))


def test_the_classification_can_be_changed(browser, inquiry, path):
    here = FilterOption.objects.create(group="Region", label="Here")
    gone = FilterOption.objects.create(group="Region", label="Gone", is_active=False)
    inquiry.filter_options.set([gone])
    page = html(browser.get(path))
    assert f'value="{gone.pk}"' in page  # It has it, so it may keep it.
    typed = {"priority": "urgent", "category": " roof ", "filter_options": [here.pk]}
    assert browser.post(f"{path}/facts", typed)["Location"] == path
    found = Inquiry.objects.get()
    assert (found.priority, found.category, list(found.filter_options.all())) == ("urgent", "roof", [here])


def fields(page):
    """The fields of the classification form, unedited."""
    form = re.search(r'<section[^>]* id="inquiry-details".*?</section>', page, re.S)[0]
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf' {part}="([^"]*)"', tag) for part in ("name", "value"))
        if 'type="checkbox"' not in tag or " checked" in tag:
            sent.setdefault(name[1], []).append(unescape(value[1]) if value else "")
    sent["priority"] = re.findall(r'<option value="([^"]*)" selected', form)
    return sent


@pytest.fixture
def region(db):
    return [FilterOption.objects.create(group="Region", label=label) for label in ("North", "South")]


@pytest.fixture
def facts():
    def read():
        found = Inquiry.objects.get()
        return found.priority, found.category, [option.label for option in found.filter_options.order_by("label")]

    return read


TYPED = [({"priority": ["low"]}, "Low"), ({"category": ["mine"]}, "mine"), ({"filter_options": ["{north}"]}, "North")]


@pytest.mark.parametrize(("typed", "shown"), TYPED)
@pytest.mark.parametrize("headers", [{}, {**HTMX, "HX-Target": "inquiry-details"}], ids=["page", "htmx"])
def test_of_two_editors_the_second_sees_the_conflict_and_loses_nothing(
    browser, inquiry, path, facts, region, headers, typed, shown
):
    north, south = region
    sent = fields(html(browser.get(path)))
    inquiry.classify(priority="urgent", category="<theirs>", filter_options=[south.pk])
    typed = {name: [value.format(north=north.pk) for value in values] for name, values in typed.items()}
    page = html(browser.post(f"{path}/facts", {**sent, **typed}, headers=headers), 409)
    assert facts() == ("urgent", "<theirs>", ["South"])
    said = text(page, "inquiry-details")
    assert (
        "Somebody else changed these details while you were editing. Your changes are still here and not saved." in said
    )
    assert "Current values: Priority Urgent Category &lt;theirs&gt; Filter options South" in said
    again = fields(page)
    assert {name: again[name] for name in typed} == typed
    assert browser.post(f"{path}/facts", again).status_code == 302
    # What the second one never touched stays the first one's.
    mine = {"priority": "low", "category": "mine", "filter_options": ["North"]}
    theirs = {"priority": "urgent", "category": "<theirs>", "filter_options": ["South"]}
    assert facts() == tuple({**theirs, **{name: mine[name] for name in typed}}.values())


def test_edits_of_different_values_do_not_conflict(browser, inquiry, path, facts, region):
    sent = fields(html(browser.get(path)))
    inquiry.classify(priority="urgent", filter_options=[region[1].pk])
    assert browser.post(f"{path}/facts", {**sent, "category": "mine"}).status_code == 302
    assert facts() == ("urgent", "mine", ["South"])


def test_the_same_twice_is_no_conflict(browser, inquiry, path, facts, region):
    sent = fields(html(browser.get(path)))
    for _ in range(2):
        typed = {"priority": "low", "category": " x ", "filter_options": [region[0].pk]}
        assert browser.post(f"{path}/facts", {**sent, **typed}).status_code == 302
    assert facts() == ("low", "x", ["North"])


def test_a_refusal_does_not_make_an_old_page_a_new_one(browser, inquiry, path, facts):
    sent = fields(html(browser.get(path)))
    inquiry.classify(category="theirs")
    refused = html(browser.post(f"{path}/facts", {**sent, "category": "x" * 101}), 422)
    assert browser.post(f"{path}/facts", {**fields(refused), "category": "mine"}).status_code == 409
    assert facts() == ("normal", "theirs", [])


@pytest.mark.parametrize("was", ["", "a\0b", "x" * 5000, "9" * 400, "[" * 5000])
@pytest.mark.parametrize("name", ["was_priority", "was_category", "was_filter_options"])
def test_malformed_original_values_overwrite_nothing(browser, inquiry, path, facts, region, name, was):
    inquiry.classify(priority="high", category="roof", filter_options=[region[0].pk])
    sent = fields(html(browser.get(path)))
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
    page = html(browser.post(f"{path}/facts", typed, headers={**HTMX, "HX-Target": "inquiry-details"}), 422)
    assert "<details open>" in page and 'aria-invalid="true"' in page
    html(browser.post(f"{path}/facts", typed), 422)
    found = Inquiry.objects.get()
    assert (found.priority, found.category) == ("normal", "")


def test_htmx_gets_the_details(browser, inquiry, path):
    response = browser.post(
        f"{path}/facts", {"priority": "low", "category": ""}, headers={**HTMX, "HX-Target": "inquiry-details"}
    )
    assert text(html(response), "inquiry-details").startswith("Details Priority Low Category –")
