"""Views of the contacts that are shared with the office, and the number of contacts in each."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.accounts.models import User
from contacts.models import KeptView
from contacts.models.kept_view import MAX_VIEWS
from contacts.users import delete_rows_of_users
from contacts.views import kept_list
from tests.factories import ContactFactory, UserFactory
from tests.pages import Page

KEEP = "/views/contacts"
HTMX = {"HX-Request": "true", "HX-Target": "kept-list"}


@pytest.fixture
def colleague(user):
    return UserFactory(pro=user.pro, name="Colin Colleague", role=User.Role.MEMBER)


def keep(user, name, query="", *, is_shared=True):
    return KeptView.objects.keep(user.pro, user, name, query, is_shared=is_shared)


def shown(browser):
    """[link, its address, names of the controls] of each view in the menu, below the heading of colleagues' ones."""
    rows = []
    for form in Page(browser.get("/contacts")).all("#kept-list form"):
        link, *others = form.all("a")
        rows.append((link.text, link["href"], [each.text for each in [*others, *form.all("button")]]))
    return rows


def test_it_is_shared_by_a_box_and_stands_in_the_menu_of_colleagues(browser, client, user, colleague):
    form = Page(browser.get("/contacts?role=tenant")).form("#keep-view")
    assert browser.post(form.action, {"name": "Tenants", "query": "role=tenant", "is_shared": "on"}).status_code == 302
    keep(user, "Mine", is_shared=False)
    keep(colleague, "Ours", "sort=name")
    keep(colleague, "His", is_shared=False)
    assert shown(browser) == [
        ("Mine", "/contacts", ["Change Mine", "Delete Mine"]),
        ("Tenants", "/contacts?role=tenant", ["Change Tenants", "Delete Tenants"]),
        ("Ours", "/contacts?sort=name", ["Change Ours", "Delete Ours"]),
    ]
    client.force_login(colleague)
    assert shown(client) == [
        ("His", "/contacts", ["Change His", "Delete His"]),
        ("Ours", "/contacts?sort=name", ["Change Ours", "Delete Ours"]),
        # A member changes nobody else's.
        ("Tenants", "/contacts?role=tenant", []),
    ]
    assert Page(client.get("/contacts")).texts(".kept-of") == ["Shared by colleagues"]


def test_whoever_made_it_and_owners_change_and_delete_it(browser, client, user, colleague, other_user):
    theirs, ours, foreign = keep(colleague, "His"), keep(user, "Ours"), keep(other_user, "Foreign")
    client.force_login(colleague)
    for view in (ours, foreign):
        assert client.get(f"/views/{view.pk}").status_code == 404
        assert client.post(f"/views/{view.pk}", {"name": "x"}).status_code == 404
        assert client.post(f"/views/{view.pk}/delete").status_code == 404
    page = Page(browser.get(f"/views/{theirs.pk}"))
    form = page.form(".stack")
    assert (form.fields["name"], form.fields["is_shared"]) == ("His", "on")
    assert browser.post(form.action, {**form.fields, "name": "Everybody's"}).status_code == 302
    theirs.refresh_from_db()
    assert (theirs.name, theirs.is_shared, theirs.user) == ("Everybody's", True, colleague)
    assert browser.post(f"/views/{theirs.pk}/delete").status_code == 302
    assert list(KeptView.objects.for_pro(user.pro)) == [ours]


def test_only_who_made_it_takes_it_back(browser, user, colleague):
    view = keep(colleague, "His")
    page = Page(browser.post(f"/views/{view.pk}", {"name": "Mine now"}), 422)
    assert page.one(".message-error").text == "Only who made a view takes it back from the office. You can delete it."
    with pytest.raises(ValidationError, match="Only who made a view"):
        KeptView.objects.change(user.pro, user, view.pk, "His", is_shared=False)
    assert KeptView.objects.values_list("name", "is_shared", "user").get() == ("His", True, colleague.pk)
    assert not KeptView.objects.change(user.pro, colleague, view.pk, "His", is_shared=False).is_shared


