"""The main navigation: which of its places a page belongs to."""

import pytest

from config.accounts.models import User

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
    [
        ("/inbox/later", "Waiting"),
        ("/contacts", "Contacts"),
        ("/inquiries", "Inquiries"),
        ("/properties", "Properties"),
    ],
)
def test_each_room_has_its_place(browser, path, place):
    assert current(browser, path) == [place]


@pytest.mark.parametrize(
    ("language", "name", "keys"),
    [
        ("en", "Contacts", "go to who waits, to contacts, to inquiries, to properties"),
        ("fr", "Contacts", "aller aux personnes en attente, aux contacts, aux dossiers, aux biens"),
        ("nl", "Contacten", "naar wie wacht, naar contacten, naar aanvragen, naar panden"),
    ],
)
def test_contacts_have_one_name(browser, user, language, name, keys):
    User.objects.update(language=language)
    page = Page(browser.get("/contacts"))
    assert page.texts("title, h1, .rail [aria-current] > span:last-child") == [f"{name} · Vestibule", name, name]
    assert page.texts("#keys dd")[9] == keys
