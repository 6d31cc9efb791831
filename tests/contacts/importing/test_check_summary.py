"""The summary of a check: what is imported, which rows are refused, and what is there already, for all counts."""

import pytest

from config.accounts.models import User
from contacts.models import Contact

from ...pages import Page
from ..imports import checked

pytestmark = pytest.mark.django_db

KNOWN, REFUSED, NEW = "K,k@example.org\n", "Anna,anna@\n", "New {0},new{0}@example.org\n"
COMPLETED = "K,k@example.org,0612345678\n"


@pytest.fixture(autouse=True)
def known(pro):
    return Contact.objects.register(pro, name="K", email="k@example.org")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (KNOWN, "All rows of this file are in your contacts already."),
        (REFUSED, "Every row is refused. See the reasons below."),
        (REFUSED * 2, "Every row is refused. See the reasons below."),
        (REFUSED + KNOWN, "1 row is refused. The other row is in your contacts already."),
        (REFUSED + KNOWN * 2, "1 row is refused. The other 2 rows are in your contacts already."),
        (REFUSED * 2 + KNOWN, "2 rows are refused. The other row is in your contacts already."),
        (REFUSED * 1001 + KNOWN * 2, "1,001 rows are refused. The other 2 rows are in your contacts already."),
    ],
)
def test_without_anything_to_import_there_is_a_reason_and_no_button(browser, user, work_tasks, lines, message):
    contact_import = checked(user, f"name,email\n{lines}", work_tasks)
    page = Page(browser.get(f"/contacts/import/{contact_import.pk}"))
    card = page.one("[aria-labelledby=go-title]")
    assert card.texts("h2, p") == ["Nothing to import", message, "Change the columns"]
    assert page.values("main form", "action") == [f"/contacts/import/{contact_import.pk}/discard"]


@pytest.mark.parametrize(
    ("lines", "title", "message"),
    [
        (NEW.format(1), "1 contact to import", "1 is new."),
        (NEW.format(1) + REFUSED + KNOWN, "1 contact to import", "1 is new. 1 row is refused."),
        (COMPLETED + REFUSED * 2, "1 contact to import", "1 existing contact is completed. 2 rows are refused."),
        (
            NEW.format(1) + NEW.format(2) + "L,l@example.org,123\n" + REFUSED * 1001,
            "3 contacts to import",
            "3 are new. 1,001 rows are refused. In 1 row an unusable value is left out.",
        ),
    ],
)
def test_what_is_imported_and_what_is_not(browser, user, work_tasks, lines, title, message):
    contact_import = checked(user, f"name,email,phone\n{lines}", work_tasks)
    page = Page(browser.get(f"/contacts/import/{contact_import.pk}"))
    assert page.one("[aria-labelledby=go-title]").texts("h2, p") == [title, message]


@pytest.mark.parametrize(
    ("language", "one", "more"),
    [
        (
            "fr",
            "1 ligne est refusée. L’autre ligne est déjà dans vos contacts.",
            "2 lignes sont refusées. Les 2 autres lignes sont déjà dans vos contacts.",
        ),
        (
            "nl",
            "1 rij is geweigerd. De andere rij staat al bij uw contacten.",
            "2 rijen zijn geweigerd. De andere 2 rijen staan al bij uw contacten.",
        ),
    ],
)
def test_refused_rows_in_french_and_dutch(browser, user, work_tasks, language, one, more):
    User.objects.update(language=language)
    for times, message in ((1, one), (2, more)):
        contact_import = checked(user, "name,email\n" + (REFUSED + KNOWN) * times, work_tasks)
        page = Page(browser.get(f"/contacts/import/{contact_import.pk}"))
        assert page.one("[aria-labelledby=go-title]").texts("p")[0] == message