def test_it_is_taken_back_and_the_toast_shares_it_again(browser, user):
    view = keep(user, "Tenants", "role=tenant")
    response = browser.post(f"/views/{view.pk}", {"name": "Tenants"})
    view.refresh_from_db()
    assert (view.is_shared, view.name) == (False, "Tenants")
    toast = Page(browser.get(response["Location"])).one("#toasts .toast")
    assert toast.one("p").text == "The view “Tenants” is yours alone."
    response = browser.post(toast.form().action)
    view.refresh_from_db()
    assert view.is_shared
    assert Page(browser.get(response["Location"])).one("#toasts p").text == "The office has the view “Tenants” now."


def test_a_deleted_one_is_kept_again_as_it_was(browser, user):
    view = keep(user, "Tenants", "role=tenant")
    response = browser.post(f"/views/{view.pk}/delete")
    browser.post(Page(browser.get(response["Location"])).one("#toasts .toast").form().action)
    assert KeptView.objects.values_list("name", "query", "is_shared").get() == ("Tenants", "role=tenant", True)


def test_a_name_stands_once_in_every_menu(user, colleague):
    keep(colleague, "Ours")
    mine = keep(user, "Mine", is_shared=False)
    # Private ones of two people are no trouble.
    keep(colleague, "Mine", is_shared=False)
    for name, is_shared in (("ours", False), ("ours", True)):
        with pytest.raises(ValidationError, match="There is a view with this name already"):
            keep(user, name, "q=x", is_shared=is_shared)
        with pytest.raises(ValidationError, match="There is a view with this name already"):
            KeptView.objects.change(user.pro, user, mine.pk, name, is_shared=is_shared)


def test_an_office_shares_so_many_and_each_keeps_as_many_beside(user, colleague):
    for n in range(MAX_VIEWS):
        keep(colleague, f"Shared {n}")
        keep(user, f"Own {n}", is_shared=False)
    for is_shared in (True, False):
        with pytest.raises(ValidationError, match="Keep at most 20 views"):
            keep(user, "Another", is_shared=is_shared)
    with pytest.raises(ValidationError, match="Keep at most 20 views"):
        KeptView.objects.change(user.pro, user, KeptView.objects.get(name="Own 3").pk, "Own 3", is_shared=True)


def test_what_somebody_shares_stays_when_they_are_deleted(user, colleague):
    keep(colleague, "Ours")
    keep(colleague, "His", is_shared=False)
    delete_rows_of_users([colleague])
    colleague.delete()
    assert list(KeptView.objects.values_list("name", "user")) == [("Ours", user.pk)]


def counts(page):
    return [(form.all("a")[0].text, form.texts(".count")) for form in page.all("#kept-list form")]


def test_the_menu_has_the_number_of_contacts_once_it_opens(browser, user, monkeypatch):
    for name, role in (("Ann Xerxes", "vendor"), ("Ann Yves", "tenant"), ("Ann Zeno", "tenant")):
        ContactFactory(pro=user.pro, name=name, role=role)
    ContactFactory(pro=user.pro, name="Bob").archive(by=None)
    ContactFactory(name="Ann")
    views = {"A": "", "B": "role=tenant&sort=name", "C": "view=archived", "D": "q=ann", "E": "q=ann+yves&role=tenant"}
    for name, query in views.items():
        keep(user, name, query)
    menu = Page(browser.get("/contacts")).one("#kept-views")
    assert (menu["hx-get"], menu["hx-trigger"], menu["hx-target"]) == (KEEP, "toggle once", "#kept-list")
    monkeypatch.setattr(kept_list, "MOST", 2)
    wanted = [("A 3", ["3"]), ("B 2", ["2"]), ("C 1", ["1"]), ("D 2+", ["2+"]), ("E 1", ["1"])]
    # The fragment, and the page of those who have no scripts.
    assert counts(Page(browser.get(KEEP, headers=HTMX))) == wanted
    page = Page(browser.get(KEEP))
    assert (counts(page), page.one("h1").text) == (wanted, "Kept views")


@pytest.mark.dialect
def test_their_numbers_cost_one_query_and_one_for_each_search(browser, user):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            browser.get(KEEP, headers=HTMX)
        return len(captured)

    keep(user, "A", "role=tenant")
    queries()
    one = queries()
    for n in range(10):
        keep(user, f"N{n}", "status=renter")
    assert queries() == one
    keep(user, "Search", "q=ann")
    # SQLite asks first how many rows have the words.
    assert queries() == one + (2 if connection.vendor == "sqlite" else 1)
