"""/settings/profile: the user's name and language; /settings/office: the Pro's card."""

import pytest

from config.accounts.models import Pro

from ..pages import Page

PATH, OFFICE = "/settings/profile", "/settings/office"


def business_form(**changes):
    fields = {
        "name": "Agence",
        "email": "a@example.com",
        "phone": "",
        "country": "BE",
        "language": "nl",
        "time_zone": "Europe/Brussels",
        **changes,
    }
    return {"business": "1", **{f"business-{name}": value for name, value in fields.items()}}


def test_the_language_changes_at_once(browser, user):
    person = {"person-name": "Olive", "person-language": "fr", "person-undo_seconds": "10"}
    response = browser.post(PATH, {"person": "1", **person})
    assert response["Location"] == PATH
    user.refresh_from_db()
    assert (user.name, user.language) == ("Olive", "fr")
    page = Page(browser.get(PATH))
    assert (page.one("html")["lang"], page.texts(".message")) == ("fr", ["Enregistré."])


def test_the_business_is_changed(browser, pro):
    assert browser.post(OFFICE, business_form())["Location"] == OFFICE
    pro.refresh_from_db()
    assert (pro.name, pro.email, pro.country) == ("Agence", "a@example.com", "BE")
    assert (pro.language, pro.time_zone) == ("nl", "Europe/Brussels")


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"email": "x"},
        {"country": "Belgium"},
        {"country": "be"},
        {"language": "de"},
        {"time_zone": "Mars/X"},
    ],
)
def test_an_invalid_value_is_named_and_nothing_changes(browser, pro, changes):
    before = Pro.objects.values().get(pk=pro.pk)
    page = Page(browser.post(OFFICE, business_form(**changes)), 422)
    (field,) = changes
    assert [element["id"] for element in page.all("[aria-invalid=true]")] == [f"id_business-{field}"]
    assert Pro.objects.values().get(pk=pro.pk) == before


def test_the_pro_cannot_lift_its_gate_or_change_its_plan(browser, pro):
    browser.post(OFFICE, {**business_form(), "business-plan": "enterprise", "business-cni_required": "on"})
    pro.refresh_from_db()
    assert (pro.name, pro.plan, pro.cni_required) == ("Agence", "free", False)
