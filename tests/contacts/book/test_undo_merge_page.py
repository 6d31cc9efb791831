"""A merge on the page of the kept contact, its undo, and former pairs."""

import pytest

from contacts.book.merging import merge_contacts
from contacts.models import ContactMerge, DistinctPair
from tests.factories import ContactFactory
from tests.pages import Page

from .merges import ANNA
from .vissers import anna, anne, contact_path, messages, pair_path, stored, undo_path

__all__ = ["anna", "anne"]

HTMX = {"HX-Request": "true", "HX-Target": "merge"}
FORMER_PAIR = "One of the two contacts was archived or merged meanwhile. This is the current page."


def undo_forms(page):
    """The addresses of the forms that undo a merge, in the order of the page."""
    return page.values("form[action$='/undo']", "action")


def test_the_page_after_a_merge_offers_the_undo(browser, anna, anne):
    path = pair_path(anna, anne)
    browser.post(path, Page(browser.get(path)).form("#merge").fields)
    merge = ContactMerge.objects.get()
    page = Page(browser.get(contact_path(anna)))
    assert messages(page) == ["Anne Visser is merged into Anna Visser."]
    assert page.form("#toasts form").action == undo_path(merge)
    assert undo_forms(page) == [undo_path(merge)] * 2
    later = Page(browser.get(contact_path(anna)))
    assert (messages(later), undo_forms(later)) == ([], [undo_path(merge)])
    assert later.one("[aria-labelledby=merges-title]").texts("strong") == ["Anne Visser"]


def test_an_undo_twice_is_no_error(browser, user, anna, anne):
    merge = merge_contacts(anna, anne, by=user)
    for _ in range(2):
        response = browser.post(undo_path(merge), headers={"HX-Request": "true", "HX-Target": "toasts"})
        assert response["HX-Redirect"] == contact_path(anna)
    assert messages(Page(browser.get(contact_path(anna)))) == ["Anna Visser and Anne Visser are two contacts again."]


def test_the_page_of_a_merged_contact_redirects_to_the_end_of_the_chain(browser, user, pro, anna, anne):
    third = ContactFactory(pro=pro)
    merge_contacts(anna, anne, by=user)
    merge_contacts(third, anna, by=user)
    for merged in (anna, anne):
        response = browser.get(contact_path(merged))
        assert (response.status_code, response["Location"]) == (302, contact_path(third))


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("reason", ["archived", "merged", "merged into the other"])
def test_a_former_pair_redirects_to_the_remaining_contact(browser, user, pro, anna, anne, method, reason):
    fields = Page(browser.get(pair_path(anna, anne))).form("#merge").fields
    remaining = anna
    if reason == "archived":
        anne.archive(by=user)
    elif reason == "merged":
        merge_contacts(ContactFactory(pro=pro), anne, by=user)
    else:
        merge_contacts(anne, anna, by=user)
        remaining = anne
    response = getattr(browser, method)(pair_path(anna, anne), fields)
    assert (response.status_code, response["Location"]) == (302, contact_path(remaining))
    assert messages(Page(browser.get(contact_path(remaining)))) == [FORMER_PAIR]
    assert ContactMerge.objects.count() == (reason != "archived")


def test_the_form_of_a_former_pair_leaves_the_page(browser, user, anna, anne):
    merge_contacts(anna, anne, by=user)
    response = browser.get(pair_path(anna, anne), headers=HTMX)
    assert (response.status_code, response["HX-Redirect"], response.content) == (200, contact_path(anna), b"")


def test_a_pair_of_two_archived_contacts_is_404(browser, user, anna, anne):
    for contact in (anna, anne):
        contact.archive(by=user)
    page = Page(browser.get(pair_path(anna, anne)), status=404)
    assert (page.one("h1").text, "Visser" in page.text) == ("There is nothing here", False)


@pytest.mark.parametrize("action", ["merge", "apart"])
def test_a_pair_with_another_pros_an_unknown_or_the_same_contact_is_404(browser, anna, action):
    foreign = ContactFactory(name="A Foreigner", email=ANNA)
    gone = ContactFactory(pro=foreign.pro)
    merge_contacts(foreign, gone, by=None)
    for other in (foreign, gone, ContactFactory.build(), anna):
        for one, two in ((anna, other), (other, anna)):
            for response in (browser.get(pair_path(one, two)), browser.post(pair_path(one, two, action))):
                assert (response.status_code, b"Foreigner" in response.content) == (404, False)
    assert not DistinctPair.objects.exists()
    assert stored(foreign)["merged_into"] is None


def test_an_undo(browser, user, anna, anne):
    merge = merge_contacts(anna, anne, copy_fields={"name"}, by=user)
    response = browser.post(undo_path(merge))
    assert (response.status_code, response["Location"]) == (302, contact_path(anna))
    page = Page(browser.get(contact_path(anna)))
    assert messages(page) == ["Anne Visser and Anne Visser are two contacts again."]
    assert (page.one("h1").text, page.has("[aria-labelledby=merges-title]")) == ("Anna Visser", False)
    assert (stored(anna)["name"], stored(anne)["merged_into"]) == ("Anna Visser", None)
    assert ContactMerge.objects.get().undone_by == user


def test_a_refused_undo_is_explained(browser, user, pro, anna, anne):
    third = ContactFactory(pro=pro)
    merge = merge_contacts(anna, anne, by=user)
    merge_contacts(third, anna, by=user)
    response = browser.post(undo_path(merge), follow=True)
    assert [path for path, _status in response.redirect_chain] == [contact_path(anna), contact_path(third)]
    assert messages(Page(response)) == ["Undo the later merge first."]
    assert stored(anne)["merged_into"] == anna.pk


def test_an_undo_is_a_post(browser, user, anna, anne):
    merge = merge_contacts(anna, anne, by=user)
    response = browser.get(undo_path(merge))
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert ContactMerge.objects.get().undone_at is None


def test_another_pros_merge_is_404(other_browser, user, anna, anne):
    merge = merge_contacts(anna, anne, by=user)
    page = Page(other_browser.post(undo_path(merge)), status=404)
    assert "Visser" not in page.text
    assert ContactMerge.objects.get().undone_at is None
