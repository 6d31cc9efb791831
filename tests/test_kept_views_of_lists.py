"""Views of the lists of contact requests and inquiries, by what keeps, shares and counts those of the contacts."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import KeptView
from contacts.views import kept_list
from tests.factories import InquiryFactory, PropertyFactory, RequestFactory, UserFactory
from tests.pages import Page

pytestmark = pytest.mark.django_db

LISTS = ["requests", "inquiries"]
HTMX = {"HX-Request": "true", "HX-Target": "kept-list"}


@pytest.fixture
def rows(pro):
    """Three contact requests, two of them of one property, and three inquiries, two of which somebody works on."""
    house, flat = PropertyFactory(pro=pro, title="House"), PropertyFactory(pro=pro, title="Flat")
    for name, prop, status in (("Ana", house, "new"), ("Bob", house, "read"), ("Eve", flat, "read")):
        RequestFactory(property=prop, name=name, status=status)
    for subject, priority in (("Kitchen", "high"), ("Kitchen roof", "normal"), ("Garden", "high")):
        InquiryFactory(pro=pro, subject=subject, priority=priority)
    return house


def url(name):
    return {"requests": "/inbox/requests"}.get(name, f"/{name}")


def keep(user, list_name, name, query="", *, is_shared=False):
    return KeptView.objects.keep(user.pro, user, name, query, is_shared=is_shared, list_name=list_name)


def shown(browser, address):
    """[(name, address)] of the views in the menu of a page."""
    return [
        (link.text, link["href"]) for link in Page(browser.get(address)).all("#kept-list form > a:not(.icon-button)")
    ]


def counted(browser, name):
    page = Page(browser.get(f"/views/{name}", headers=HTMX))
    return [link.text for link in page.all("#kept-list form > a:not(.icon-button)")]


@pytest.mark.parametrize(
    ("name", "query", "kept"),
    [
        ("requests", "status=read&q=bob&cursor=x&unknown=1", "status=read&q=bob"),
        ("inquiries", "status=closed&q=kit&priority=high&unknown=1", "q=kit&status=closed&priority=high"),
    ],
)
def test_a_list_is_kept_as_it_is_shown_and_found_again(browser, user, name, query, kept):
    page = Page(browser.get(url(name), {"q": "kit"}))
    assert page.one("[form=keep-view][name=query]")["value"] in ("status=all&q=kit", "q=kit")
    form = page.form("#keep-view")
    response = browser.post(form.action, {**form.fields, "query": query, "name": "Ours"})
    view = KeptView.objects.get()
    assert (form.action, view.list_name, sorted(view.query.split("&"))) == (
        f"/views/{name}",
        name,
        sorted(kept.split("&")),
    )
    assert response["Location"] == f"{url(name)}?{view.query}"
    assert shown(browser, url(name)) == [("Ours", response["Location"])]
    assert Page(browser.get(response["Location"])).one("#id_q")["value"] in ("bob", "kit")


@pytest.mark.parametrize("name", LISTS)
def test_a_refused_name_stays_on_the_page_of_the_list(browser, user, name):
    keep(user, name, "Ours")
    page = Page(browser.post(f"/views/{name}", {"name": "ours", "query": "q=roof"}), 422)
    assert page.one(".panel #keep-view .errorlist").text == "There is a view with this name already."
    assert (page.one(".panel [name=name]")["value"], page.one("#id_q")["value"]) == ("ours", "roof")


def test_each_list_has_its_own_views_and_names(browser, user):
    views = [keep(user, name, "Ours") for name in ("contacts", *LISTS)]
    assert len({view.pk for view in views}) == 3
    for name in ("contacts", *LISTS):
        assert [text for text, _address in shown(browser, url(name))] == ["Ours"]


@pytest.mark.parametrize(("name", "query"), [("requests", "status=read&q=x"), ("inquiries", "q=x")])
def test_it_is_shared_renamed_and_deleted_with_an_undo(browser, client, user, name, query):
    colleague = UserFactory(pro=user.pro, name="Colin Colleague", role="member")
    view, address = keep(user, name, "Ours", query, is_shared=True), f"{url(name)}?{query}"
    client.force_login(colleague)
    assert shown(client, url(name)) == [("Ours", address)]
    assert client.post(f"/views/{view.pk}/delete").status_code == 404
    assert browser.post(f"/views/{view.pk}", {"name": "All", "is_shared": "on"})["Location"] == address
    response = browser.post(f"/views/{view.pk}/delete")
    assert (response["Location"], shown(client, url(name))) == (address, [])
    [toast] = [each for each in Page(browser.get(address)).all("#toasts .toast") if "deleted" in each.text]
    browser.post(toast.form().action)
    assert KeptView.objects.values_list("list_name", "name", "query", "is_shared").get() == (name, "All", query, True)


def test_the_menu_says_how_many_rows_each_has(browser, user, rows, monkeypatch):
    monkeypatch.setattr(kept_list, "MOST", 1)
    for name, query in {
        "A all": "",
        "B read": "status=read",
        "C searched": "q=ana",
        "D house": f"property={rows.pk}",
    }.items():
        keep(user, "requests", name, query)
    assert counted(browser, "requests") == ["A all 3", "B read 2", "C searched 1", "D house 1+"]
    for name, query in {"A open": "", "B high": "priority=high&status=all", "C kitchen": "q=kitchen"}.items():
        keep(user, "inquiries", name, query)
    assert counted(browser, "inquiries") == ["A open 3", "B high 2", "C kitchen 1+"]


def test_those_of_the_requests_without_a_search_are_counted_by_one_query(browser, user, rows):
    def number_of_queries():
        with CaptureQueriesContext(connection) as captured:
            counted(browser, "requests")
        return len(captured)

    keep(user, "requests", "First", "status=read")
    few = number_of_queries()
    for n in range(5):
        keep(user, "requests", f"More {n}", "status=new")
    assert number_of_queries() == few


def test_beside_a_thread_the_list_has_no_menu(browser, pro, rows):
    row = pro.contact_requests.exclude(contact=None).first()
    page = Page(browser.get(f"/inbox/{row.contact_id}?from=%2Finbox%2Frequests%3Fstatus%3Dall"))
    assert (page.has("#list"), page.has("#kept-views")) == (True, False)
