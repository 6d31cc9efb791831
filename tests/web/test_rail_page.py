"""The main navigation: which of its places a page belongs to."""

import pytest

from ..pages import Page

pytestmark = pytest.mark.django_db


def current(browser, path):
    return Page(browser.get(path)).texts(".rail [aria-current] > span:last-child")


def test_all_settings_belong_to_me(browser):
    paths = [link["href"] for link in Page(browser.get("/settings/profile")).all(".settings-nav a")]
    assert len(paths) > 15
    assert {path: current(browser, path) for path in paths} == {path: ["Me"] for path in paths}


@pytest.mark.parametrize(
    ("path", "place"),
    [("/inbox/later", "Waiting"), ("/contacts", "People"), ("/inquiries", "Inquiries"), ("/properties", "Properties")],
)
def test_each_room_has_its_place(browser, path, place):
    assert current(browser, path) == [place]
