"""Archive a contact, undo it, restore it later."""

import re

import pytest

from contacts.models import Contact


@pytest.fixture
def jane(contact):
    return contact(name="Jane <b>")


def test_archive_and_undo(browser, jane, user):
    response = browser.post(f"/contacts/{jane.pk}/archive")
    assert (response.status_code, response["Location"]) == (302, f"/contacts?archived={jane.pk}")
    html = browser.get(response["Location"]).content.decode()
    assert "Jane &lt;b&gt; is archived." in html and "data-row" not in html
    [undo] = re.findall(r'action="(/contacts/[^"]+/restore)"', html)
    response = browser.post(undo, follow=True)
    assert response.redirect_chain == [(f"/contacts/{jane.pk}", 302)]
    assert "Jane &lt;b&gt; is restored." in response.content.decode()
    assert Contact.objects.get().deleted_at is None
    assert list(jane.events.values_list("kind", "user")) == [("deleted", user.pk), ("restored", user.pk)]
    # The offer to undo ends with it.
    assert "is archived." not in browser.get(f"/contacts?archived={jane.pk}").content.decode()


@pytest.mark.parametrize("verb", ["archive", "restore"])
def test_twice_is_once(browser, jane, verb):
    if verb == "restore":
        jane.archive(by=None)
    for _ in range(2):
        assert browser.post(f"/contacts/{jane.pk}/{verb}").status_code == 302
    assert (Contact.objects.get().deleted_at is None) == (verb == "restore")
    assert jane.events.filter(kind={"archive": "deleted", "restore": "restored"}[verb]).count() == 1


@pytest.mark.parametrize("verb", ["archive", "restore"])
def test_another_pros_contact_is_404(other_browser, jane, verb):
    if verb == "restore":
        jane.archive(by=None)
    before = Contact.objects.values().get()
    assert other_browser.post(f"/contacts/{jane.pk}/{verb}").status_code == 404
    assert Contact.objects.values().get() == before
    assert "Jane" not in other_browser.get(f"/contacts?archived={jane.pk}").content.decode()


@pytest.mark.parametrize("verb", ["archive", "restore"])
def test_reading_changes_nothing(browser, jane, verb):
    assert browser.get(f"/contacts/{jane.pk}/{verb}").status_code == 405
    assert Contact.objects.get().deleted_at is None
