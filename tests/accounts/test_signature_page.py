"""/settings leads to the profile; /settings/signature; the seconds to undo."""

import pytest

from config.accounts.models import Signature, User
from tests.pages import Page

PATH = "/settings/signature"


def signatures(user):
    return dict(user.signatures.values_list("language", "text"))


def test_settings_lead_to_the_profile(browser, nobody):
    assert browser.get("/settings")["Location"] == "/settings/profile"
    assert nobody.get("/settings")["Location"] == "/sign-in?next=/settings"
    tabs = Page(browser.get("/settings/profile")).one("nav.tabs")
    assert tabs.texts("a")[:4] == ["Profile", "Notifications", "Signature", "Canned replies"]
    for path, name in ((PATH, "Signature"), ("/settings/replies", "Canned replies")):
        assert Page(browser.get(path)).texts("nav.tabs [aria-current]") == [name]


def test_a_signature_a_language(browser, other_browser, user, other_user):
    assert Page(browser.get(PATH)).form("form.card").fields == {"en": "", "fr": "", "nl": ""}
    for _ in range(2):
        response = browser.post(PATH, {"en": "Olive\r\nAgence", "fr": "", "nl": "  Olive "})
        assert response["Location"] == PATH
    assert signatures(user) == {"en": "Olive\nAgence", "nl": "Olive"}
    page = Page(browser.get(PATH))
    assert (page.one("[name=en]").value.strip(), page.one("[name=fr]").value.strip()) == ("Olive\nAgence", "")
    other_browser.post(PATH, {"en": "Other"})
    browser.post(PATH, {"en": "", "fr": "Olive"})
    assert (signatures(user), signatures(other_user)) == ({"fr": "Olive"}, {"en": "Other"})


@pytest.mark.parametrize("text", ["x" * 1001, "a\0b"])
def test_an_unusable_one_changes_nothing_and_stays(browser, user, text):
    Signature.objects.write(user, {"en": "Before", "fr": "Avant"})
    page = Page(browser.post(PATH, {"en": text, "fr": "Après"}), status=422)
    assert len(page.texts(".errorlist li")) == 1
    assert page.one("[name=fr]").value.strip() == "Après"
    assert signatures(user) == {"en": "Before", "fr": "Avant"}


@pytest.mark.parametrize(
    ("seconds", "is_taken"), [("0", True), ("30", True), ("31", False), ("-1", False), ("x", False)]
)
def test_the_seconds_to_undo(browser, user, seconds, is_taken):
    assert Page(browser.get("/settings/profile")).one("[name=person-undo_seconds]").value == "10"
    fields = {"person": "1", "person-name": "Olive", "person-language": "en", "person-undo_seconds": seconds}
    response = browser.post("/settings/profile", fields)
    assert response.status_code == (302 if is_taken else 422)
    assert User.objects.get(pk=user.pk).undo_seconds == (int(seconds) if is_taken else 10)
