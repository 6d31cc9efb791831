"""The staff admin: the rules that hold for every model, and what staff of one Pro see of it."""

from typing import Any

import pytest
from django.contrib import admin

from config.accounts.admin import InstallationAdmin, TenantAdmin
from config.accounts.models import ApiToken, IdentityDocument, Pro, User

from ..admin_site import (
    HOSTILE,
    assert_list_is_flat,
    assert_no_regular_expressions,
    assert_permissions,
    assert_tenancy,
    autocomplete,
    listed,
    page,
    staff_client,
)
from ..factories import ProFactory, UserFactory
from ..pages import Page
from .rows import issue_token, submit_document

MAKERS = {
    Pro: lambda pro: pro,
    User: lambda pro: UserFactory(pro=pro),
    ApiToken: issue_token,
    IdentityDocument: submit_document,
}
OF_INSTALLATION = [m for m, a in admin.site._registry.items() if isinstance(a, InstallationAdmin)]


@pytest.fixture(params=MAKERS, ids=lambda model: model.__name__)
def model(request: Any) -> Any:
    return request.param


@pytest.fixture
def make(model: Any) -> Any:
    return MAKERS[model]


def test_another_pros_row_is_404(make, pro, other_pro):
    assert_tenancy(make(pro), make(other_pro))


def test_staff_without_the_permission_get_403(make, pro):
    assert_permissions(make(pro))


def test_a_long_list_takes_no_more_queries(model, make, staff_browser):
    # Every list starts with one row: of users that is the reader.
    assert_list_is_flat(staff_browser, lambda: make(ProFactory()), model)


@pytest.mark.parametrize(
    ("model", "field"), [(Pro, "name"), (User, "email"), (ApiToken, "name"), (IdentityDocument, "filename")]
)
def test_a_list_is_not_filtered_by_regular_expressions(db, model, field):
    assert_no_regular_expressions(model, field)


def test_every_model_in_the_admin_is_bounded():
    """A ModelAdmin of another base would show bound staff the rows of all Pros."""
    assert [m for m, a in admin.site._registry.items() if not isinstance(a, TenantAdmin | InstallationAdmin)] == []


@pytest.mark.parametrize("model", OF_INSTALLATION)
def test_bound_staff_do_not_see_the_installations_rows(model, pro):
    paths = [page(model, "changelist"), page(model, "add")]
    bound = staff_client("all", pro=pro)
    assert [Page(bound.get(path), 403).one("h1").text for path in paths] == ["That is not open to you"] * 2
    assert list(staff_client("all", is_superuser=True).get(paths[0]).context["cl"].result_list) == list(
        model._default_manager.all()
    )


def test_an_autocomplete_offers_the_own_pro_alone(pro, other_pro):
    response = autocomplete(staff_client("all", pro=pro), "accounts.user", "pro")
    own = {"id": str(pro.pk), "text": "Agence du Port"}
    assert response.json() == {"results": [own], "pagination": {"more": False}}
    response = autocomplete(staff_client("all"), "accounts.user", "pro")
    assert [row["text"] for row in response.json()["results"]] == ["Agence du Port", "Somebody Else"]
    response = autocomplete(staff_client(), "accounts.user", "pro")
    assert (response.status_code, b"Agence" in response.content) == (403, False)


def test_an_autocomplete_answers_hostile_input(pro):
    client = staff_client("all")
    for term in HOSTILE:
        response = autocomplete(client, "accounts.user", "pro", term)
        assert (response.status_code, set(response.json())) == (200, {"results", "pagination"})


def test_the_index_of_bound_staff_shows_the_apps_of_pros_alone(pro):
    response = staff_client("all", pro=pro).get("/admin/")
    apps = ["accounts", "audit", "contact_requests", "contacts", "inquiries"]
    assert sorted(app["app_label"] for app in response.context["app_list"]) == apps


def test_bound_staff_get_no_filter_by_pro(pro, other_pro):
    issue_token(pro)
    path = page(ApiToken, "changelist")
    unbound = Page(staff_client("all").get(path))
    assert unbound.one("#changelist-filter").has(f'a[href*="pro__id__exact={other_pro.pk}"]')
    bound = Page(staff_client("all", pro=pro).get(path))
    assert not bound.one("#changelist-filter").has('a[href*="pro__id__exact"]')
    assert "Somebody Else" not in bound.text


def test_a_superuser_with_a_pro_sees_every_pro(pro, other_pro):
    assert listed(staff_client(pro=pro, is_superuser=True), Pro) == [pro, other_pro]


def test_staff_without_a_pro_see_every_pro(pro, other_pro):
    assert listed(staff_client("view_pro"), Pro) == [pro, other_pro]
