"""The navigation of a phone: every label on a place of its own, on the narrowest screen and in the longest words."""

from itertools import combinations

import pytest
from playwright.sync_api import expect

from tests.suite import thorough_but

pytestmark = pytest.mark.django_db(transaction=True)
NARROW = {"viewport": {"width": 320, "height": 640}}
BOXES = """() => [...document.querySelectorAll(".rail :is(a, button):not(.brand)")]
  .filter((item) => item.checkVisibility())
  .map((item) => [item, item.querySelector("span")].map((each) => {
    const { left, right, width } = each.getBoundingClientRect();
    return { words: item.textContent.trim(), left, right, width };
  }))"""


@pytest.mark.parametrize("language", thorough_but("fr", of=["en", "fr", "nl"]))
@pytest.mark.parametrize("is_staff", thorough_but(True, of=[False, True]))
def test_no_label_overlaps_another_or_leaves_the_screen(enter, user, language, is_staff):
    user.language, user.is_staff = language, is_staff
    user.save()
    page = enter("/inquiries", **NARROW)
    boxes = page.evaluate(BOXES)
    assert len(boxes) == 4 + is_staff
    items, labels = zip(*boxes, strict=True)
    for some in (items, labels):
        assert [box for box in some if box["left"] < 0 or box["right"] > 320] == []
        assert [pair for pair in combinations(some, 2) if overlap(*pair)] == []
    # WCAG 2.2, 2.5.8: a finger finds each of them.
    assert [item for item in items if item["width"] < 24] == []


def test_the_api_and_the_way_out_are_on_the_settings_of_a_phone(enter):
    page = enter("/settings/profile", **NARROW)
    expect(page.locator("main").get_by_role("link", name="API", exact=True)).to_be_visible()
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")


def overlap(one, other):
    return one["left"] < other["right"] and other["left"] < one["right"]
