"""Views of the contacts that a user keeps under a name."""

import pytest
from django.core.exceptions import ValidationError

from contacts.models import KeptView
from contacts.models.kept_view import MAX_VIEWS
from tests.factories import UserFactory
from tests.pages import Page

KEEP = "/views/contacts"


def stored():
    return list(KeptView.objects.order_by("pk").values_list("user__name", "name", "query"))


def kept_links(response):
    return [(link.text, link["href"]) for link in Page(response).all("#kept-views form > a:not(.icon-button)")]


def test_a_list_is_kept_with_its_search_filters_and_order_and_without_its_page(browser, user):
    page = Page(browser.get("/contacts?q=ann&role=tenant&sort=name&page=2"))
    form = page.form("#keep-view")
    query = page.one("[form=keep-view][name=query]")["value"]
    response = browser.post(form.action, {**form.fields, "query": query, "name": " Tenants "})
    shown = "/contacts?q=ann&role=tenant&sort=name"
    assert (response.status_code, response["Location"]) == (302, shown)
    assert stored() == [(user.name, "Tenants", "q=ann&role=tenant&sort=name")]
    response = browser.get(shown)
    assert Page(response).one("#toasts p").text == "The view “Tenants” is kept."
    assert kept_links(response) == [("Tenants", shown)]


def test_it_is_kept_once_and_its_name_stands_for_one(browser, user):
    for _time in range(2):
        assert browser.post(KEEP, {"name": "New", "query": "sort=name"}).status_code == 302
    response = browser.post(KEEP, {"name": "new", "query": "q=x"})
    assert response.status_code == 422
    page = Page(response, 422)
    assert page.one(".panel #keep-view .errorlist").text == "There is a view with this name already."
    assert (page.one(".panel [name=name]")["value"], page.one("#id_q")["value"]) == ("new", "x")
    assert stored() == [(user.name, "New", "sort=name")]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "This field is required."),
        ("x" * 41, "Ensure this value has at most 40 characters (it has 41)."),
        ("a\0b", "Null characters are not allowed."),
    ],
)
def test_a_name_that_cannot_be_is_refused_and_stays(browser, user, name, error):
    response = browser.post(KEEP, {"name": name, "query": "q=x"})
    assert (response.status_code, stored()) == (422, [])
    assert Page(response, 422).one(".panel #keep-view .errorlist").text == error


@pytest.mark.parametrize("query", ["page=7&status=nonsense&unknown=1&sort=", "%00&&&", ""])
def test_of_the_query_only_what_the_list_knows_is_kept(browser, user, query):
    assert browser.post(KEEP, {"name": "All", "query": query})["Location"] == "/contacts"
    assert stored() == [(user.name, "All", "")]


def test_the_longest_search_is_kept(browser, user):
    page = Page(browser.get("/contacts", {"q": "😀" * 250, "status": "prospect", "sort": "-name"}))
    query = page.one("[form=keep-view][name=query]")["value"]
    assert browser.post(KEEP, {"name": "Long", "query": query})["Location"] == f"/contacts?{query}"
    assert (stored(), query.count("%F0")) == ([(user.name, "Long", query)], 200)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_has_the_name(user, at_once):
    def keep(n):
        try:
            return KeptView.objects.keep(user.pro, user, "Mine", f"q={n}").query
        except ValidationError as error:
            return error.message_dict

    answers = at_once(2, keep)
    [(_name, _view, query)] = stored()
    assert sorted(answers, key=str) == sorted([query, {"name": ["There is a view with this name already."]}], key=str)


def test_one_too_many_is_refused(browser, user):
    for n in range(MAX_VIEWS):
        KeptView.objects.keep(user.pro, user, f"View {n}", "")
    response = browser.post(KEEP, {"name": "Another", "query": ""})
    assert Page(response, 422).one(".panel #keep-view .errorlist").text == "Keep at most 20 views."
    assert (response.status_code, len(stored())) == (422, MAX_VIEWS)


