"""The pages of the settings, in a real browser."""

import pytest

from tests.suite import thorough_but

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("profile", "notifications", "replies", "audit", "privacy", "channels", "webhooks")


@pytest.mark.parametrize("width", thorough_but(1000, of=[1000, 1280]))
def test_their_tabs_never_reach_beyond_the_window_and_the_rail_says_me(enter, user, width):
    user.language = "fr"
    user.save()
    page = enter("/settings/profile", viewport={"width": width, "height": 860})
    for name in PAGES:
        page.goto(page.url.rpartition("/")[0] + f"/{name}")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        marked = page.locator("nav a[aria-current=page]").evaluate_all("all => all.map(each => each.pathname)")
        assert marked == ["/settings/profile", f"/settings/{name}"]
