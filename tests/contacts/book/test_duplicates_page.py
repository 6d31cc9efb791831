"""Likely duplicates on a contact's page, and pairs that are marked as different people."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.book.merging import merge_contacts
from contacts.models import DistinctPair
from tests.factories import ContactFactory
from tests.pages import Page

from .merges import PHONE
from .vissers import anna, anne, contact_path, messages, pair_path

__all__ = ["anna", "anne"]


def duplicates(page):
    """The names of the likely duplicates."""
    return page.texts("#duplicates .duplicate a[id]")


def test_a_duplicate_is_shown_with_its_reasons(browser, anna, anne):
    item = Page(browser.get(contact_path(anna))).one("#duplicates .duplicate")
    assert item.texts(".tag") == ["Same phone", "Similar name"]
    assert item.texts("p") == ["06 12 34 56 78"]
    assert item.values("a", "href") == [contact_path(anne), pair_path(anna, anne)]
    assert item.form().action == pair_path(anna, anne, "apart")


def test_without_duplicates_and_merges_there_is_no_card(browser, anna):
    page = Page(browser.get(contact_path(anna)))
    assert (page.one("#duplicates").text, page.has("[aria-labelledby=merges-title]")) == ("", False)


def test_two_distinct_contacts_are_not_suggested_until_it_is_undone(browser, user, anna, anne):
    response = browser.post(pair_path(anna, anne, "apart"))
    assert (response.status_code, response["Location"]) == (302, contact_path(anna))
    page = Page(browser.get(contact_path(anna)))
    assert messages(page) == ["Anna Visser and Anne Visser are no longer suggested as duplicates."]
    assert duplicates(page) == []
    pair = DistinctPair.objects.get()
    assert ({pair.first_id, pair.second_id}, pair.user) == ({anna.pk, anne.pk}, user)
    undo = page.form("#toasts form").action
    for _ in range(2):
        assert browser.post(undo)["Location"] == contact_path(anna)
    page = Page(browser.get(contact_path(anna)))
    assert (duplicates(page), messages(page)) == (["Anne Visser"], [])


def test_an_archived_contact_is_not_marked_as_distinct(browser, user, anna, anne):
    anne.archive(by=user)
    response = browser.post(pair_path(anna, anne, "apart"))
    assert (response.status_code, response["Location"]) == (302, contact_path(anna))
    assert not DistinctPair.objects.exists()


@pytest.mark.thorough
def test_the_page_takes_the_same_number_of_queries_for_one_and_for_ten(browser, user, pro, anna, anne):
    counts = []
    merge_contacts(anna, ContactFactory(pro=pro), by=user)
    browser.get(contact_path(anna))
    for _n in range(2):
        with CaptureQueriesContext(connection) as queries:
            browser.get(contact_path(anna))
        counts.append(len(queries))
        for _more in range(10):
            ContactFactory(pro=pro, name="Anna Visser", phone=PHONE)
            merge_contacts(anna, ContactFactory(pro=pro), by=user)
    assert counts[0] == counts[1]