def test_it_is_deleted_and_the_toast_keeps_it_again(browser, user):
    view = KeptView.objects.keep(user.pro, user, "Né & né", "q=a%26b&sort=name")
    response = browser.post(f"/views/{view.pk}/delete")
    assert (response["Location"], stored()) == ("/contacts?q=a%26b&sort=name", [])
    toast = Page(browser.get(response["Location"])).one("#toasts .toast")
    assert toast.one("p").text == "The view “Né & né” is deleted."
    browser.post(toast.form().action)
    assert stored() == [(user.name, "Né & né", "q=a%26b&sort=name")]


def test_it_is_renamed_on_a_page_of_its_own_and_the_toast_undoes_it(browser, user):
    view = KeptView.objects.keep(user.pro, user, "Tenants", "role=tenant")
    link = Page(browser.get("/contacts")).one("#kept-views form > a.icon-button")
    assert (link.text, link["href"]) == ("Change Tenants", f"/views/{view.pk}")
    form = Page(browser.get(link["href"])).form(".stack")
    assert form.fields["name"] == "Tenants"
    response = browser.post(form.action, {**form.fields, "name": " All tenants "})
    assert (response["Location"], stored()) == (
        "/contacts?role=tenant",
        [(user.name, "All tenants", "role=tenant")],
    )
    toast = Page(browser.get(response["Location"])).one("#toasts .toast")
    assert toast.one("p").text == "The view is called “All tenants” now."
    browser.post(toast.form().action)
    assert stored() == [(user.name, "Tenants", "role=tenant")]


def test_the_same_name_in_other_letters_is_its_own_and_that_of_another_view_is_refused(browser, user):
    view = KeptView.objects.keep(user.pro, user, "Tenants", "")
    KeptView.objects.keep(user.pro, user, "New", "q=x")
    assert browser.post(f"/views/{view.pk}", {"name": "TENANTS"}).status_code == 302
    for name, error in (
        ("new", "There is a view with this name already."),
        ("", "This field is required."),
        ("a\0b", "Null characters are not allowed."),
        ("x" * 41, "Ensure this value has at most 40 characters (it has 41)."),
    ):
        page = Page(browser.post(f"/views/{view.pk}", {"name": name}), 422)
        assert page.texts(".stack .errorlist") == [error]
    assert [name for _user, name, _query in stored()] == ["TENANTS", "New"]


def test_those_of_colleagues_and_of_another_pro_are_nobodys(browser, user, other_user):
    colleague = UserFactory(pro=user.pro, name="Colin Colleague")
    for owner in (colleague, other_user):
        view = KeptView.objects.keep(owner.pro, owner, "Mine", "")
        assert browser.post(f"/views/{view.pk}/delete").status_code == 404
        assert browser.get(f"/views/{view.pk}").status_code == 404
        assert browser.post(f"/views/{view.pk}", {"name": "Yours"}).status_code == 404
    assert [name for _user, name, _query in stored()] == ["Mine", "Mine"]
    assert kept_links(browser.get("/contacts")) == []


@pytest.mark.parametrize("id", [2**31, 2**63, 2**80, "9" * 5000])
def test_one_that_cannot_be_is_404(browser, user, id):
    KeptView.objects.keep(user.pro, user, "Mine", "")
    assert (browser.post(f"/views/{id}/delete").status_code, len(stored())) == (404, 1)
    assert browser.post(f"/views/{id}", {"name": "x"}).status_code == 404


def test_a_list_that_there_is_not_is_404(browser):
    assert (browser.get("/views/nonsense").status_code, browser.post("/views/x", {"name": "x"}).status_code) == (
        404,
        404,
    )


def test_a_page_from_before_an_upgrade_keeps_changes_and_deletes_by_its_addresses(browser, user):
    assert browser.post("/contacts/views", {"name": "Ours", "query": "q=ana"})["Location"] == "/contacts?q=ana"
    view = KeptView.objects.get()
    assert (view.name, view.list_name, view.user) == ("Ours", "contacts", user)
    browser.get("/contacts")
    former, now = (Page(browser.get(path)).one("main").text for path in ("/contacts/views", KEEP))
    assert "Ours" in former and former == now
    assert browser.post(f"/contacts/views/{view.pk}", {"name": "Mine"})["Location"] == "/contacts?q=ana"
    assert stored() == [(user.name, "Mine", "q=ana")]
    assert browser.post(f"/contacts/views/{view.pk}/delete")["Location"] == "/contacts?q=ana"
    assert stored() == []
