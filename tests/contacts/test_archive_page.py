"""Archive a contact, undo it, and restore it later."""

import pytest

from contacts.models import Contact
from tests.pages import Page


@pytest.fixture
def jane(contact):
    return contact(name="Jane <b>")


def test_archive_and_undo(browser, jane, user):
    response = browser.post(f"/contacts/{jane.pk}/archive")
    assert (response.status_code, response["Location"]) == (302, f"/contacts?archived={jane.pk}")
    page = Page(browser.get(response["Location"]))
    assert (page.texts(".message p"), page.texts("[data-row]")) == (["Jane <b> is archived."], [])
    response = browser.post(page.form(".message").action, follow=True)
    assert response.redirect_chain == [(f"/contacts/{jane.pk}", 302)]
    assert Page(response).texts(".message") == ["Jane <b> is restored."]
    assert Contact.objects.get().deleted_at is None
    assert list(jane.events.values_list("kind", "user")) == [("deleted", user.pk), ("restored", user.pk)]
    # Afterwards the undo is not offered any more.
    page = Page(browser.get(f"/contacts?archived={jane.pk}"))
    assert (page.texts("[data-row]"), page.texts(".message")) == (["Jane <b>"], [])


@pytest.mark.parametrize("verb", ["archive", "restore"])
def test_a_second_time_changes_nothing(browser, jane, verb):
    if verb == "restore":
        jane.archive(by=None)
    location = f"/contacts?archived={jane.pk}" if verb == "archive" else f"/contacts/{jane.pk}"
    for _ in range(2):
        response = browser.post(f"/contacts/{jane.pk}/{verb}")
        assert (response.status_code, response["Location"]) == (302, location)
    assert (Contact.objects.get().deleted_at is None) == (verb == "restore")
    assert jane.events.filter(kind={"archive": "deleted", "restore": "restored"}[verb]).count() == 1


@pytest.mark.parametrize("verb", ["archive", "restore"])
def test_another_pros_contact_is_404(other_browser, jane, verb):
    if verb == "restore":
        jane.archive(by=None)
    before = Contact.objects.values().get()
    assert "Jane" not in Page(other_browser.post(f"/contacts/{jane.pk}/{verb}"), status=404).text
    assert Contact.objects.values().get() == before
    assert Page(other_browser.get(f"/contacts?archived={jane.pk}")).texts(".message") == []


@pytest.mark.parametrize("verb", ["archive", "restore"])
def test_a_get_changes_nothing(browser, jane, verb):
    response = browser.get(f"/contacts/{jane.pk}/{verb}")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert Contact.objects.get().deleted_at is None
